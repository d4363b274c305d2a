/** What checks want in a deliverable besides words and headings: numbers, values that fit a schema, answers to findings, ids, ticked lists. Pure. */
import type { Check, MetricCriterion, SourceFile } from '../core/check.ts';
import { parseMetricPath } from '../files/metric-path.ts';
import { compilePattern } from '../files/pattern.ts';
import { parseReview } from '../files/review.ts';
import { formatOf, readStructured } from '../files/structured.ts';

export interface Demands {
  /** Top-level values, for a data file or for front matter. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
  /** Headings with a ticked list below; none for a list without one. */
  readonly lists: readonly (string | undefined)[];
}

export interface Surroundings {
  readonly read: (source: SourceFile) => string | undefined;
  /** The last commit of the worktree. */
  readonly head: string;
}

/** Everything the checks on one file want. What cannot be made up (a report in XML, a pattern of a schema) is left out. */
export function demandsOf(checks: readonly Check[], around: Surroundings): Demands {
  let values: Record<string, unknown> = {};
  const words: string[] = [];
  const lists: (string | undefined)[] = [];
  for (const check of checks) {
    if (check.check === 'schema' || check.check === 'frontmatter') values = { ...values, ...Object(exampleFor(check.schema, around)) };
    if (check.check === 'metric') values = withNumber(values, check.path, numberFor(check));
    if (check.check === 'dispositions') values['dispositions'] = answersTo(check, around);
    if (check.check === 'traces') words.push(...idsIn(around.read(check.ids) ?? '', check.pattern));
    if (check.check === 'checklist') lists.push(check.heading);
  }
  return { values, words, lists };
}

/** Better than any earlier figure a rehearsal meets. */
const BEST = { lower: 0, higher: 1_000_000_000 };

function numberFor(check: MetricCriterion): number {
  if (check.op === 'improves') return BEST[check.direction];
  const step = { '>': 1, '<': -1, '!=': 1, '>=': 0, '<=': 0, '==': 0 };
  return check.value + step[check.op];
}

/** Only paths of plain keys can be made up. */
function withNumber(values: Readonly<Record<string, unknown>>, path: string, number: number): Record<string, unknown> {
  const keys = (parseMetricPath(path) ?? []).map((part) => ('key' in part ? part.key : undefined));
  const [first, ...rest] = keys;
  if (first === undefined || rest.includes(undefined)) return { ...values };
  if (rest.length === 0) return { ...values, [first]: number };
  const inner = Object(values[first]) as Readonly<Record<string, unknown>>;
  return { ...values, [first]: withNumber(inner, rest.join('.'), number) };
}

function exampleFor(source: SourceFile, around: Surroundings): unknown {
  const read = readStructured(around.read(source) ?? '{}', formatOf(source.file) ?? 'json');
  return 'fault' in read ? {} : example(read.value, 0);
}

/** A small value of a schema's type; the first that is offered where some are. */
function example(schema: unknown, depth: number): unknown {
  const rules = Object(schema) as Readonly<Record<string, unknown>>;
  if ('const' in rules) return rules['const'];
  for (const key of ['enum', 'examples']) {
    const offered = rules[key];
    if (Array.isArray(offered)) return offered[0] as unknown;
  }
  if ('default' in rules) return rules['default'];
  const [type] = [rules['type']].flat();
  if (type === 'string') return 'rehearsed'.padEnd(Number(rules['minLength'] ?? 0), '.');
  if (type === 'number' || type === 'integer') return Number(rules['minimum'] ?? 1);
  if (type === 'boolean') return true;
  if (type === 'null') return null;
  if (type === 'array') return Array.from({ length: Number(rules['minItems'] ?? 0) }, () => example(rules['items'], depth + 1));
  const required = Array.isArray(rules['required']) && depth < 20 ? rules['required'].map(String) : [];
  const properties = Object(rules['properties']) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(required.map((name) => [name, example(properties[name], depth + 1)]));
}

function answersTo(check: Extract<Check, { check: 'dispositions' }>, around: Surroundings): Record<string, unknown>[] {
  const { review } = parseReview(around.read(check.review) ?? '', check.review.file);
  const [as = 'deferred'] = check.allowed.filter((one) => one !== 'documented');
  const proof = { fixed: { commit: around.head }, documented: {}, deferred: { issue: 'rehearsal' }, overridden: { by: 'Rehearsal' } }[as];
  return (review?.findings ?? [])
    .filter((finding) => check.levels.includes(finding.level))
    .map(({ id }) => ({ finding: id, as, ...proof }));
}

function idsIn(text: string, pattern: string): string[] {
  const compiled = compilePattern(pattern);
  if ('problem' in compiled) return [];
  const matcher = compiled.regex.matcher(text);
  const ids = new Set<string>();
  while (matcher.find()) ids.add(matcher.group() ?? '');
  return [...ids].filter((id) => id !== '');
}
