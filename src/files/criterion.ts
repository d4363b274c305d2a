/**
 * One completion criterion as one English sentence, written and read: `file `src/tax.js` exists`.
 * Knows nothing of ids, levels, tasks and check boxes: those are `criteria.ts`. What a sentence means is judged in `evaluate.ts`.
 */
import type { Criterion, Format, Place } from '../core/check.ts';
import { durationText, parseDuration } from '../core/duration.ts';
import { parseSize, sizeText } from '../core/size.ts';
import { unreachable } from '../core/unreachable.ts';
import { codeSpan, piecesOf } from './code-span.ts';
import { parseCommandLine } from './command-line.ts';
import { parsePattern } from './pattern.ts';

const DEFAULT_TIMEOUT = 600_000;
/** What a Node timer can wait for: a longer one would fire at once. */
const LONGEST_TIMEOUT = 2_147_483_647;
/** Begins a sentence that iter leaves to people. */
const REVIEWER = 'for a reviewer:';
const FORMATS: readonly Format[] = ['markdown', 'yaml', 'json'];

/** Writes the sentence of a criterion; throws when it has nothing to say (no words, no bounds) or holds a line break. */
export function criterionSentence(criterion: Criterion): string {
  switch (criterion.check) {
    case 'exists':
      return `${subject(criterion)} exists`;
    case 'size':
      return `${subject(criterion)} is ${bounds(criterion)}`;
    case 'headings':
      return `${subject(criterion)} has the headings ${spans(criterion.headings)}`;
    case 'contains':
      return `${subject(criterion)} contains ${spans(criterion.words)}`;
    case 'matches':
      return `${subject(criterion)} matches ${codeSpan(`/${criterion.pattern}/`)}`;
    case 'format':
      return `${subject(criterion)} is valid ${criterion.format}`;
    case 'command':
      return `command ${codeSpan(criterion.run)} exits 0 within ${durationText(criterion.timeout)}`;
    case 'commits':
      return `branch has at least ${criterion.min} ${criterion.min === 1 ? 'commit' : 'commits'}`;
    case 'scope':
      return `branch changes ${scope(criterion.allow, criterion.deny)}`;
    case 'human':
      return `${REVIEWER} ${oneLine(criterion.text)}`;
    case 'unreadable':
      return oneLine(criterion.text);
    default:
      return unreachable(criterion);
  }
}

function oneLine(text: string): string {
  if (text.trim() === '' || /[\r\n]/.test(text)) throw new Error(`${JSON.stringify(text)} cannot be written as one line`);
  return text;
}

const subject = (criterion: { readonly in: Place; readonly file: string }): string =>
  `${criterion.in === 'iteration' ? 'iteration file' : 'file'} ${codeSpan(criterion.file)}`;

function bounds(criterion: { readonly min?: number; readonly max?: number }): string {
  const { min, max } = criterion;
  if (min !== undefined && max !== undefined) return `between ${sizeText(min)} and ${sizeText(max)}`;
  if (min !== undefined) return `at least ${sizeText(min)}`;
  if (max !== undefined) return `at most ${sizeText(max)}`;
  throw new Error('a size check without bounds cannot be written');
}

function scope(allow: readonly string[], deny: readonly string[]): string {
  if (deny.length === 0) return `only ${spans(allow)}`;
  return allow.length === 0 ? `nothing in ${spans(deny)}` : `only ${spans(allow)} and nothing in ${spans(deny)}`;
}

function spans(texts: readonly string[]): string {
  if (texts.length === 0) throw new Error('an empty list cannot be written');
  return texts.map(codeSpan).join(', ');
}

/** What a sentence turned out to be; `wrong` clearly tries to be a criterion, `prose` does not. */
export type Reading =
  | { readonly is: 'criterion'; readonly criterion: Criterion }
  | { readonly is: 'wrong'; readonly what: string; readonly fix: string }
  | { readonly is: 'prose' };

/** Reads a sentence; a remark after ` — ` is left out. */
export function parseSentence(text: string): Reading {
  if (text.toLowerCase().startsWith(REVIEWER)) {
    const said = text.slice(REVIEWER.length).trim();
    if (said === '') return { is: 'wrong', what: `nothing stands after "${REVIEWER}"`, fix: 'say what the reviewer should look for' };
    return { is: 'criterion', criterion: { check: 'human', text: said } };
  }
  const pieces = piecesOf(text);
  const contents = pieces.filter((piece) => piece.kind === 'span').map((piece) => piece.text);
  // every code span becomes one back-tick, so that a plain pattern can describe the words around them
  const words = pieces
    .map((piece) => (piece.kind === 'span' ? '`' : piece.kind === 'stray' ? '``' : piece.raw))
    .join('')
    .replace(/[ \t]+/g, ' ')
    .trim();
  const form = FORMS.find((candidate) => candidate.start.test(words));
  if (form === undefined) return { is: 'prose' };
  const wrong = (what: string): Reading => ({ is: 'wrong', what, fix: `write ${form.example}` });
  if (words.includes('``') || contents.some((content) => content.trim() === '')) {
    return wrong('back-ticks are empty or not closed');
  }
  const sentence = words.replace(/ (?:—|–|--)(?: .*)?$/u, '').replace(/ ?\.$/, '');
  const match = form.whole.exec(sentence);
  if (match === null) return wrong(`"${text.trim()}" is not a complete check`);
  const made = form.make(match.slice(1), contents);
  return typeof made === 'string' ? wrong(made) : { is: 'criterion', criterion: made };
}

interface Form {
  /** Once a line begins like this, it must be right to its end. */
  readonly start: RegExp;
  readonly whole: RegExp;
  readonly example: string;
  /** Builds the criterion from the groups of `whole` and the contents of the spans, or says what is wrong. */
  readonly make: (groups: readonly (string | undefined)[], contents: readonly string[]) => Criterion | string;
}

const LIST = '`(?:(?:, ?| and |, and )`)*';

const FORMS: readonly Form[] = [
  fileForm('exists', 'exists', 'exists', (file) => ({ check: 'exists', ...file })),
  fileForm('is (?:at (?:least|most)|between)', 'is (?:at least (.+)|at most (.+)|between (.+) and (.+))', 'is at least 1 KB', size),
  fileForm('has the heading', `has the headings? ${LIST}`, 'has the headings `Summary`, `How to verify`', (file, _, headings) => ({
    check: 'headings',
    ...file,
    headings,
  })),
  fileForm('contains', `contains ${LIST}`, 'contains `export`, `rate`', (file, _, words) => ({
    check: 'contains',
    ...file,
    words,
  })),
  fileForm('matches', 'matches `', 'matches `/text/i` in RE2 syntax', (file, _, [written = '']) => {
    const parsed = parsePattern(written);
    return 'problem' in parsed ? parsed.problem : { check: 'matches', ...file, pattern: parsed.pattern };
  }),
  fileForm('is valid', 'is valid (.+)', 'is valid markdown, is valid yaml or is valid json', (file, [word = '']) => {
    const format = FORMATS.find((candidate) => candidate === word.toLowerCase());
    return format === undefined ? `unknown format "${word}"` : { check: 'format', ...file, format };
  }),
  fileForm('(?=`)', '(?!)', 'exists', () => ''),
  {
    start: /^command ``?/i,
    whole: /^command ` exits 0(?: within (.+))?$/i,
    example: 'command `npm test` exits 0 within 10m',
    make: ([within], [run = '']) => {
      const timeout = within === undefined ? DEFAULT_TIMEOUT : parseDuration(within);
      if (timeout === undefined) return `"${within}" is no duration`;
      if (timeout <= 0 || timeout > LONGEST_TIMEOUT) return `"${within}" is not between 1ms and 24d`;
      const words = parseCommandLine(run);
      return 'problem' in words ? words.problem : { check: 'command', run, timeout };
    },
  },
  {
    start: /^branch has at least/i,
    whole: /^branch has at least (\d{1,9}) commits?$/i,
    example: 'branch has at least 1 commit',
    make: ([count]) => ({ check: 'commits', min: Number(count) }),
  },
  {
    start: /^branch changes (?:only|nothing)/i,
    whole: new RegExp(`^branch changes (?:only (${LIST})|nothing in ${LIST}|only (${LIST}) and nothing in ${LIST})$`, 'i'),
    example: 'branch changes only `src/**` and nothing in `iterations/**`',
    make: ([only, both], globs) => {
      const wrong = globs.map(wrongPath).find((what) => what !== undefined);
      const allowed = (only ?? both ?? '').split('`').length - 1;
      return wrong ?? { check: 'scope', allow: globs.slice(0, allowed), deny: globs.slice(allowed) };
    },
  },
];

type FileOf = { readonly in: Place; readonly file: string };

function fileForm(
  start: string,
  predicate: string,
  example: string,
  make: (file: FileOf, groups: readonly (string | undefined)[], contents: readonly string[]) => Criterion | string,
): Form {
  return {
    start: new RegExp(`^(?:iteration )?file \` ?${start}`, 'i'),
    whole: new RegExp(`^(iteration )?file \` ${predicate}$`, 'i'),
    example: `file \`path\` ${example}`,
    make: ([iteration, ...groups], [file = '', ...contents]) =>
      wrongPath(file) ?? make({ in: iteration === undefined ? 'repository' : 'iteration', file }, groups, contents),
  };
}

function size(file: FileOf, [least, most, from, to]: readonly (string | undefined)[]): Criterion | string {
  for (const text of [least, most, from, to]) {
    if (text !== undefined && parseSize(text) === undefined) return `"${text}" is no size in B, KB, MB or GB`;
  }
  const min = parseSize(least ?? from ?? '');
  const max = parseSize(most ?? to ?? '');
  if (min !== undefined && max !== undefined && min > max) return `"${from}" is more than "${to}"`;
  return {
    check: 'size',
    ...file,
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

/** Criteria look only inside the folder they are about. */
function wrongPath(path: string): string | undefined {
  if (/[\0\r\n]/.test(path)) return `the path ${JSON.stringify(path)} holds a NUL or a line break`;
  if (/^\/|^\\\\|^[A-Za-z]:[/\\]/.test(path)) return `the path "${path}" is absolute; give it from the top of the repository or iteration`;
  if (path.split(/[/\\]/).includes('..')) return `the path "${path}" leaves its folder with ".."`;
  return undefined;
}
