/** Drafts of tasks → tasks with needs, names, estimates and risk. */
import { actorOf, hasAgent } from './actor.ts';
import { type Draft, isGathered, isOneEach, titleValues } from './drafts.ts';
import type { ExpandRequest } from './expand.ts';
import type { TaskId } from './ids.ts';
import { modelFor } from './model.ts';
import type { Deliverable, PlannedTask } from './plan.ts';
import { risk, tokensFor } from './risk.ts';
import { depthsOf, letterOf, needsOf, stagesOf } from './stages.ts';
import { type Values, substitute, substituteEach, wholePlaceholder } from './substitute.ts';
import { namesTarget } from './targets.ts';
import type { InputValue, Inputs, Role, Step, Workflow } from './workflow.ts';

/** The tasks of an expansion, in the order of their drafts. */
export function plannedTasks(drafts: readonly Draft[], request: ExpandRequest): PlannedTask[] {
  const { workflow } = request;
  const needs = needsOf(workflow.steps);
  const depths = depthsOf(needs);
  const letters = new Map(stagesOf(workflow.steps).flatMap((stage, index) => stage.map((step) => [step.id, letterOf(index)])));
  const workers = new Map<string, number>();
  const byStep = grouped(drafts);
  const holders = holdersOf(drafts, letters);
  const tasksOf = (step: string): readonly TaskId[] => byStep.get(step) ?? [];
  const draftOf = new Map(drafts.map((draft) => [draft.id, draft]));
  /** Of steps with the same targets, a task that joins each needs only those that hold one of its own. */
  const ownNeeds = ({ step, targets }: Draft, found: readonly TaskId[]): TaskId[] => {
    if (step.join !== 'each' || targets.length === 0) return [...found];
    const own = new Set(targets);
    return found.filter((id) => {
      const theirs = draftOf.get(id)?.targets ?? [];
      return theirs.length === 0 || theirs.some((target) => own.has(target));
    });
  };
  return drafts.map((draft) => {
    const { step, targets } = draft;
    const group = letters.get(step.id) ?? 'A';
    const shared = targets.filter((target) => (holders.get(group)?.get(target) ?? 0) > 1);
    const wanted = [...(needs.get(step.id) ?? []), ...(step.pick === undefined ? [] : [step.pick.from])];
    return plannedTask(draft, request, {
      needs: ownNeeds(draft, inPlanOrder(wanted, byStep)),
      group,
      depth: depths.get(step.id) ?? 0,
      pathOverlap: targets.length === 0 ? 0 : shared.length / targets.length,
      tasksOf,
      workers,
    });
  });
}

/** What a task owes to the others around it. */
export interface Place {
  readonly needs: readonly TaskId[];
  readonly group: string;
  readonly depth: number;
  /** Share of its targets that other tasks of its group hold, too. */
  readonly pathOverlap: number;
  readonly tasksOf: (step: string) => readonly TaskId[];
  /** How many workers of each name there are; counted up here. */
  readonly workers: Map<string, number>;
}

/** One task at its place. */
export function plannedTask(
  draft: Draft,
  { workflow, iteration, roles, agent, environment = 'dev' }: ExpandRequest,
  place: Place,
): PlannedTask {
  const { id, step, targets, alternative, expands, points, texts } = draft;
  const gathers = isGathered(draft);
  const deliverables = gathers ? [] : deliverablesOf(draft);
  const role = Object.hasOwn(roles, step.role) ? roles[step.role] : undefined;
  const tokens = tokensFor(role?.promptTokens ?? 0, 1, points);
  const human = workflow.environments[environment] ?? { human: 'required' as const };
  const actor = actorOf(step, { agent: alternative?.agent ?? agent, environment, human, tasksOf: place.tasksOf, values: texts.all });
  const worker = isOneEach(step) ? `${step.role}-${String(texts.all['target.stem'] ?? step.id)}` : step.role;
  return {
    id,
    step: step.id,
    title: substitute(step.title, titleValues(draft)).text,
    role: step.role,
    ...actor,
    ...(alternative?.agent === undefined ? {} : { agent: alternative.agent }),
    ...(step.provider === undefined ? {} : { provider: step.provider }),
    ...(alternative === undefined ? {} : { alternative: alternative.id }),
    ...(expands === undefined ? {} : { expands }),
    ...(step.finally === true ? { finally: true } : {}),
    instance: instanceOf(worker, place.workers),
    branch: `refs/heads/iter/${iteration}/${id}`,
    needs: place.needs,
    group: place.group,
    targets,
    deliverables,
    ...(gathers ? {} : { ...gateOf(step, deliverables), ...checklistOf(step, deliverables, workflow) }),
    ...(gathers ? {} : modelOf(step, role, { agent: alternative?.agent ?? actor.agent, workflow })),
    ...(step.budget === undefined ? {} : { budget: step.budget }),
    ...(step.values === undefined ? {} : { inputs: ownInputs(step.values, texts.all) }),
    retries: step.retries,
    ...(step.retryOn === undefined ? {} : { retryOn: step.retryOn }),
    ...(step.backoff === undefined ? {} : { backoff: step.backoff }),
    timeout: step.timeout,
    ...(step.stallAfter === undefined ? {} : { stallAfter: step.stallAfter }),
    ...(step.idleTimeout === undefined ? {} : { idleTimeout: step.idleTimeout }),
    ...(step.maxTurns === undefined ? {} : { maxTurns: step.maxTurns }),
    ...(step.sandbox === undefined ? {} : { sandbox: step.sandbox }),
    permission: step.permission ?? role?.permission ?? 'edit',
    estimateTokens: tokens,
    estimateMinutes: step.estimate,
    risk: risk({
      tokens,
      tokenBudget: role?.tokenBudget ?? Number.POSITIVE_INFINITY,
      targets: targets.length,
      complexityThreshold: role?.complexityThreshold ?? Number.POSITIVE_INFINITY,
      pathOverlap: place.pathOverlap,
      depth: place.depth,
    }),
    prompt: `agent-prompts/${id}-${step.role}-agent-prompt.md`,
    ...(step.context === undefined ? {} : { context: step.context }),
  };
}

/** A text that is one placeholder of a list and nothing else is that list. */
function ownInputs(values: Inputs, texts: Values): Inputs {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]): [string, InputValue] => {
      if (typeof value !== 'string') return [name, typeof value === 'object' ? substituteEach(value, texts) : value];
      const passed = wholePlaceholder(value);
      const list = passed === undefined || !Object.hasOwn(texts, passed) ? undefined : texts[passed];
      return [name, typeof list === 'object' ? list : substitute(value, texts).text];
    }),
  );
}

/** Task ids by step, both in the order of the plan. */
function grouped(drafts: readonly Draft[]): Map<string, TaskId[]> {
  const ids = new Map<string, TaskId[]>();
  for (const { id, step } of drafts) {
    const found = ids.get(step.id);
    if (found === undefined) ids.set(step.id, [id]);
    else found.push(id);
  }
  return ids;
}

function inPlanOrder(steps: readonly string[], byStep: ReadonlyMap<string, readonly TaskId[]>): TaskId[] {
  const wanted = new Set(steps);
  return [...byStep].flatMap(([step, ids]) => (wanted.has(step) ? ids : []));
}

/** How many tasks of each group hold each target. */
function holdersOf(drafts: readonly Draft[], letters: ReadonlyMap<string, string>): Map<string, Map<string, number>> {
  const holders = new Map<string, Map<string, number>>();
  for (const { step, targets } of drafts) {
    const group = letters.get(step.id) ?? 'A';
    const counts = holders.get(group) ?? new Map<string, number>();
    holders.set(group, counts);
    for (const target of targets) counts.set(target, (counts.get(target) ?? 0) + 1);
  }
  return holders;
}

/** A deliverable whose path names the target is one file for each target of the task. */
function deliverablesOf({ step, texts }: Draft): Deliverable[] {
  return step.deliverables.flatMap(({ path, in: place, level, fields }) => {
    const values = namesTarget(path, texts.as) ? texts.each : [texts.all];
    const more = fields === undefined ? {} : { fields };
    return values.map((own): Deliverable => ({ path: substitute(path, own).text, in: place, level, ...more }));
  });
}

/** `builder-tax-001`, and `builder-tax-002` when two targets share a stem; `developer-001` where tasks hold several. */
function instanceOf(name: string, workers: Map<string, number>): string {
  const number = (workers.get(name) ?? 0) + 1;
  workers.set(name, number);
  return `${name}-${String(number).padStart(3, '0')}`;
}

/** The review a gate reads is the first file its step delivers into the iteration folder. */
function gateOf(step: Step, deliverables: readonly Deliverable[]): Pick<PlannedTask, 'gate'> {
  if (step.gate === undefined || step.human !== undefined) return {};
  const report = deliverables.find((deliverable) => deliverable.in === 'iteration');
  if (report === undefined) throw new Error(`step "${step.id}" has a gate but delivers no review`);
  return { gate: { report: report.path, ...step.gate } };
}

/** Answers stand in the first file the step delivers into the iteration folder: for a gate, its review. */
function checklistOf(step: Step, deliverables: readonly Deliverable[], { checklists = {} }: Workflow): Pick<PlannedTask, 'checklist'> {
  const items = step.checklist !== undefined && Object.hasOwn(checklists, step.checklist) ? checklists[step.checklist] : undefined;
  const report = deliverables.find((deliverable) => deliverable.in === 'iteration');
  return items === undefined || report === undefined ? {} : { checklist: { file: report.path, items } };
}

/** People and commands are asked for no model. */
function modelOf(
  step: Step,
  role: Role | undefined,
  { agent, workflow }: { readonly agent: string; readonly workflow: Workflow },
): Pick<PlannedTask, 'model'> {
  if (!hasAgent(step)) return {};
  const model = modelFor({ agent, asked: step.model, tier: role?.model, models: workflow.models ?? {} });
  return model === undefined ? {} : { model };
}
