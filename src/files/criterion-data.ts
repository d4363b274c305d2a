/** Sentences of criteria about values in a file, and about two files that have to agree: schemas, measurements, ids, reviews. */
import type { Comparison, Criterion, Disposition, Level, MetricCriterion } from '../core/check.ts';
import { COMPARISONS, DISPOSITIONS } from '../core/check.ts';
import { VERDICTS } from '../core/review.ts';
import { codeSpan } from './code-span.ts';
import type { FileOf, Form } from './criterion-form.ts';
import { fileForm, fileText, NUMBER, SOURCE, sourceOf, wordList, wordsOf, wrongPath } from './criterion-form.ts';
import { metricPathFault } from './metric-path.ts';
import { parsePattern } from './pattern.ts';

type Of<Kind extends Criterion['check']> = Extract<Criterion, { check: Kind }>;

const SCHEMA = `the schema (?:(in )${SOURCE}|\`)`;

function schemaText({ schema }: Of<'schema' | 'frontmatter'>): string {
  return `the schema ${schema.in === 'base' ? codeSpan(schema.file) : `in ${fileText(schema)}`}`;
}

function schemaForm(check: 'schema' | 'frontmatter', words: string): Form<Of<'schema' | 'frontmatter'>> {
  return fileForm({
    start: words,
    predicate: `${words} ${SCHEMA}`,
    example: `${words} the schema \`schemas/report.json\``,
    make: (file, [elsewhere, place], [schema = '']) =>
      wrongPath(schema) ?? { check, ...file, schema: { in: elsewhere === undefined ? 'base' : sourceOf(place), file: schema } },
    write: (criterion) => `${words} ${schemaText(criterion)}`,
  });
}

export const schema = schemaForm('schema', 'fits');
export const frontmatter = schemaForm('frontmatter', 'has front matter that fits');

const OPERATORS: Readonly<Record<Comparison, string>> = {
  '>=': 'at least',
  '>': 'above',
  '<=': 'at most',
  '<': 'below',
  '==': 'exactly',
  '!=': 'not',
};

/** A comparison in words: `at least 80`. */
export const comparisonText = (op: Comparison, value: number): string => `${OPERATORS[op]} ${value}`;

const COMPARED = `(${Object.values(OPERATORS).join('|')}|>=|<=|==|!=|>|<) (${NUMBER})`;
const BASELINE = `(?:at the base|(metric \` of )?${SOURCE})`;
const IMPROVED = `(lower|higher) than ${BASELINE}(?: by at least (\\d+(?:\\.\\d+)?) ?%)?`;

export const metric: Form<MetricCriterion> = {
  start: /^metric ``?/i,
  whole: new RegExp(
    `^metric \` of (iteration )?file \` is (?:${COMPARED}|${IMPROVED})(?:,? with (\\d+(?:\\.\\d+)?) ?% for a caution)?$`,
    'i',
  ),
  example: 'metric `total.lines.pct` of file `coverage.json` is at least 80',
  make: measured,
  write: (criterion) => {
    const named = criterion.caution === undefined ? '' : `, with ${percent(criterion.caution)}% for a caution`;
    return `metric ${codeSpan(criterion.path)} of ${fileText(criterion)} is ${targetText(criterion)}${named}`;
  },
};

function targetText(criterion: MetricCriterion): string {
  if (criterion.op !== 'improves') {
    if (!Number.isFinite(criterion.value)) throw new Error(`${criterion.value} cannot be written as a number`);
    return comparisonText(criterion.op, criterion.value);
  }
  const { baseline } = criterion;
  const same = baseline.file === criterion.file && baseline.path === criterion.path;
  const before = baseline.in === 'base' && same ? 'at the base' : `metric ${codeSpan(baseline.path)} of ${fileText(baseline)}`;
  return `${criterion.direction} than ${before}${criterion.by === 0 ? '' : ` by at least ${percent(criterion.by)}%`}`;
}

/** Written without an exponent, as it is read. */
function percent(value: number): string {
  if (!Number.isFinite(value) || value < 0 || /e/.test(String(value))) throw new Error(`${value} cannot be written as a percentage`);
  return String(value);
}

function measured(groups: readonly (string | undefined)[], contents: readonly string[]): Criterion | string {
  const [iteration, word, value, direction, named, place, by, caution] = groups;
  const [path = '', file = '', third, fourth] = contents;
  const wrong = wrongPath(file) ?? metricPathFault(path);
  if (wrong !== undefined) return wrong;
  const about = {
    check: 'metric' as const,
    in: iteration === undefined ? ('repository' as const) : ('iteration' as const),
    file,
    path,
    ...(caution === undefined ? {} : { caution: Number(caution) }),
  };
  if (word !== undefined) {
    if (!Number.isFinite(Number(value))) return `"${value}" is too large a number`;
    const op = COMPARISONS.find((one) => one === word || OPERATORS[one] === word.toLowerCase()) ?? '==';
    return { ...about, op, value: Number(value) };
  }
  const before = named === undefined ? { file: third ?? file, path } : { file: fourth ?? file, path: third ?? path };
  const source = third === undefined ? 'base' : sourceOf(place);
  return (
    wrongPath(before.file) ??
    metricPathFault(before.path) ?? {
      ...about,
      op: 'improves',
      direction: direction?.toLowerCase() === 'higher' ? 'higher' : 'lower',
      by: Number(by ?? 0),
      baseline: { in: source, ...before },
    }
  );
}

export const checklist: Form<Of<'checklist'>> = fileForm({
  start: 'has (?:its|the) checklist',
  predicate: 'has (?:its|the) checklist( `)? ticked',
  example: 'has its checklist `Security` ticked',
  make: (file, _, [heading]) => ({ check: 'checklist', ...file, ...(heading === undefined ? {} : { heading }) }),
  write: ({ heading }) => `has its checklist${heading === undefined ? '' : ` ${codeSpan(heading)}`} ticked`,
});

export const verdict: Form<Of<'verdict'>> = fileForm({
  start: 'says',
  predicate: 'says ([a-z_, ]+?) with at most (\\d{1,6}) open MUST(?: and (\\d{1,6}) open SHOULD)?(?: findings?)?',
  example: 'says approved or approved_with_suggestions with at most 0 open MUST findings',
  make: (file, [said = '', must, should]) => {
    const verdicts = wordsOf(said, VERDICTS);
    if (typeof verdicts === 'string') return verdicts;
    return { check: 'verdict', ...file, verdicts, openMust: Number(must), ...(should === undefined ? {} : { openShould: Number(should) }) };
  },
  write: ({ verdicts, openMust, openShould }) =>
    `says ${wordList(verdicts, 'or')} with at most ${openMust} open MUST${openShould === undefined ? '' : ` and ${openShould} open SHOULD`} findings`,
});

const LEVELS: readonly Level[] = ['must', 'should', 'nice'];

export const dispositions: Form<Of<'dispositions'>> = fileForm({
  start: 'answers',
  predicate: `answers the ([a-z, ]+?) findings of ${SOURCE} as ([a-z, ]+)`,
  example: 'answers the MUST and SHOULD findings of iteration file `review.md` as fixed, documented or deferred',
  make: (file: FileOf, [asked = '', place, given = ''], [review = '']) => {
    const levels = wordsOf(asked, LEVELS);
    if (typeof levels === 'string') return levels;
    const allowed: readonly Disposition[] | string = wordsOf(given, DISPOSITIONS);
    if (typeof allowed === 'string') return allowed;
    return wrongPath(review) ?? { check: 'dispositions', ...file, review: { in: sourceOf(place), file: review }, levels, allowed };
  },
  write: ({ levels, review, allowed }) =>
    `answers the ${wordList(
      levels.map((level) => level.toUpperCase()),
      'and',
    )} findings of ${fileText(review)} as ${wordList(allowed, 'or')}`,
});

export const traces: Form<Of<'traces'>> = fileForm({
  start: 'mentions',
  predicate: `mentions every \` of ${SOURCE}`,
  example: 'mentions every `/REQ-\\d+/` of iteration file `context/design.md`',
  make: (file, [place], [written = '', ids = '']) => {
    const parsed = parsePattern(written);
    if ('problem' in parsed) return parsed.problem;
    return wrongPath(ids) ?? { check: 'traces', ...file, pattern: parsed.pattern, ids: { in: sourceOf(place), file: ids } };
  },
  write: ({ pattern, ids }) => `mentions every ${codeSpan(`/${pattern}/`)} of ${fileText(ids)}`,
});
