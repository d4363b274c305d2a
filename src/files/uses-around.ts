/** What two workflows that become one say besides their steps: defaults, checklists, stages, models, templates and skills. */
import { mergedModels } from '../core/model.ts';
import { derived, type Origins, type Place, placeOf } from './origins.ts';
import { carriedText, type Carrier } from './uses-texts.ts';
import type { CheckSource } from './workflow-checks.ts';
import type { StageSource, StepSource, WorkflowSource } from './workflow-source.ts';

/** Defaults that a used workflow takes from the outer one where it says nothing: who works, and how much goes into a prompt. */
const SHARED = ['agent', 'context'];

/** The step with what its workflow says for steps that do not say; a person has no attempts and no agent. */
export function withDefaults(
  step: StepSource,
  source: WorkflowSource,
  { origins, left = [] }: { readonly origins: Origins; readonly left?: readonly string[] },
): StepSource {
  if (step.human !== undefined || step.uses !== undefined || step.pick !== undefined) return step;
  const said: Readonly<Record<string, unknown>> = { ...step };
  const added: Record<string, unknown> = {};
  const keys: Record<string, Place> = {};
  for (const [key, value] of Object.entries(source.defaults ?? {})) {
    if (left.includes(key) || (key === 'agent' && step.role === undefined)) continue;
    const own = said[key];
    if (own !== undefined && !(isMap(own) && isMap(value))) continue;
    added[key] = isMap(own) && isMap(value) ? derived(origins, { ...value, ...own }, own) : value;
    const place = own === undefined ? placeOf(origins, source, ['defaults', key]) : undefined;
    if (place !== undefined) keys[key] = place;
  }
  return Object.keys(added).length === 0 ? step : derived(origins, { ...step, ...added }, step, keys);
}

/** A step of the outer workflow, with those of its defaults that are not for the steps of others. */
export function withOwnDefaults(step: StepSource, source: WorkflowSource, origins: Origins): StepSource {
  return withDefaults(step, source, { origins, left: SHARED });
}

/** The defaults that are for the steps of used workflows, too. */
export function sharedDefaults({ defaults = {} }: WorkflowSource, origins: Origins): Pick<WorkflowSource, 'defaults'> {
  const kept = Object.entries(defaults).filter(([key]) => SHARED.includes(key));
  return { defaults: derived(origins, Object.fromEntries(kept) as NonNullable<WorkflowSource['defaults']>, defaults) };
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Around = Pick<WorkflowSource, 'checklists' | 'stages'>;

/** Checklists and stages of a used workflow, under the names its steps have for them now. */
export function carriedAround(
  { checklists = {}, stages = {} }: WorkflowSource,
  prefix: string,
  { carrier, judged }: { readonly carrier: Carrier; readonly judged: (checks: readonly CheckSource[]) => readonly CheckSource[] },
): Required<Around> {
  const { origins } = carrier;
  const stage = (one: StageSource): StageSource => {
    const { title, goal, checks } = one;
    const filled: StageSource = {
      ...one,
      ...(title === undefined ? {} : { title: carriedText(title, carrier) }),
      ...(goal === undefined ? {} : { goal: carriedText(goal, carrier) }),
      ...(checks === undefined ? {} : { checks: judged(checks) }),
    };
    return derived(origins, filled, one);
  };
  return {
    checklists: Object.fromEntries(Object.entries(checklists).map(([name, texts]) => [`${prefix}-${name}`, texts])),
    stages: Object.fromEntries(Object.entries(stages).map(([name, one]) => [`${prefix}-${name}`, stage(one)])),
  };
}

/** A step that judges by a checklist, with the name the checklist has now. */
export function withChecklist(step: StepSource, prefix: string, origins: Origins): StepSource {
  const { checklist, gate } = step;
  if (checklist === undefined && gate?.checklist === undefined) return step;
  const named = (name: string): string => `${prefix}-${name}`;
  const changed: StepSource = {
    ...step,
    ...(checklist === undefined ? {} : { checklist: named(checklist) }),
    ...(gate?.checklist === undefined ? {} : { gate: derived(origins, { ...gate, checklist: named(gate.checklist) }, gate) }),
  };
  return derived(origins, changed, step);
}

type ByName = Pick<WorkflowSource, 'templates' | 'skills' | 'models'>;

/** What is named for the whole of an iteration: by the used workflows, where the outer one says nothing else. */
export function sharedNames(source: WorkflowSource, inner: readonly WorkflowSource[], origins: Origins): ByName {
  const all = [...inner, source];
  const models = all.map((one) => one.models ?? {}).reduce(mergedModels, {});
  const merged: readonly (readonly [keyof ByName, object])[] = [
    ['templates', Object.assign({}, ...all.map((one) => one.templates)) as object],
    ['skills', Object.assign({}, ...all.map((one) => one.skills)) as object],
    ['models', models],
  ];
  const there = merged.filter(([, names]) => Object.keys(names).length > 0);
  return Object.fromEntries(there.map(([key, names]) => [key, derived(origins, names, source[key] ?? source)]));
}

/** The checklists or stages of the outer workflow with those that came along. */
export function joinedAround(source: WorkflowSource, came: readonly Around[], origins: Origins): Around {
  const merged = (['checklists', 'stages'] as const).flatMap((key): [string, object][] => {
    const all = Object.assign({}, source[key], ...came.map((one) => one[key])) as object;
    return Object.keys(all).length === 0 ? [] : [[key, derived(origins, all, source[key] ?? source)]];
  });
  return Object.fromEntries(merged);
}
