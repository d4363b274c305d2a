/** The checks of a workflow file as written, in the shape schemas/workflow.schema.json promises, and the criteria they ask for. */
import type { Comparison, Criterion, Disposition, Format, Level, Place, Severity, Source, SourceFile } from '../core/check.ts';
import { DISPOSITIONS } from '../core/check.ts';
import { parseDuration } from '../core/duration.ts';
import type { ReviewVerdict } from '../core/review.ts';
import { parseSize } from '../core/size.ts';
import type { CheckTemplate } from '../core/workflow.ts';

type FileSource = string | { readonly file: string; readonly in?: Place | 'worktree' | 'base' };

export interface MetricSource {
  /** The report; the deliverable, or `file`, when left out. */
  readonly from?: string;
  readonly path: string;
  readonly op: Comparison | 'improves';
  readonly value?: number;
  readonly direction?: 'lower' | 'higher';
  readonly by?: number;
  readonly baseline?: 'base' | { readonly file?: string; readonly in?: Place | 'worktree' | 'base'; readonly path?: string };
  readonly caution_within?: number;
}

export interface CheckSource {
  readonly id?: string;
  readonly level?: Level;
  readonly hint?: string;
  readonly file?: string;
  readonly in?: Place | 'worktree';
  readonly timeout?: string;
  readonly exists?: true;
  readonly size?: { readonly min?: string | number; readonly max?: string | number };
  readonly headings?: readonly string[];
  readonly contains?: readonly string[];
  readonly not_contains?: readonly string[];
  readonly matches?: string;
  readonly not_matches?: string;
  readonly format?: Format;
  readonly schema?: FileSource;
  readonly frontmatter?: FileSource;
  readonly metric?: MetricSource;
  readonly checklist?: true | string;
  readonly verdict?: {
    readonly of?: string;
    readonly in?: readonly ReviewVerdict[];
    readonly open_must?: number;
    readonly open_should?: number;
  };
  readonly dispositions?: { readonly of: string; readonly levels?: readonly Level[]; readonly allowed?: readonly Disposition[] };
  readonly summary?: { readonly max_tokens: number };
  readonly placeholders?: 'none';
  readonly traces?: { readonly ids_from: FileSource; readonly pattern: string };
  readonly secrets?: 'none';
  readonly command?: string;
  readonly commits?: { readonly min: number };
  readonly scope?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] };
  readonly blockers?: { readonly open?: number; readonly severity?: Severity };
  readonly git?: { readonly clean?: boolean; readonly no_conflict_with?: string };
  readonly disk_free?: string | number;
  readonly tools?: readonly string[];
  readonly expr?: string;
  readonly human?: string;
}

export const FILE_CHECKS = [
  'exists',
  'size',
  'headings',
  'contains',
  'not_contains',
  'matches',
  'not_matches',
  'format',
  'schema',
  'frontmatter',
  'metric',
  'checklist',
  'verdict',
  'dispositions',
  'summary',
  'placeholders',
  'traces',
] as const;
export const CHECKS = [
  ...FILE_CHECKS,
  'secrets',
  'command',
  'commits',
  'scope',
  'blockers',
  'git',
  'disk_free',
  'tools',
  'expr',
  'human',
] as const;
type Kind = (typeof CHECKS)[number];

/** Milliseconds a command has when nobody says. */
const TIMEOUT = 600_000;

/** The review each step delivers, by the id of the step. */
export type Reports = Readonly<Record<string, string>>;

/** The first file in the iteration folder of each step that has one. */
export function reportsOf(
  steps: readonly { readonly id: string; readonly deliverables?: readonly { readonly path: string; readonly in?: Place | 'worktree' }[] }[],
): Reports {
  return Object.fromEntries(
    steps.flatMap(({ id, deliverables = [] }) => {
      const first = deliverables.find((one) => placeOf(one.in) === 'iteration');
      return first === undefined ? [] : [[id, first.path]];
    }),
  );
}

/** `of:` names a step, or a file by a path with a slash or a dot. */
export const isPath = (of: string): boolean => /[/.]/.test(of);

/** `worktree` is another word for the repository. */
export function placeOf(place: Place | 'worktree' | undefined): Place {
  return place === undefined || place === 'iteration' ? 'iteration' : 'repository';
}

/** The kinds of check an entry asks for; a sound one has exactly one. */
export function kindsOf(check: CheckSource): Kind[] {
  return CHECKS.filter((kind) => check[kind] !== undefined);
}

/** The file an entry is about; undefined when it says none. */
function fileOf({ file, metric, verdict }: CheckSource, reports: Reports): string | undefined {
  return metric?.from ?? (verdict?.of === undefined ? undefined : reviewOf(verdict.of, reports)) ?? file;
}

/** Undefined for an entry that is no sound check: its problem is told elsewhere. */
export function checkOf(check: CheckSource, reports: Reports): CheckTemplate | undefined {
  const criterion = criterionOf(check, reports);
  if (criterion === undefined) return undefined;
  const hint = check.hint?.replace(/\s+/g, ' ').trim();
  return {
    ...(check.id === undefined ? {} : { id: check.id }),
    level: check.level ?? 'must',
    criterion,
    ...(hint === undefined || hint === '' ? {} : { hint }),
  };
}

/** The criterion an entry asks for. */
export function criterionOf(check: CheckSource, reports: Reports): Criterion | undefined {
  const [kind] = kindsOf(check);
  return kind !== undefined && isFileCheck(kind) ? fileCriterion(kind, check, reports) : otherCriterion(check);
}

const isFileCheck = (kind: Kind): kind is (typeof FILE_CHECKS)[number] => FILE_CHECKS.some((one) => one === kind);

function fileCriterion(kind: (typeof FILE_CHECKS)[number], check: CheckSource, reports: Reports): Criterion | undefined {
  const where = { in: placeOf(check.in), file: fileOf(check, reports) ?? '' };
  if (kind === 'exists' || kind === 'placeholders') return { check: kind, ...where };
  if (check.size !== undefined) return { check: 'size', ...where, ...bytesOf(check.size) };
  if (check.headings !== undefined) return { check: 'headings', ...where, headings: check.headings };
  if (check.contains !== undefined) return { check: 'contains', ...where, words: check.contains };
  if (check.not_contains !== undefined) return { check: 'not_contains', ...where, words: check.not_contains };
  if (check.matches !== undefined) return { check: 'matches', ...where, pattern: check.matches };
  if (check.not_matches !== undefined) return { check: 'not_matches', ...where, pattern: check.not_matches };
  if (check.format !== undefined) return { check: 'format', ...where, format: check.format };
  if (check.schema !== undefined) return { check: 'schema', ...where, schema: sourceFile(check.schema, 'base') };
  if (check.frontmatter !== undefined) return { check: 'frontmatter', ...where, schema: sourceFile(check.frontmatter, 'base') };
  if (check.metric !== undefined) return metricOf(check.metric, where);
  if (check.checklist !== undefined)
    return { check: 'checklist', ...where, ...(check.checklist === true ? {} : { heading: check.checklist }) };
  if (check.summary !== undefined) return { check: 'summary', ...where, tokens: check.summary.max_tokens };
  if (check.traces !== undefined) {
    return { check: 'traces', ...where, pattern: check.traces.pattern, ids: sourceFile(check.traces.ids_from, where.in) };
  }
  if (check.verdict !== undefined) {
    const { in: verdicts = ['approved', 'approved_with_suggestions'], open_must: openMust = 0, open_should: openShould } = check.verdict;
    // what a step delivers for others to read is in the iteration folder
    const place: Place = check.verdict.of === undefined ? where.in : 'iteration';
    return { check: 'verdict', ...where, in: place, verdicts, openMust, ...(openShould === undefined ? {} : { openShould }) };
  }
  if (check.dispositions !== undefined) {
    const { of, levels = ['must', 'should'], allowed = DISPOSITIONS } = check.dispositions;
    return { check: 'dispositions', ...where, review: { in: 'iteration', file: reviewOf(of, reports) ?? '' }, levels, allowed };
  }
  return undefined;
}

function otherCriterion(check: CheckSource): Criterion | undefined {
  if (check.command !== undefined) return { check: 'command', run: check.command, timeout: timeoutOf(check) };
  if (check.commits !== undefined) return { check: 'commits', min: check.commits.min };
  if (check.human !== undefined) return { check: 'human', text: check.human };
  if (check.scope !== undefined) return { check: 'scope', allow: check.scope.allow ?? [], deny: check.scope.deny ?? [] };
  if (check.secrets !== undefined) return { check: 'secrets' };
  if (check.blockers !== undefined) {
    return { check: 'blockers', open: check.blockers.open ?? 0, severity: check.blockers.severity ?? 'low' };
  }
  if (check.git !== undefined) {
    const { clean = false, no_conflict_with: fits } = check.git;
    return { check: 'git', clean, ...(fits === undefined ? {} : { fits }) };
  }
  if (check.disk_free !== undefined) return { check: 'disk_free', bytes: bytes(check.disk_free) };
  if (check.tools !== undefined) return { check: 'tools', tools: check.tools };
  if (check.expr !== undefined) return { check: 'expr', expression: check.expr.trim() };
  return undefined;
}

function metricOf(source: MetricSource, where: { readonly in: Place; readonly file: string }): Criterion | undefined {
  const { path, op, value, direction, by = 0, baseline = 'base', caution_within: caution } = source;
  const shared = { check: 'metric' as const, ...where, path, ...(caution === undefined ? {} : { caution }) };
  if (op !== 'improves') return value === undefined ? undefined : { ...shared, op, value };
  if (direction === undefined) return undefined;
  const before = baseline === 'base' ? {} : baseline;
  const place = before.in === undefined ? (before.file === undefined ? 'base' : where.in) : sourceOf(before.in);
  return { ...shared, op, direction, by, baseline: { in: place, file: before.file ?? where.file, path: before.path ?? path } };
}

function reviewOf(of: string, reports: Reports): string | undefined {
  if (isPath(of)) return of;
  return Object.hasOwn(reports, of) ? reports[of] : undefined;
}

function sourceFile(source: FileSource, place: Source): SourceFile {
  return typeof source === 'string'
    ? { in: place, file: source }
    : { in: source.in === undefined ? place : sourceOf(source.in), file: source.file };
}

const sourceOf = (place: Source | 'worktree'): Source => (place === 'worktree' ? 'repository' : place);

/** Sizes in bytes; a number without a unit is bytes. */
export function bytesOf(size: { readonly min?: string | number; readonly max?: string | number }): { min?: number; max?: number } {
  return {
    ...(size.min === undefined ? {} : { min: bytes(size.min) }),
    ...(size.max === undefined ? {} : { max: bytes(size.max) }),
  };
}

const bytes = (text: string | number): number => (typeof text === 'number' ? text : (parseSize(text) ?? 0));

/** The schema has refused what is no duration; such a file never gets further. */
function timeoutOf({ timeout }: CheckSource): number {
  return timeout === undefined ? TIMEOUT : (parseDuration(timeout) ?? 0);
}
