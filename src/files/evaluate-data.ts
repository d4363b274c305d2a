/**
 * Judges the checks that read values out of a file, mostly against another file: schemas, measurements, reviews, ids.
 * Reads no file itself: content comes in by a look-up. Loaded only when such a check is there, because its parsers are heavy.
 */
import { answerFindings, type ChecklistItem } from '../core/checklist.ts';
import type { Check, MetricCriterion, Result, SourceFile } from '../core/check.ts';
import { changeInPercent, holds, improvedBy, isNear } from '../core/metric.ts';
import { judged } from '../core/review.ts';
import { unreachable } from '../core/unreachable.ts';
import { parseAnswers } from './checklist-answers.ts';
import { comparisonText } from './criterion-data.ts';
import { fileText } from './criterion-form.ts';
import { answersIn, type AnswerFacts } from './dispositions.ts';
import { splitFrontMatter } from './front-matter.ts';
import { compileSchema } from './json-schema.ts';
import { numberAt, readReport, type Report } from './metric-source.ts';
import type { FoundFile, Outcome } from './outcome.ts';
import { count, fileResult, named, quoted, textIn } from './outcome.ts';
import { compilePattern } from './pattern.ts';
import { shown } from './quoted.ts';
import { parseReview } from './review.ts';
import { schemaFaults } from './schema-faults.ts';
import { formatOf, readStructured } from './structured.ts';

type DataKind = 'schema' | 'frontmatter' | 'metric' | 'verdict' | 'dispositions' | 'traces';
export type DataCheck = Extract<Check, { check: DataKind }>;

export interface DataFacts extends AnswerFacts {
  readonly fileAt: (source: SourceFile) => FoundFile | undefined;
  /** Percent by which a metric may be missed for a caution. */
  readonly cautionMargin: number;
  /** The checklist whose answers stand in a review of the iteration folder. */
  readonly itemsOf: (file: string) => readonly ChecklistItem[];
}

/** Judges one check; the same facts give the same bytes. */
export function evaluateData(check: DataCheck, facts: DataFacts): Result {
  const read = textIn(facts.fileAt(check));
  const expected = expectation(check);
  if ('outcome' in read) return fileResult(check, read.outcome, expected);
  return fileResult(check, outcomeOf(check, read.text, facts), expected);
}

function outcomeOf(check: DataCheck, text: string, facts: DataFacts): Outcome {
  switch (check.check) {
    case 'schema':
    case 'frontmatter':
      return schemaOutcome(check, text, facts);
    case 'metric':
      return metricOutcome(check, text, facts);
    case 'verdict':
      return verdictOutcome(check, text, facts);
    case 'dispositions':
      return dispositionsOutcome(check, text, facts);
    case 'traces':
      return tracesOutcome(check, text, facts);
    default:
      return unreachable(check);
  }
}

function expectation(check: DataCheck): string | number {
  switch (check.check) {
    case 'schema':
    case 'frontmatter':
      return `the schema ${check.schema.file}`;
    case 'metric':
      return check.op === 'improves' ? `${check.direction} than before` : comparisonText(check.op, check.value);
    case 'verdict':
      return check.verdicts.join(', ');
    case 'dispositions':
      return 'every finding answered';
    case 'traces':
      return 'every id mentioned';
    default:
      return unreachable(check);
  }
}

const failed = (what: string, measured: string | number = 'unknown'): Outcome => ({ pass: false, what, measured });

/** The text of a second file, or a sentence that says which file is the matter. */
function otherText(source: SourceFile, facts: DataFacts): { readonly text: string } | { readonly problem: string } {
  const read = textIn(facts.fileAt(source));
  return 'text' in read ? read : { problem: `${fileText(source)}: ${read.outcome.what}` };
}

function schemaOutcome(check: Extract<DataCheck, { check: 'schema' | 'frontmatter' }>, text: string, facts: DataFacts): Outcome {
  const source = otherText(check.schema, facts);
  if ('problem' in source) return failed(`cannot be judged: schema ${source.problem}`, 'no schema');
  const compiled = compileSchema(source.text, formatOf(check.schema.file) ?? 'json');
  if ('fault' in compiled)
    return failed(`cannot be judged: ${fileText(check.schema)}:${compiled.fault.line}: ${shown(compiled.fault.what)}`, 'no schema');
  if ('problem' in compiled) return failed(`cannot be judged: ${fileText(check.schema)}: ${shown(compiled.problem)}`, 'no schema');
  const inFront = check.check === 'frontmatter';
  const body = inFront ? splitFrontMatter(text).yaml : text;
  if (body === undefined) return failed('has no front matter', 'no front matter');
  const format = inFront ? 'yaml' : formatOf(check.file);
  if (format === undefined) return failed('is no data iter reads: .json, .yaml, .yml or .toml', 'no data');
  const above = inFront ? 1 : 0;
  const read = readStructured(body, format);
  if ('fault' in read) {
    return {
      ...failed(`not valid ${format}: ${shown(read.fault.what)}`, `not valid ${format}`),
      line: read.fault.line + above,
      column: read.fault.column,
    };
  }
  let fits: boolean;
  try {
    fits = compiled.validate(read.value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return failed(`cannot be judged: ${fileText(check.schema)} refers to itself without end`, 'no schema');
  }
  if (fits) return { pass: true, what: `fits the schema ${check.schema.file}`, measured: 'fits' };
  const [fault] = schemaFaults(compiled.validate.errors ?? []);
  const place = fault === undefined ? undefined : read.placeOf(fault.path);
  return {
    ...failed(`does not fit the schema ${check.schema.file}: ${fault?.what ?? 'it is refused'}`, 'does not fit'),
    ...(place === undefined ? {} : { line: place.line + above, column: place.column }),
  };
}

function metricOutcome(check: MetricCriterion & Check, text: string, facts: DataFacts): Outcome {
  const now = figureIn(text, check.file, check.path);
  if ('outcome' in now) return now.outcome;
  const margin = check.caution ?? facts.cautionMargin;
  const is = `${shown(check.path)} is ${now.value}`;
  if (check.op !== 'improves') {
    const wanted = comparisonText(check.op, check.value);
    if (holds(now.value, check.op, check.value)) return { pass: true, what: `${is}, ${wanted}`, measured: now.value };
    const near = check.op !== '!=' && isNear(now.value, check.value, margin);
    return missed(`${is}; ${wanted} wanted`, now.value, near ? margin : undefined);
  }
  const source = otherText(check.baseline, facts);
  if ('problem' in source) return failed(`${is}; nothing to compare with: ${source.problem}`, now.value);
  const before = figureIn(source.text, check.baseline.file, check.baseline.path);
  if ('outcome' in before) return failed(`${is}; nothing to compare with: ${fileText(check.baseline)}: ${before.outcome.what}`, now.value);
  const target = improvedBy(before.value, check.direction, check.by);
  const lower = check.direction === 'lower';
  const better = lower ? now.value < before.value : now.value > before.value;
  const change = changeInPercent(before.value, now.value);
  const story = `${is}, before ${before.value}${change === undefined ? '' : ` (${change > 0 ? '+' : ''}${Number(change.toFixed(2))}%)`}`;
  if (better && (lower ? now.value <= target : now.value >= target)) return { pass: true, what: story, measured: now.value };
  const wanted = `${check.direction}${check.by === 0 ? '' : ` by at least ${check.by}%`} wanted`;
  // what did not get better at all is no near miss
  return missed(`${story}; ${wanted}`, now.value, better && isNear(now.value, target, margin) ? margin : undefined);
}

function missed(what: string, measured: number, margin: number | undefined): Outcome {
  return margin === undefined
    ? failed(what, measured)
    : { ...failed(`${what}; missed by no more than ${margin}%`, measured), caution: true };
}

function figureIn(text: string, file: string, path: string): { readonly value: number } | { readonly outcome: Outcome } {
  const report = reportOf(text, file);
  if ('fault' in report) {
    const { what, line, column } = report.fault;
    return { outcome: { ...failed(shown(what)), ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) } };
  }
  const found = numberAt(report, path);
  return 'value' in found ? found : { outcome: failed(shown(found.problem)) };
}

/** A report is parsed once for all its metrics in a row. */
function reportOf(text: string, file: string): ReturnType<typeof readReport> {
  if (lastReport?.text === text && lastReport.file === file) return lastReport.report;
  const report = readReport(text, file);
  lastReport = { text, file, report };
  return report;
}

let lastReport: { readonly text: string; readonly file: string; readonly report: Report | ReturnType<typeof readReport> } | undefined;

/** A review with what its checklist adds to the findings. */
function reviewIn(text: string, { in: place, file }: SourceFile, facts: DataFacts): ReturnType<typeof parseReview> {
  const { review, problems } = parseReview(text, file);
  const items = place === 'iteration' ? facts.itemsOf(file) : [];
  if (review === undefined || items.length === 0) return { ...(review === undefined ? {} : { review }), problems };
  const { answers, problems: wrong } = parseAnswers(text, file, items);
  if (wrong.length > 0) return { problems: wrong };
  return { review: { ...review, findings: [...review.findings, ...answerFindings(items, answers, review.findings)] }, problems };
}

function verdictOutcome(check: Extract<DataCheck, { check: 'verdict' }>, text: string, facts: DataFacts): Outcome {
  const { review, problems } = reviewIn(text, check, facts);
  const [problem] = problems;
  if (review === undefined) {
    return {
      ...failed(`is no review: ${problem?.what ?? 'it cannot be read'}`, 'no review'),
      ...(problem?.line === undefined ? {} : { line: problem.line }),
    };
  }
  const { verdict, findings } = judged(review);
  const open = (level: string): number => findings.filter((finding) => finding.level === level).length;
  const [must, should] = [open('must'), open('should')];
  const has = `says ${verdict} with ${must} open MUST and ${should} open SHOULD ${must + should === 1 ? 'finding' : 'findings'}`;
  const said = review.verdict === verdict ? '' : ` (written: ${review.verdict})`;
  const wrong = [
    ...(check.verdicts.includes(verdict) ? [] : [`${check.verdicts.join(' or ')} wanted`]),
    ...(must <= check.openMust ? [] : [`at most ${check.openMust} open MUST wanted`]),
    ...(check.openShould === undefined || should <= check.openShould ? [] : [`at most ${check.openShould} open SHOULD wanted`]),
  ];
  return { pass: wrong.length === 0, what: [has + said, ...wrong].join('; '), measured: verdict };
}

function dispositionsOutcome(check: Extract<DataCheck, { check: 'dispositions' }>, text: string, facts: DataFacts): Outcome {
  const source = otherText(check.review, facts);
  if ('problem' in source) return failed(`cannot be judged: ${source.problem}`);
  const { review, problems } = reviewIn(source.text, check.review, facts);
  if (review === undefined)
    return failed(`cannot be judged: ${fileText(check.review)} is no review: ${problems[0]?.what ?? 'it cannot be read'}`);
  const wanted = review.findings.filter((finding) => check.levels.includes(finding.level));
  const read = answersIn(text);
  if ('fault' in read) return { ...failed(shown(read.fault.what)), line: read.fault.line };
  const faults = wanted.flatMap((finding) => {
    const answer = read.answers.find((one) => one.finding === finding.id);
    const what = answer === undefined ? 'has no disposition' : answer.fault(check.allowed, facts);
    return what === undefined ? [] : [{ line: answer?.line, what: `${finding.level.toUpperCase()} ${shown(finding.id)} ${what}` }];
  });
  const measured = `${wanted.length - faults.length} of ${wanted.length}`;
  const [first, ...more] = faults;
  if (first === undefined) return { pass: true, what: `${measured} findings are answered`, measured };
  const what = [first, ...more].map((fault) => fault.what);
  return { pass: false, what: named(what), measured, ...(first.line === undefined ? {} : { line: first.line }) };
}

function tracesOutcome(check: Extract<DataCheck, { check: 'traces' }>, text: string, facts: DataFacts): Outcome {
  const source = otherText(check.ids, facts);
  if ('problem' in source) return failed(`cannot be judged: ${source.problem}`);
  const wanted = idsIn(source.text, check.pattern);
  if ('problem' in wanted) return failed(wanted.problem);
  if (wanted.ids.size === 0) return failed(`nothing to trace: ${fileText(check.ids)} has no /${shown(check.pattern)}/`, 0);
  const here = idsIn(text, check.pattern);
  const mentioned = 'ids' in here ? here.ids : new Set<string>();
  const missing = [...wanted.ids].filter((id) => !mentioned.has(id));
  const measured = `${wanted.ids.size - missing.length} of ${wanted.ids.size}`;
  if (missing.length === 0) return { pass: true, what: `mentions ${measured} ids of ${check.ids.file}`, measured };
  return {
    pass: false,
    what: `does not mention ${named(missing.map(quoted))} of ${check.ids.file}: ${count(missing.length, 'id')} missing`,
    measured,
  };
}

/** Everything the pattern finds; the first group where it has one. */
function idsIn(text: string, pattern: string): { readonly ids: ReadonlySet<string> } | { readonly problem: string } {
  const compiled = compilePattern(pattern);
  if ('problem' in compiled) return compiled;
  const matcher = compiled.regex.matcher(text);
  const group = compiled.regex.groupCount() > 0 ? 1 : 0;
  const ids = new Set<string>();
  while (matcher.find()) {
    const id = matcher.group(group);
    if (id !== null && id !== '') ids.add(id);
  }
  return { ids };
}
