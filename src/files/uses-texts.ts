/** The texts of a step that is carried over into another workflow: values in the place of inputs, and its files at their new paths. */
import { substitute, substituteEach, type Values, wholePlaceholder } from '../core/substitute.ts';
import { derived, type Origins } from './origins.ts';
import type { UsedValues } from './uses-values.ts';
import { type CheckSource, kindsOf, type MetricSource, placeOf } from './workflow-checks.ts';
import type { DeliverableSource, StepSource, WorkflowSource } from './workflow-source.ts';

/** All that is needed to carry texts over, prepared once for all steps of a workflow. */
export interface Carrier {
  readonly values: UsedValues;
  /** Old paths in the iteration folder with the new ones. */
  readonly moved: ReadonlyMap<string, string>;
  /** Finds every mention of a file that has moved. */
  readonly mention: RegExp | undefined;
  /** By full name, as texts have them and as patterns have them. */
  readonly texts: Values;
  readonly patterns: Values;
  readonly origins: Origins;
}

export function carrierFor({ values, moved, origins }: Pick<Carrier, 'values' | 'moved' | 'origins'>): Carrier {
  const texts = Object.fromEntries([...values].map(([name, { value }]) => [`inputs.${name}`, value]));
  return { values, moved, origins, texts, patterns: literally(texts), mention: mentionOf([...moved.keys()]) };
}

/** First folders that stay first. */
const FOLDERS = ['deliverables', 'context'];

/** Where the files go that the steps deliver into the iteration folder: into a folder of the step that uses them. */
export function movedPaths(source: Pick<WorkflowSource, 'steps' | 'finally'>, folder: string): Map<string, string> {
  const moved = new Map<string, string>();
  for (const { deliverables = [] } of [...source.steps, ...(source.finally ?? [])]) {
    for (const { path, in: place } of deliverables) {
      if (placeOf(place) !== 'iteration') continue;
      const [first = '', ...rest] = path.split('/');
      const below = FOLDERS.includes(first) && rest.length > 0 ? `${first}/${folder}/${rest.join('/')}` : `deliverables/${folder}/${path}`;
      moved.set(path, below);
    }
  }
  return moved;
}

/** The step with its texts filled in; a check that nothing is left of is left out. */
export function carriedStep(step: StepSource, carrier: Carrier): StepSource {
  const filled = fill(step, carrier, '') as StepSource;
  const { deliverables, checks } = filled;
  const changed: StepSource = {
    ...filled,
    ...(deliverables === undefined ? {} : { deliverables: kept(deliverables, (one) => withChecks(one, carrier.origins), carrier.origins) }),
    ...(checks === undefined ? {} : { checks: kept(checks, remaining, carrier.origins) }),
  };
  return derived(carrier.origins, changed, filled);
}

/** Checks on the whole of what lands. */
export function carriedChecks(checks: readonly CheckSource[], carrier: Carrier): readonly CheckSource[] {
  return kept(fill(checks, carrier, 'checks') as readonly CheckSource[], remaining, carrier.origins);
}

/** One text, with values and new paths in their places. */
export function carriedText(text: string, carrier: Carrier): string {
  return filledText(text, carrier, '');
}

function withChecks(deliverable: DeliverableSource, origins: Origins): DeliverableSource {
  const { checks } = deliverable;
  return checks === undefined ? deliverable : derived(origins, { ...deliverable, checks: kept(checks, remaining, origins) }, deliverable);
}

function kept<T>(items: readonly T[], one: (item: T) => T | undefined, origins: Origins): readonly T[] {
  return derived(
    origins,
    items.flatMap((item) => one(item) ?? []),
    items,
  );
}

/** Undefined when an empty value has left nothing to check. */
function remaining(check: CheckSource): CheckSource | undefined {
  const [kind] = kindsOf(check);
  const { command, headings, contains, not_contains: lacking, scope, git } = check;
  if (kind === 'command') return command?.trim() === '' ? undefined : check;
  if (kind === 'headings') return headings?.length === 0 ? undefined : check;
  if (kind === 'contains') return contains?.length === 0 ? undefined : check;
  if (kind === 'not_contains') return lacking?.length === 0 ? undefined : check;
  if (kind === 'git') return git?.clean !== true && git?.no_conflict_with?.trim() === '' ? undefined : check;
  if (kind === 'scope') return [...(scope?.allow ?? []), ...(scope?.deny ?? [])].length === 0 ? undefined : check;
  return check;
}

/** CEL, a command line of its own and names of steps hold no placeholders; inputs keep their form. */
const AS_THEY_ARE = ['id', 'when', 'expr', 'needs', 'run', 'by', 'metric', 'show', 'goto', 'from', 'uses', 'values'];

function fill(value: unknown, carrier: Carrier, key: string): unknown {
  // a check has a metric, too: a map with a report in it
  if (key === 'metric' && typeof value === 'object' && value !== null) return filledMetric(value as MetricSource, carrier);
  if (AS_THEY_ARE.includes(key)) return value;
  if (typeof value === 'string') return filledText(value, carrier, key);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = (value as readonly unknown[]).flatMap((item): unknown[] =>
      typeof item === 'string' ? filledItem(item, carrier, key) : [fill(item, carrier, key)],
    );
    return derived(carrier.origins, items, value);
  }
  // a file of the repository stays where it is
  const stays = 'in' in value && typeof value.in === 'string' && value.in !== 'iteration';
  const own = stays ? { ...carrier, moved: new Map<string, string>(), mention: undefined } : carrier;
  const entries = Object.entries(value).map(([name, inside]) => [name, fill(inside, own, name)]);
  return derived(carrier.origins, Object.fromEntries(entries) as object, value);
}

function filledMetric(metric: MetricSource, carrier: Carrier): MetricSource {
  const { from, path, baseline } = metric;
  const made: MetricSource = {
    ...metric,
    path: substitute(path, carrier.texts).text,
    ...(from === undefined ? {} : { from: filledText(from, carrier, 'file') }),
    ...(typeof baseline === 'object' ? { baseline: fill(baseline, carrier, 'baseline') as NonNullable<MetricSource['baseline']> } : {}),
  };
  return derived(carrier.origins, made, metric);
}

/** An item that is a whole list becomes its items; one that is an empty text is left out. */
function filledItem(item: string, carrier: Carrier, key: string): string[] {
  const name = wholePlaceholder(item)?.replace(/^inputs\./, '');
  return name !== undefined && carrier.values.has(name) ? substituteEach([item], carrier.texts) : [filledText(item, carrier, key)];
}

function filledText(text: string, { moved, mention, texts, patterns }: Carrier, key: string): string {
  const exact = key === 'path' || key === 'file' || key === 'of' || key === 'ids_from';
  const there = exact
    ? (moved.get(text) ?? text)
    : key === 'command' || mention === undefined
      ? text
      : text.replaceAll(mention, (path) => moved.get(path) ?? path);
  return substitute(there, ['matches', 'not_matches', 'pattern'].includes(key) ? patterns : texts).text;
}

/** A path with nothing around it that would make it another one. */
function mentionOf(paths: readonly string[]): RegExp | undefined {
  if (paths.length === 0) return undefined;
  const escaped = paths.toSorted((a, b) => b.length - a.length).map((path) => escape(path));
  return new RegExp(`(?<![\\w./-])(?:${escaped.join('|')})(?![\\w/-]|\\.\\w)`, 'g');
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Values as a pattern finds exactly them; placeholders in them stay what they are. */
function literally(values: Values): Values {
  const one = (text: string): string =>
    text
      .split(/(\{\{[^}]*\}\})/)
      .map((part) => (part.startsWith('{{') ? part : escape(part)))
      .join('');
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, one(typeof value === 'object' ? value.join(', ') : String(value))]),
  );
}
