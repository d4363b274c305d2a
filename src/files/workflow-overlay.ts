/** Changes a workflow as a file with `extends` says: its keys, and its steps one operation after the other. Reads no file. */
import { didYouMean } from '../core/nearest.ts';
import { derived, type Origins, type Place } from './origins.ts';
import { type Around, formFaults, listOf, mapOf, perform, type Removal, type State } from './overlay-steps.ts';
import { referencesOf } from './step-references.ts';
import type { WorkflowDocument } from './workflow-document.ts';
import type { Fault } from './workflow-fault.ts';
import { placedSteps } from './workflow-places.ts';
import type { OverlaySource, WorkflowSource } from './workflow-source.ts';

export interface OverlayRequest {
  /** What is changed. */
  readonly base: WorkflowSource;
  readonly removals: readonly Removal[];
  readonly overlay: OverlaySource;
  readonly document: WorkflowDocument;
  readonly origins: Origins;
}

export interface Overlaid {
  readonly source: WorkflowSource;
  readonly removals: readonly Removal[];
  /** At paths of the overlay. */
  readonly faults: readonly Fault[];
}

export function isOverlay(value: WorkflowSource | OverlaySource): value is OverlaySource {
  return 'extends' in value;
}

/** The workflow with everything the overlay says; operations that cannot be done are faults and leave it as it was. */
export function applyOverlay({ base, removals, overlay, document, origins }: OverlayRequest): Overlaid {
  const { extends: _, overlay: operations = [], ...own } = overlay;
  const faults: Fault[] = [];
  if (own.steps !== undefined || own.finally !== undefined) {
    const key = own.steps === undefined ? 'finally' : 'steps';
    const fix = 'use overlay: with insert, replace, change or remove; or leave extends out';
    faults.push({ path: [key], key: 'key', what: `"${key}" in a workflow that extends another`, fix });
  }
  for (const key of NULLABLE) {
    for (const [name, entry] of Object.entries(own[key] ?? {})) {
      const there = Object.keys(base[key] ?? {});
      if (entry === null && !there.includes(name)) {
        faults.push({
          path: [key, name],
          key: 'key',
          what: `there is nothing called "${name}" to take out of ${key}`,
          fix: didYouMean(name, there),
        });
      }
    }
  }
  let state: State = { source: merged(base, own, { document, origins }), removals };
  operations.forEach((operation, index) => {
    const path = ['overlay', index];
    const wrong = formFaults(operation, path);
    const done = wrong.length > 0 ? { faults: wrong } : perform(operation, state, { path, document, origins });
    faults.push(...(done.faults ?? []));
    state = done.state ?? state;
  });
  return { ...state, faults };
}

/** What mentions a step that an overlay took out. At paths of the workflow. */
export function removalFaults(source: WorkflowSource, removals: readonly Removal[]): Fault[] {
  const ids = placedSteps(source).map(({ step }) => step.id);
  const gone = new Map(removals.filter(({ step }) => !ids.includes(step)).map((removal) => [removal.step, removal]));
  return placedSteps(source).flatMap(({ step, path }) => {
    // the needs of what is done at the end are all other steps
    const mentions = path[0] === 'finally' ? referencesOf({ ...step, needs: [] }) : referencesOf(step);
    return mentions.flatMap((reference): Fault[] => {
      const removal = gone.get(reference.step);
      if (removal === undefined) return [];
      const fix = `name another step, or change "${step.id}" by the overlay, too`;
      return [{ path: [...path, ...reference.path], what: `step "${removal.step}" is removed by ${removal.at}`, fix }];
    });
  });
}

/** Maps are merged, entry by entry; checks are added; everything else is replaced. */
function merged(
  base: WorkflowSource,
  own: Omit<OverlaySource, 'extends' | 'overlay'>,
  { document, origins }: Omit<Around, 'path'>,
): WorkflowSource {
  const { steps: _, finally: __, ...said } = own;
  const keys: Record<string, Place> = {};
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(said)) {
    const before = (base as unknown as Readonly<Record<string, unknown>>)[key];
    const place: Place = { document, path: [key] };
    if (key === 'checks' && before !== undefined) {
      values[key] = listOf([...(before as readonly unknown[]), ...(value as readonly unknown[])], before, origins);
    } else if (isMap(before) && isMap(value)) {
      values[key] = mapOf(before, value, { path: [key], document, origins });
    } else {
      values[key] = value;
      keys[key] = place;
    }
  }
  return derived(origins, { ...base, ...values }, base, keys);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Entries an overlay may take out with null. */
const NULLABLE = ['inputs', 'checklists', 'stages'] as const;

/** What only a file with `extends` may say. */
export function strayFaults(source: WorkflowSource): Fault[] {
  const faults: Fault[] = [];
  if ('overlay' in source) {
    faults.push({ path: ['overlay'], key: 'key', what: 'an overlay of nothing', fix: 'add extends: and the workflow it changes' });
  }
  for (const key of NULLABLE) {
    for (const [name, entry] of Object.entries((source[key] ?? {}) as Readonly<Record<string, unknown>>)) {
      if (entry === null) faults.push({ path: [key, name], what: `"${name}" is empty`, fix: 'write a map of keys' });
    }
  }
  return faults;
}
