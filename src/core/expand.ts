/** Turns a workflow into tasks: step × batch of targets → T1, T2, … with names, order, estimates and checks. Writes and starts nothing. */
import { actorOf, hasAgent } from './actor.ts';
import type { Check } from './check.ts';
import { deliveryFault } from './deliverable-path.ts';
import { type Draft, draftsOf, isOneEach, titleValues } from './drafts.ts';
import type { TaskId } from './ids.ts';
import { resolveInputs } from './inputs.ts';
import { didYouMean } from './nearest.ts';
import type { Deliverable, PlannedTask } from './plan.ts';
import type { Problem } from './problem.ts';
import { risk, tokensFor } from './risk.ts';
import { depthsOf, letterOf, needsOf, stagesOf } from './stages.ts';
import { substitute, type Values } from './substitute.ts';
import { fillLines, type Globs, namesTarget, targetLists } from './targets.ts';
import { checksOfLanding, checksOfTask } from './task-checks.ts';
import type { Inputs, Role, Step, Workflow } from './workflow.ts';

export interface ExpandRequest {
  readonly workflow: Workflow;
  /** `NNN-slug`. */
  readonly iteration: string;
  readonly slug: string;
  /** What was given; see `resolveInputs` for what happens to it. */
  readonly inputs: Inputs;
  /** Every role there is, by name; a step whose role is not among them is a problem. */
  readonly roles: Readonly<Record<string, Role>>;
  /** Agent for steps that name none. */
  readonly agent: string;
  /** Decides how much of a person the human steps take; `dev` when left out. */
  readonly environment?: string;
  /** The files that the patterns of targets stand for. */
  readonly globs?: Globs;
}

export interface Expansion {
  readonly tasks: readonly PlannedTask[];
  readonly checks: readonly Check[];
  /** What each task is asked to do beyond its role; only tasks whose step has a prompt. */
  readonly prompts: Readonly<Record<TaskId, string>>;
  /** Every declared input with its value. */
  readonly inputs: Inputs;
  /** Complexity points of each task. */
  readonly points: Readonly<Record<TaskId, number>>;
  readonly problems: readonly Problem[];
  /** What does not stop the iteration. */
  readonly warnings: readonly string[];
}

/** Expands a workflow; with problems, the tasks are only good for showing. */
export function expand(request: ExpandRequest): Expansion {
  const { workflow, iteration, slug } = request;
  const { inputs, problems: inputProblems } = resolveInputs({ workflow, given: request.inputs, slug, iteration });
  const values: Values = {
    'iteration.name': iteration,
    'iteration.slug': slug,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`inputs.${name}`, value])),
  };
  const { lists, problems: listProblems } = targetLists(workflow.steps, { inputs, globs: request.globs ?? {}, slug });
  const drafts = draftsOf({ workflow, roles: request.roles, lists, values });
  const tasks = plannedTasks(drafts, request);
  const parts = [...drafts.map((draft) => checksOfTask(draft.id, draft.step, draft.texts)), checksOfLanding(workflow.checks, values)];
  const high = highRisks(drafts, tasks);
  return {
    tasks,
    checks: parts.flatMap((part) => part.checks),
    prompts: Object.fromEntries(
      drafts.flatMap((draft) => {
        const text = promptOf(draft);
        return text === undefined ? [] : [[draft.id, text]];
      }),
    ),
    inputs,
    points: Object.fromEntries(drafts.map(({ id, points }) => [id, points])),
    problems: [
      ...inputProblems,
      ...unknownRoles(workflow.steps, request.roles),
      ...listProblems,
      ...sharedPaths(drafts),
      ...misplaced(tasks),
      ...parts.flatMap((part) => part.problems),
      ...high.problems,
    ],
    warnings: high.warnings,
  };
}

/** What the step asks of a task, and what is asked of its alternative alone. */
function promptOf({ step, alternative, texts }: Draft): string | undefined {
  const parts = [step.prompt, alternative?.prompt].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.map((part) => fillLines(part, texts)).join('\n');
}

function plannedTasks(drafts: readonly Draft[], { workflow, iteration, roles, agent, environment = 'dev' }: ExpandRequest): PlannedTask[] {
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
    const { id, step, targets, alternative, points, texts } = draft;
    const deliverables = deliverablesOf(draft);
    const role = Object.hasOwn(roles, step.role) ? roles[step.role] : undefined;
    const tokens = tokensFor(role?.promptTokens ?? 0, 1, points);
    const group = letters.get(step.id) ?? 'A';
    const shared = targets.filter((target) => (holders.get(group)?.get(target) ?? 0) > 1);
    const actor = actorOf(step, { agent: alternative?.agent ?? agent, environment, human: humanIn(workflow, environment), tasksOf });
    const worker = isOneEach(step) ? `${step.role}-${String(texts.all['target.stem'] ?? step.id)}` : step.role;
    return {
      id,
      step: step.id,
      title: substitute(step.title, titleValues(draft)).text,
      role: step.role,
      ...actor,
      ...(alternative?.agent === undefined ? {} : { agent: alternative.agent }),
      ...(alternative === undefined ? {} : { alternative: alternative.id }),
      ...(step.finally === true ? { finally: true } : {}),
      instance: instanceOf(worker, workers),
      branch: `refs/heads/iter/${iteration}/${id}`,
      needs: ownNeeds(draft, inPlanOrder([...(needs.get(step.id) ?? []), ...(step.pick === undefined ? [] : [step.pick.from])], byStep)),
      group,
      targets,
      deliverables,
      ...gateOf(step, deliverables),
      retries: step.retries,
      timeout: step.timeout,
      permission: step.permission,
      estimateTokens: tokens,
      estimateMinutes: step.estimate,
      risk: risk({
        tokens,
        tokenBudget: role?.tokenBudget ?? Number.POSITIVE_INFINITY,
        targets: targets.length,
        complexityThreshold: role?.complexityThreshold ?? Number.POSITIVE_INFINITY,
        pathOverlap: targets.length === 0 ? 0 : shared.length / targets.length,
        depth: depths.get(step.id) ?? 0,
      }),
      prompt: `agent-prompts/${id}-${step.role}-agent-prompt.md`,
    };
  });
}

function humanIn({ environments }: Workflow, environment: string): 'required' | 'optional' {
  return environments[environment]?.human ?? 'required';
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

function unknownRoles(steps: readonly Step[], roles: Readonly<Record<string, Role>>): Problem[] {
  return steps
    .filter((step) => hasAgent(step) && !Object.hasOwn(roles, step.role))
    .map((step) => ({ what: `step "${step.id}" has the unknown role "${step.role}"`, fix: didYouMean(step.role, Object.keys(roles)) }));
}

/** What a task of high risk comes to when it cannot be made smaller: its step says. */
function highRisks(drafts: readonly Draft[], tasks: readonly PlannedTask[]): { problems: readonly Problem[]; warnings: readonly string[] } {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  drafts.forEach(({ step, targets, points }, index) => {
    const task = tasks[index];
    if (task?.risk.level !== 'high') return;
    const load = `${targets.length} ${targets.length === 1 ? 'target' : 'targets'}, ${points} points, ${task.estimateTokens} tokens`;
    if (step.targets?.onHigh === 'refuse') {
      const fix = 'lower allocate.max_targets, or the points';
      problems.push({ what: `step "${step.id}": the risk of ${task.id} is ${task.risk.score} of 100 (${load})`, fix });
    } else warnings.push(`the risk of ${task.id} is ${task.risk.score} of 100 (${load})`);
  });
  return { problems, warnings };
}

/** Two targets of one step that would write the same file, though its path names the target. */
function sharedPaths(drafts: readonly Draft[]): Problem[] {
  const problems: Problem[] = [];
  const writers = new Map<string, string>();
  for (const { step, targets, texts } of drafts) {
    for (const { path, in: place } of step.deliverables) {
      // a file of the iteration folder that two tasks deliver is told with those of all steps
      if (!namesTarget(path, texts.as) || (place === 'iteration' && targets.length < 2)) continue;
      texts.each.forEach((values, index) => {
        const file = substitute(path, values).text;
        const key = `${step.id} ${file.toLowerCase()}`;
        const [first, second] = [writers.get(key), targets[index] ?? ''];
        writers.set(key, first ?? second);
        if (first === undefined) return;
        const what = `step "${step.id}": the targets "${first}" and "${second}" both deliver "${file}"`;
        problems.push({ what, fix: 'put {{ target.slug }} into the path' });
      });
    }
  }
  return problems;
}

/** Deliverables at paths that cannot be, and two tasks that would write the same file of the iteration folder. */
function misplaced(tasks: readonly PlannedTask[]): Problem[] {
  const problems: Problem[] = [];
  const owners = new Map<string, TaskId>();
  for (const { id, deliverables } of tasks) {
    for (const { path, in: place } of deliverables) {
      const fault = deliveryFault(path, place);
      if (fault !== undefined)
        problems.push({ what: `${id}: the deliverable path "${path}" ${fault}`, fix: 'name a file such as context/report.md' });
      if (place !== 'iteration') continue;
      // some file systems do not tell upper case from lower case
      const owner = owners.get(path.toLowerCase());
      if (owner !== undefined && owner !== id) {
        const fix = 'put {{ target.slug }} into the path, or give the targets names that differ';
        problems.push({ what: `${owner} and ${id} both deliver "${path}"`, fix });
      }
      owners.set(path.toLowerCase(), id);
    }
  }
  return problems;
}
