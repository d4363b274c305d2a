/** The operations of an overlay on the steps of a workflow: insert, replace, change, remove. One at a time. */
import { didYouMean } from '../core/nearest.ts';
import { needsOf } from '../core/stages.ts';
import { derived, type Origins, type Place } from './origins.ts';
import type { WorkflowDocument } from './workflow-document.ts';
import type { Fault } from './workflow-fault.ts';
import type { OperationSource, StepSource, WorkflowSource } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

/** A step that an overlay took out, and what that did to the order of the others. */
export interface Removal {
  readonly step: string;
  /** `file:line`. */
  readonly at: string;
  readonly order: string;
}

export interface State {
  readonly source: WorkflowSource;
  readonly removals: readonly Removal[];
}

interface Done {
  readonly state?: State;
  readonly faults?: readonly Fault[];
}

export interface Around {
  readonly path: YamlPath;
  readonly document: WorkflowDocument;
  readonly origins: Origins;
}

const OPERATIONS = ['insert', 'replace', 'change', 'remove'] as const;
const COMPANIONS: Readonly<Record<(typeof OPERATIONS)[number], readonly (keyof OperationSource)[]>> = {
  insert: ['after', 'before'],
  replace: ['with'],
  change: ['set'],
  remove: [],
};

/** One operation, with what belongs to it and nothing else. */
export function formFaults(operation: OperationSource, path: YamlPath): Fault[] {
  const [first, ...more] = OPERATIONS.filter((one) => operation[one] !== undefined);
  if (first === undefined) return [{ path, what: 'an operation that does nothing', fix: `use one of ${OPERATIONS.join(', ')}` }];
  const faults: Fault[] = more.map((other) => ({
    path: [...path, other],
    key: 'key',
    what: `one operation with "${first}" and "${other}"`,
    fix: 'make it two',
  }));
  const wanted = COMPANIONS[first];
  for (const key of ['after', 'before', 'with', 'set'] as const) {
    if (operation[key] !== undefined && !wanted.includes(key)) {
      faults.push({ path: [...path, key], key: 'key', what: `"${key}" with ${first}`, fix: 'leave it out' });
    }
  }
  const given = wanted.filter((key) => operation[key] !== undefined);
  if (wanted.length > 0 && given.length !== 1) {
    const what = given.length === 0 ? `${first} without ${wanted.join(' or ')}` : `${first} with ${given.join(' and ')}`;
    faults.push({
      path: [...path, first],
      key: 'key',
      what,
      fix: given.length === 0 ? `add ${wanted.join(': or ')}:` : 'keep one of them',
    });
  }
  return faults;
}

/** The workflow after the operation, or why it cannot be done. */
export function perform(operation: OperationSource, state: State, around: Around): Done {
  const { insert, after, before, replace, with: step, change, set, remove } = operation;
  const at = (key: keyof OperationSource, id: string): Target | { readonly faults: readonly Fault[] } =>
    find(state, id, [...around.path, key]);
  if (insert !== undefined) {
    const target = after === undefined ? at('before', before ?? '') : at('after', after);
    return 'faults' in target
      ? target
      : inserted(insert, { ...target, place: target.place + (after === undefined ? 0 : 1) }, { state, around });
  }
  if (replace !== undefined && step !== undefined) {
    const target = at('replace', replace);
    return 'faults' in target ? target : replaced(step, target, { state, around });
  }
  if (change !== undefined && set !== undefined) {
    const target = at('change', change);
    return 'faults' in target ? target : altered(set, target, { state, around });
  }
  const target = at('remove', remove ?? '');
  return 'faults' in target ? target : removed(target, { state, around });
}

/** A place among the steps. */
interface Target {
  readonly list: 'steps' | 'finally';
  readonly place: number;
  readonly step: StepSource;
}

interface Where {
  readonly state: State;
  readonly around: Around;
}

function find({ source, removals }: State, id: string, path: YamlPath): Target | { readonly faults: readonly Fault[] } {
  for (const list of ['steps', 'finally'] as const) {
    const steps = source[list] ?? [];
    const place = steps.findIndex((step) => step.id === id);
    const step = steps[place];
    if (step !== undefined) return { list, place, step };
  }
  const removal = removals.find((one) => one.step === id);
  if (removal !== undefined) return { faults: [{ path, what: `step "${id}" is removed by ${removal.at}`, fix: 'name another step' }] };
  const ids = [...source.steps, ...(source.finally ?? [])].map((step) => step.id);
  return { faults: [{ path, what: `unknown step "${id}"`, fix: didYouMean(id, ids) }] };
}

/** The workflow with other steps in the place of `count` old ones. */
function spliced(
  { source }: State,
  { list, place }: Target,
  { steps, count, origins }: { steps: readonly StepSource[]; count: number; origins: Origins },
): WorkflowSource {
  const before = source[list] ?? [];
  const changed = listOf(before.toSpliced(place, count, ...steps), before, origins);
  return derived(origins, { ...source, [list]: changed }, source);
}

/** Ids that are there already, besides `but`. */
function taken(
  steps: readonly StepSource[],
  { source }: State,
  { path, but }: { path: (index: number) => YamlPath; but?: string },
): Fault[] {
  const ids = [...source.steps, ...(source.finally ?? [])].map((step) => step.id).filter((id) => id !== but);
  return steps.flatMap(({ id }, index): Fault[] =>
    ids.includes(id)
      ? [{ path: path(index), what: `there is a step "${id}" already`, fix: 'give the new one its own id, or replace that one' }]
      : [],
  );
}

function inserted(steps: readonly StepSource[], target: Target, { state, around }: Where): Done {
  const faults = taken(steps, state, { path: (index) => [...around.path, 'insert', index, 'id'] });
  if (faults.length > 0) return { faults };
  return { state: { ...state, source: spliced(state, target, { steps, count: 0, origins: around.origins }) } };
}

function replaced(step: StepSource, target: Target, { state, around }: Where): Done {
  const faults = taken([step], state, { path: () => [...around.path, 'with', 'id'], but: target.step.id });
  if (faults.length > 0) return { faults };
  const source = spliced(state, target, { steps: [step], count: 1, origins: around.origins });
  if (step.id === target.step.id) return { state: { ...state, source } };
  const removal: Removal = { step: target.step.id, at: spotOf(around, 'replace'), order: `"${step.id}" stands in its place` };
  return { state: { source, removals: [...state.removals, removal] } };
}

/** Keys of one step with other values. */
function altered(set: Readonly<Record<string, unknown>>, target: Target, { state, around }: Where): Done {
  const { path, document, origins } = around;
  const faults = Object.entries(set).flatMap(([key, value]): Fault[] => {
    const at = { path: [...path, 'set', key], key: 'key' as const };
    if (key === 'id') return [{ ...at, what: 'the id of a step cannot be changed', fix: 'replace the step' }];
    if (value !== null || Object.hasOwn(target.step, key)) return [];
    return [{ ...at, what: `step "${target.step.id}" has no "${key}" to take out`, fix: didYouMean(key, Object.keys(target.step)) }];
  });
  if (faults.length > 0) return { faults };
  const step = mapOf({ ...target.step }, set, { ...around, path: [...path, 'set'] }) as StepSource;
  const keys = Object.fromEntries(Object.keys(set).map((key): [string, Place] => [key, { document, path: [...path, 'set', key] }]));
  derived(origins, step, target.step, keys);
  origins.changes.set(step, [...(origins.changes.get(target.step) ?? []), { document, path }]);
  return { state: { ...state, source: spliced(state, target, { steps: [step], count: 1, origins }) } };
}

function removed(target: Target, { state, around }: Where): Done {
  const source = spliced(state, target, { steps: [], count: 1, origins: around.origins });
  const removal: Removal = {
    step: target.step.id,
    at: spotOf(around, 'remove'),
    order: orderWithout(target.step.id, state.source.steps, source.steps),
  };
  return { state: { source, removals: [...state.removals, removal] } };
}

/** What waits for other steps than before because one is gone. */
function orderWithout(id: string, before: readonly StepSource[], after: readonly StepSource[]): string {
  const old = needsOf(before);
  const moved = [...needsOf(after)].filter(([step, needs]) => needs.join('\n') !== (old.get(step) ?? []).join('\n'));
  if (moved.length === 0) return `nothing waited for "${id}" by its place`;
  const said = moved.map(([step, needs]) => (needs.length === 0 ? `${step} comes first now` : `${step} follows ${needs.join(', ')} now`));
  return `${said.join('; ')}; nothing else changes its order`;
}

function spotOf({ path, document }: Around, key: keyof OperationSource): string {
  const { line } = document.problemAt([...path, key], { what: '' });
  return [document.file, line].filter((part) => part !== undefined).join(':');
}

/** An entry that is null in the overlay is taken out. */
export function mapOf(
  before: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
  { path, document, origins }: Around,
): object {
  const keys = Object.fromEntries(Object.keys(over).map((key): [string, Place] => [key, { document, path: [...path, key] }]));
  const entries = Object.entries({ ...before, ...over }).filter(([, value]) => value !== null);
  return derived(origins, Object.fromEntries(entries), before, keys);
}

/** A list that is longer or shorter than the one it was made from: maps in it know where they stand. */
export function listOf<T>(items: readonly T[], from: unknown, origins: Origins): readonly T[] {
  return typeof from === 'object' && from !== null ? derived(origins, [...items], from) : items;
}
