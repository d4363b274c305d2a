/** Step × batch of targets → the tasks of an iteration before they have needs, names and checks. */
import { allocate } from './allocate.ts';
import { taskId, type TaskId } from './ids.ts';
import type { ListField } from './plan.ts';
import { risk, tokensFor } from './risk.ts';
import { depthsOf, needsOf, stagesOf } from './stages.ts';
import type { Values } from './substitute.ts';
import { namesTarget, outputOf, type TaskTexts, valuesOfTarget } from './targets.ts';
import type { Alternative, Role, Step, Workflow } from './workflow.ts';

/** A task before the whole is known. */
export interface Draft {
  readonly id: TaskId;
  readonly step: Step;
  readonly targets: readonly string[];
  readonly alternative?: Alternative;
  /** The list its parts will come from. */
  readonly expands?: ListField;
  readonly points: number;
  readonly texts: TaskTexts;
}

export interface DraftRequest {
  readonly workflow: Workflow;
  readonly roles: Readonly<Record<string, Role>>;
  /** Targets by step id, for the steps that have any. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** Values every text may use. */
  readonly values: Values;
}

/** The drafts in the order of the steps; every target of a step is in exactly one of them. */
export function draftsOf(request: DraftRequest): Draft[] {
  const drafts: Draft[] = [];
  for (const step of request.workflow.steps) drafts.push(...draftsOfStep(step, drafts.length + 1, request));
  return drafts;
}

/** The drafts of one step, numbered from `first`. */
function draftsOfStep(step: Step, first: number, request: DraftRequest): Draft[] {
  const { workflow, lists, values } = request;
  const own = (index: number): { id: TaskId; values: Values } => {
    const id = taskId(`T${first + index}`);
    return { id, values: { ...values, 'task.id': id } };
  };
  if (step.alternatives !== undefined) {
    return step.alternatives.map((alternative, index) => {
      const { id, values: before } = own(index);
      const all = { ...before, ...valuesOfAlternative(alternative) };
      return { id, step, targets: [], alternative, points: step.points, texts: { all, each: [all] } };
    });
  }
  const expands = outputOf(step, workflow.steps);
  if (expands !== undefined && !lists.has(step.id)) {
    const { id, values: before } = own(0);
    const whole = `each of ${expands.field} of ${expands.step}`;
    const names = Object.keys(valuesOfTarget('', 0, step.targets?.as)).map((name) => [name, whole] as const);
    const all = { ...before, ...Object.fromEntries(names) };
    return [{ id, step, targets: [], expands, points: step.points, texts: { all, each: [all] } }];
  }
  const list = lists.get(step.id);
  const batches = list === undefined ? [[]] : batchesOf(step, list, request);
  const places = placesIn(list ?? []);
  return batches.map((targets, index) => draftOf(step, own(index).id, { targets, places, values }));
}

/** The 0-based place of each target in its list; made once for all tasks of a step. */
export function placesIn(list: readonly string[]): ReadonlyMap<string, number> {
  return new Map(list.map((target, place) => [target, place]));
}

/** The draft of a task with these targets out of the list of its step. */
export function draftOf(
  step: Step,
  id: TaskId,
  {
    targets,
    places,
    values,
  }: { readonly targets: readonly string[]; readonly places: ReadonlyMap<string, number>; readonly values: Values },
): Draft {
  const texts = textsOf(targets, { places, values: { ...values, 'task.id': id }, as: step.targets?.as });
  // a step without targets is one piece of work on the iteration as a whole
  return { id, step, targets, points: Math.max(1, targets.length) * step.points, texts };
}

/** Whether a draft has no work of its own, only that of its parts. */
export const isGathered = (draft: Draft): boolean => draft.expands !== undefined;

function valuesOfAlternative({ id, values }: Alternative): Values {
  const own = Object.entries(values).map(([name, value]) => [`alternative.${name}`, value]);
  return { ...Object.fromEntries(own), alternative: id, 'alternative.id': id };
}

/** The title of a task of several targets says how many. */
export function titleValues({ targets, texts }: Draft): Values {
  if (targets.length < 2) return texts.each[0] ?? texts.all;
  const named = Object.keys(valuesOfTarget('', 0, texts.as)).map((name) => [name, `${targets.length} targets`]);
  return { ...texts.all, ...Object.fromEntries(named) };
}

/** Whether tasks of this step have one target each, and are named after it. */
export function isOneEach({ targets, gate, deliverables }: Step): boolean {
  if (targets === undefined) return true;
  // a gate reads one review: where each target has its own, each is a task
  const review = deliverables.find((deliverable) => deliverable.in === 'iteration');
  return targets.strategy === 'one-each' || (gate !== undefined && review !== undefined && namesTarget(review.path, targets.as));
}

/** How the targets of a step are shared out among its tasks. */
export function batchesOf(step: Step, list: readonly string[], request: DraftRequest): (readonly string[])[] {
  if (step.targets === undefined || isOneEach(step)) return list.map((target) => [target]);
  const { maxTargets, maxPoints = Infinity, onHigh } = step.targets;
  const role = Object.hasOwn(request.roles, step.role) ? request.roles[step.role] : undefined;
  const { promptTokens = 0, tokenBudget = Infinity, complexityThreshold = Infinity } = role ?? {};
  const around = { tokenBudget, complexityThreshold, depth: depthsOf(needsOf(request.workflow.steps)).get(step.id) ?? 0 };
  const pathOverlap = overlaps(step, list, request) ? 1 : 0;
  const batches = allocate(
    list.map((id) => ({ id, points: step.points })),
    {
      maxTargets: maxTargets ?? complexityThreshold,
      maxPoints,
      fits: ({ targets, points }) => {
        const tokens = tokensFor(promptTokens, 1, points);
        return tokens <= tokenBudget && (onHigh !== 'split' || risk({ ...around, tokens, targets, pathOverlap }).level !== 'high');
      },
    },
  );
  return batches.map((batch) => batch.ids);
}

/** Whether another step of the stage works on one of these targets. */
function overlaps(step: Step, list: readonly string[], { workflow, lists }: DraftRequest): boolean {
  const stage = stagesOf(workflow.steps).find((members) => members.includes(step)) ?? [];
  const own = new Set(list);
  return stage.some((other) => other !== step && lists.get(other.id)?.some((target) => own.has(target)) === true);
}

interface Surroundings {
  /** 0-based place of each target in the list of its step. */
  readonly places: ReadonlyMap<string, number>;
  readonly values: Values;
  readonly as: string | undefined;
}

function textsOf(targets: readonly string[], { places, values, as }: Surroundings): TaskTexts {
  const own = targets.map((target) => valuesOfTarget(target, places.get(target) ?? 0, as));
  const names = own.length < 2 ? [] : Object.keys(own[0] ?? {});
  const together = names.map((name) => [name, own.map((one) => String(one[name]))]);
  const each = own.map((one) => ({ ...values, ...one }));
  return {
    all: { ...values, ...Object.fromEntries(together), ...(own.length === 1 ? own[0] : {}) },
    each: each.length === 0 ? [values] : each,
    ...(as === undefined ? {} : { as }),
  };
}
