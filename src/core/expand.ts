/** Turns a workflow into tasks: step × target → T1, T2, … with names, order, estimates and checks. Writes and starts nothing. */
import { actorOf } from './actor.ts';
import type { Check } from './check.ts';
import { deliveryFault } from './deliverable-path.ts';
import { taskId, type TaskId } from './ids.ts';
import { resolveInputs } from './inputs.ts';
import { didYouMean } from './nearest.ts';
import type { Deliverable, PlannedTask } from './plan.ts';
import type { Problem } from './problem.ts';
import { risk, tokensFor } from './risk.ts';
import { slugOf, stemOf } from './slug.ts';
import { depthsOf, letterOf, needsOf, stagesOf } from './stages.ts';
import { substitute, type Values } from './substitute.ts';
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
}

export interface Expansion {
  readonly tasks: readonly PlannedTask[];
  readonly checks: readonly Check[];
  /** What each task is asked to do beyond its role; only tasks whose step has a prompt. */
  readonly prompts: Readonly<Record<TaskId, string>>;
  /** Every declared input with its value. */
  readonly inputs: Inputs;
  readonly problems: readonly Problem[];
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
  const drafts = draftsOf(workflow.steps, inputs, slug).map((draft): Draft => ({ ...draft, values: valuesOf(draft, values) }));
  const problems: Problem[] = [...inputProblems, ...unknownRoles(workflow.steps, request.roles), ...twins(drafts)];
  const tasks = plannedTasks(drafts, request);
  const parts = [...drafts.map((draft) => checksOfTask(draft.id, draft.step, draft.values)), checksOfLanding(workflow.checks, values)];
  problems.push(...misplaced(tasks), ...parts.flatMap((part) => part.problems));
  return {
    tasks,
    checks: parts.flatMap((part) => part.checks),
    prompts: Object.fromEntries(
      drafts.flatMap(({ id, step, values: own }) => (step.prompt === undefined ? [] : [[id, substitute(step.prompt, own).text]])),
    ),
    inputs,
    problems,
  };
}

/** A task before the whole is known. */
interface Draft {
  readonly id: TaskId;
  readonly step: Step;
  readonly target?: string;
  /** 0-based place of the target in its list. */
  readonly place: number;
  readonly values: Values;
}

/** One draft for each step and target; a list without items stands for the iteration as a whole. */
function draftsOf(steps: readonly Step[], inputs: Inputs, slug: string): Omit<Draft, 'values'>[] {
  const items = steps.flatMap((step) => {
    if (step.targets === undefined) return [{ step, place: 0 }];
    const list = inputs[step.targets];
    const targets = typeof list === 'object' && list.length > 0 ? list : [slug];
    return targets.map((target, place) => ({ step, target, place }));
  });
  return items.map((item, index) => ({ ...item, id: taskId(`T${index + 1}`) }));
}

function valuesOf({ id, target, place }: Omit<Draft, 'values'>, values: Values): Values {
  if (target === undefined) return { ...values, 'task.id': id };
  const fallback = `item-${place + 1}`;
  return {
    ...values,
    'task.id': id,
    target,
    'target.slug': slugOf(target) || fallback,
    'target.stem': stemOf(target) || fallback,
  };
}

function plannedTasks(drafts: readonly Draft[], { workflow, iteration, roles, agent, environment = 'dev' }: ExpandRequest): PlannedTask[] {
  const needs = needsOf(workflow.steps);
  const depths = depthsOf(needs);
  const letters = new Map(stagesOf(workflow.steps).flatMap((stage, index) => stage.map((step) => [step.id, letterOf(index)])));
  const workers = new Map<string, number>();
  return drafts.map((draft) => {
    const { id, step, values } = draft;
    const fill = (text: string): string => substitute(text, values).text;
    const deliverables = step.deliverables.map(({ path, in: place, level, fields }): Deliverable => ({
      path: fill(path),
      in: place,
      level,
      ...(fields === undefined ? {} : { fields }),
    }));
    const targets = draft.target === undefined ? [] : [draft.target];
    const role = Object.hasOwn(roles, step.role) ? roles[step.role] : undefined;
    // a step without targets is one piece of work on the iteration as a whole
    const tokens = tokensFor(role?.promptTokens ?? 0, Math.max(1, targets.length), step.points);
    const group = letters.get(step.id) ?? 'A';
    const others = drafts.filter((other) => other !== draft && letters.get(other.step.id) === group);
    return {
      id,
      step: step.id,
      title: fill(step.title),
      role: step.role,
      ...actorOf(step, {
        agent,
        environment,
        human: workflow.environments[environment]?.human ?? 'required',
        tasksOf: (name) => drafts.filter((other) => other.step.id === name).map((other) => other.id),
      }),
      instance: instanceOf(`${step.role}-${String(values['target.stem'] ?? step.id)}`, workers),
      branch: `refs/heads/iter/${iteration}/${id}`,
      needs: drafts.filter((other) => needs.get(step.id)?.includes(other.step.id)).map((other) => other.id),
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
        pathOverlap: targets.length > 0 && others.some((other) => other.target === draft.target) ? 1 : 0,
        depth: depths.get(step.id) ?? 0,
      }),
      prompt: `agent-prompts/${id}-${step.role}-agent-prompt.md`,
    };
  });
}

/** `builder-tax-001`, and `builder-tax-002` when two targets share a stem. */
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
    .filter((step) => step.human === undefined && step.run === undefined && !Object.hasOwn(roles, step.role))
    .map((step) => ({ what: `step "${step.id}" has the unknown role "${step.role}"`, fix: didYouMean(step.role, Object.keys(roles)) }));
}

/** The same target twice would be the same work twice. */
function twins(drafts: readonly Draft[]): Problem[] {
  const again = drafts.filter(
    (draft, index) =>
      draft.target !== undefined && drafts.findIndex((other) => other.step === draft.step && other.target === draft.target) !== index,
  );
  return again.map(({ step, target }) => ({
    what: `step "${step.id}" has the target "${target ?? ''}" twice`,
    fix: `name it once in the input "${step.targets ?? ''}"`,
  }));
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
      if (owner !== undefined) {
        const fix = 'put {{ target.slug }} into the path, or give the targets names that differ';
        problems.push({ what: `${owner} and ${id} both deliver "${path}"`, fix });
      }
      owners.set(path.toLowerCase(), id);
    }
  }
  return problems;
}
