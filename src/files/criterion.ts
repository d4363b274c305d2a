/**
 * One completion criterion as one English sentence, written and read: `file `src/tax.js` exists`.
 * Knows nothing of ids, levels, tasks and check boxes: those are `criteria.ts`. What a sentence means is judged in `evaluate*.ts`.
 */
import type { Criterion, Waiver } from '../core/check.ts';
import type { Piece } from './code-span.ts';
import { piecesOf } from './code-span.ts';
import * as data from './criterion-data.ts';
import type { Form } from './criterion-form.ts';
import { fileForm } from './criterion-form.ts';
import * as text from './criterion-text.ts';
import * as world from './criterion-world.ts';

/** Begins a sentence that iter leaves to people. */
const REVIEWER = 'for a reviewer:';

/** Every kind of criterion that has a sentence, in the order in which they are tried. */
const FORMS = {
  exists: text.exists,
  size: text.size,
  headings: text.headings,
  contains: text.contains,
  not_contains: text.lacks,
  matches: text.matches,
  not_matches: text.differs,
  format: text.format,
  placeholders: text.placeholders,
  summary: text.summary,
  schema: data.schema,
  frontmatter: data.frontmatter,
  metric: data.metric,
  checklist: data.checklist,
  verdict: data.verdict,
  dispositions: data.dispositions,
  traces: data.traces,
  command: world.command,
  commits: world.commits,
  scope: world.scope,
  secrets: world.secrets,
  blockers: world.blockers,
  git: world.git,
  disk_free: world.diskFree,
  tools: world.tools,
  expr: world.expr,
} as const satisfies { readonly [Kind in Exclude<Criterion['check'], 'human' | 'unreadable'>]: Form<Extract<Criterion, { check: Kind }>> };

/** A line that names a file and then says nothing known. */
const UNFINISHED: Form = fileForm({ start: '(?=`)', predicate: '(?!)', example: 'exists', make: () => '', write: () => '' });
const TRIED: readonly Omit<Form, 'write'>[] = [...Object.values(FORMS), UNFINISHED];

/** Writes the sentence of a criterion; throws when it has nothing to say (no words, no bounds) or holds a line break. */
export function criterionSentence(criterion: Criterion): string {
  if (criterion.check === 'human') return `${REVIEWER} ${oneLine(criterion.text)}`;
  if (criterion.check === 'unreadable') return oneLine(criterion.text);
  // the table has the form of this very kind
  return (FORMS[criterion.check] as Form<Criterion>).write(criterion);
}

function oneLine(text: string): string {
  if (text.trim() === '' || /[\r\n]/.test(text)) throw new Error(`${JSON.stringify(text)} cannot be written as one line`);
  return text;
}

/** What a sentence turned out to be; `wrong` clearly tries to be a criterion, `prose` does not. */
export type Reading = (
  | { readonly is: 'criterion'; readonly criterion: Criterion }
  | { readonly is: 'wrong'; readonly what: string; readonly fix: string }
  /** The sentence without a waiver. */
  | { readonly is: 'prose'; readonly text: string }
) & { readonly remark?: string; readonly waived?: Waiver };

/** Reads a sentence, the remark after ` — ` and a waiver in brackets at its end. */
export function parseSentence(text: string): Reading {
  if (text.toLowerCase().startsWith(REVIEWER)) {
    const said = text.slice(REVIEWER.length).trim();
    if (said === '') return { is: 'wrong', what: `nothing stands after "${REVIEWER}"`, fix: 'say what the reviewer should look for' };
    return { is: 'criterion', criterion: { check: 'human', text: said } };
  }
  const { pieces, tail } = withoutTail(piecesOf(text));
  const also = readTail(tail);
  if ('what' in also) return { is: 'wrong', ...also };
  const contents = pieces.filter((piece) => piece.kind === 'span').map((piece) => piece.text);
  // every code span becomes one back-tick, so that a plain pattern can describe the words around them
  const words = pieces
    .map((piece) => (piece.kind === 'span' ? '`' : piece.kind === 'stray' ? '``' : piece.raw))
    .join('')
    .replace(/[ \t]+/g, ' ')
    .trim();
  const form = TRIED.find((candidate) => candidate.start.test(words));
  if (form === undefined) {
    const prose = also.waived === undefined ? text : pieces.map((piece) => piece.raw).join('') + (also.before ?? '');
    return { is: 'prose', text: prose.trimEnd(), ...(also.waived === undefined ? {} : { waived: also.waived }) };
  }
  const wrong = (what: string): Reading => ({ is: 'wrong', what, fix: `write ${form.example}` });
  if (words.includes('``') || contents.some((content) => content.trim() === '')) {
    return wrong('back-ticks are empty or not closed');
  }
  const match = form.whole.exec(words.replace(/ ?\.$/, ''));
  if (match === null) return wrong(`"${text.trim()}" is not a complete check`);
  const made = form.make(match.slice(1), contents);
  if (typeof made === 'string') return wrong(made);
  const { remark, waived } = also;
  return {
    is: 'criterion',
    criterion: made,
    ...(remark === undefined ? {} : { remark }),
    ...(waived === undefined ? {} : { waived }),
  };
}

/** Where a remark or a waiver begins: outside of code spans. */
const TAIL = /(?:^|\s)(?:—|–|--)(?=\s|$)|\(\s*waived\b/iu;

function withoutTail(pieces: readonly Piece[]): { readonly pieces: readonly Piece[]; readonly tail: string } {
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind !== 'text') continue;
    const start = TAIL.exec(piece.raw)?.index;
    if (start === undefined) continue;
    const kept = piece.raw.slice(0, start);
    const after = pieces.slice(index + 1).map((one) => one.raw);
    return { pieces: [...pieces.slice(0, index), { kind: 'text', text: kept, raw: kept }], tail: piece.raw.slice(start) + after.join('') };
  }
  return { pieces, tail: '' };
}

interface Tail {
  readonly remark?: string;
  readonly waived?: Waiver;
  /** What stands before the waiver. */
  readonly before?: string;
}

/** Longer than any reason; the patterns below take time with the square of it. */
const LONGEST_TAIL = 2000;
const WAIVER_FIRST = /^\(\s*waived\s+by\s+([^:()\s][^:()]*?)\s*:\s*(\S.*?)\s*\)(?:\s*\.|\s+(?:—|–|--)(?:\s+(.*))?)?\s*$/iu;
const WAIVER_LAST = /^(.*?)\(\s*waived\s+by\s+([^:()\s][^:()]*?)\s*:\s*(\S.*?)\s*\)\s*\.?$/iu;

function readTail(tail: string): Tail | { readonly what: string; readonly fix: string } {
  const text = tail.trim();
  if (!/\(\s*waived\b/i.test(text)) return remarkOf(text);
  if (text.length > LONGEST_TAIL) {
    return { what: `more than ${LONGEST_TAIL} characters around a waiver`, fix: 'put the long story elsewhere and name the place' };
  }
  const first = WAIVER_FIRST.exec(text);
  if (first !== null) {
    const [, by = '', reason = '', remark = ''] = first;
    return { ...remarkOf(`— ${remark}`), waived: { by, reason } };
  }
  const last = text.startsWith('(') ? null : WAIVER_LAST.exec(text);
  if (last === null)
    return { what: 'a waiver without a name or without a reason', fix: 'write (waived by NAME: reason) at the end of the line' };
  const [, before = '', by = '', reason = ''] = last;
  return { ...remarkOf(before.trim()), waived: { by, reason }, before: ` ${before}` };
}

function remarkOf(text: string): Tail {
  const remark = text.replace(/^(?:—|–|--)\s*/u, '').trim();
  return remark === '' ? {} : { remark };
}
