/** Works out what the templates of a new iteration print: names, orders and lists. The numbers are in `iteration-figures.ts`. */
import { fieldText } from '../core/fields.ts';
import { byNumber, type TaskId } from '../core/ids.ts';
import { namedValues } from '../core/inputs.ts';
import { drawDependencies } from '../core/drawing.ts';
import { downstreamOf, inDependencyOrder } from '../core/plan.ts';
import type { MergeStrategy, Plan, PlannedTask } from '../core/plan.ts';
import { minutesText, schedule } from '../core/schedule.ts';
import type { Phase } from '../core/schedule.ts';
import { substitute } from '../core/substitute.ts';
import type { Inputs, InputValue, Role, Stage, Workflow } from '../core/workflow.ts';
import { criterionLine } from './criteria.ts';
import { decisionMatrix, figuresOf, numberText } from './iteration-figures.ts';
import type { NewIteration } from './iteration-files.ts';
import { code } from './template.ts';
import type { ContextSections, GroupValues, IterationValues, TaskValues } from './template-values.ts';

/** Where agents put files of the iteration folder, seen from their worktree. */
const OUT = '.iter/out/';

const STRATEGIES: Readonly<Record<MergeStrategy, string>> = {
  linear: 'the commits of every task, one by one in dependency order; history stays a line',
  squash: 'one commit per task in dependency order; history stays a line',
  'cherry-pick':
    'the commits of every task, one by one in dependency order, each with the commit it was picked from; what the target was given already is left out',
  'merge-commit': 'one merge commit per task in dependency order; the commits of the task stay as they are',
};

const MODEL_REASONS: Readonly<Record<string, string>> = {
  strong: 'a wrong decision here costs most later',
  standard: 'ordinary work within clear bounds',
  fast: 'short texts about known facts',
};

/** Values for every template of the folder. */
export function iterationValues(iteration: NewIteration): IterationValues {
  const { plan, workflow, checks, inputs } = iteration;
  const short = shortBranch(plan.target);
  const criteria = criteriaByTask(checks);
  const wholeCriteria = checks.filter((check) => check.task === undefined).map(criterionLine);
  const gates = plan.tasks.flatMap((task) =>
    task.gate === undefined ? [] : [{ task: task.id, goto: task.gate.goto, max: task.gate.max }],
  );
  const groups = schedule(plan.tasks, plan.maxParallel).phases.map((phase) => groupValues(phase, iteration));
  return {
    iteration: plan.iteration,
    repository: iteration.repository,
    workflow: {
      name: workflow.name,
      description: workflow.description,
      sha256: iteration.workflowPin.sha256,
    },
    created: plan.created,
    createdText: `${plan.created.slice(0, 16).replace('T', ' ')} UTC`,
    target: short,
    base: plan.base,
    baseShort: plan.base.slice(0, 7),
    environment: plan.environment,
    human: plan.human,
    strategy: plan.strategy,
    strategyText: STRATEGIES[plan.strategy],
    mergeOrder: mergeOrder(plan),
    maxParallel: plan.maxParallel,
    budget: budgetLines(workflow.budget),
    worktrees: iteration.worktrees,
    inputs: Object.entries(inputs).map(([name, value]) => ({
      name,
      value: textOf(value),
      description: workflow.inputs[name]?.description ?? '',
    })),
    references: iteration.references,
    context: contextOf(iteration),
    tasks: plan.tasks.map((task) => taskValues(task, iteration, criteria.get(task.id) ?? [])),
    roles: Object.entries(iteration.rolePins).map(([name, pin]) => ({ name, sha256: pin.sha256 })),
    groups,
    stages: groups.filter(({ title, goal }) => title !== '' || goal !== ''),
    outputs: plan.tasks.flatMap((task) =>
      task.deliverables.map(({ path, in: place, level }) => ({ task: task.id, path, in: place, level })),
    ),
    wholeCriteria,
    successCriteria: [
      `every MUST check of the ${plan.tasks.length} ${plan.tasks.length === 1 ? 'task' : 'tasks'} passes`,
      ...gates.map((gate) => `the review ${gate.task} approves`),
      `the branches fit together on \`${short}\``,
    ],
    decisionMatrix: decisionMatrix(plan, iteration.roles),
    drawing: drawDependencies(plan.tasks),
    overlaps: overlapsIn(plan.tasks),
    gates,
    retriesText: retriesText(plan.tasks),
    figures: figuresOf(plan, iteration.roles, checks),
  };
}

function criteriaByTask(checks: NewIteration['checks']): ReadonlyMap<TaskId, readonly string[]> {
  const lines = new Map<TaskId, string[]>();
  for (const check of checks) {
    if (check.task === undefined) continue;
    const own = lines.get(check.task);
    if (own === undefined) lines.set(check.task, [criterionLine(check)]);
    else own.push(criterionLine(check));
  }
  return lines;
}

function taskValues(
  task: PlannedTask,
  { plan, workflow, prompts, inputs, worktrees, roles, skills = {} }: NewIteration,
  criteria: readonly string[],
): TaskValues {
  const role = roles[task.role];
  const wanted = workflow.steps.find((step) => step.id === task.step)?.skills ?? role?.skills ?? [];
  const tier = workflow.steps.find((step) => step.id === task.step)?.model ?? role?.model;
  return {
    id: task.id,
    title: task.title,
    role: task.role,
    agent: task.agent,
    instance: task.instance,
    branch: shortBranch(task.branch),
    worktree: `${worktrees}/${task.id}`,
    group: task.group,
    needs: task.needs,
    reviewed: reviewedBy(task, plan),
    targets: hasItems(task, workflow, inputs) ? task.targets : [],
    deliverables: task.deliverables.map((deliverable) => ({
      ...deliverable,
      write: writePath(deliverable.in, deliverable.path),
      fields: Object.entries(deliverable.fields ?? {})
        .map(([name, type]) => `${name}: ${fieldText(type)}`)
        .join('; '),
    })),
    ...(task.gate === undefined ? {} : { gate: { write: writePath('iteration', task.gate.report) } }),
    permission: task.permission,
    estimate: minutesText(task.estimateMinutes),
    skills: wanted.flatMap((name) => {
      const found = Object.hasOwn(skills, name) ? skills[name] : undefined;
      return found === undefined ? [] : [{ name, description: found.description, path: found.path }];
    }),
    skillsMissing: wanted.filter((name) => !Object.hasOwn(skills, name)),
    skillsText: wanted.map(code).join(', '),
    model: modelText(tier, task.model),
    modelWhy: tier === undefined ? 'nobody asks for one' : (MODEL_REASONS[tier] ?? 'asked for by the step or the role'),
    checklist: checklistValues(task),
    prompt: task.prompt,
    criteria,
    instructions: (prompts[task.id] ?? '').trim(),
  };
}

/** `strong (opus)`; a tier that no entry gives a name is the agent's own affair. */
function modelText(tier: string | undefined, name: string | undefined): string {
  if (tier === undefined || tier === name) return name ?? "the agent's default";
  return name === undefined ? tier : `${tier} (${name})`;
}

function checklistValues({ checklist }: PlannedTask): TaskValues['checklist'] {
  if (checklist === undefined) return undefined;
  return {
    write: writePath('iteration', checklist.file),
    items: checklist.items.map(({ id, kind, text }) => ({ id, kind: kind === 'reject_if' ? 'REJECT IF' : kind.toUpperCase(), text })),
  };
}

function groupValues(phase: Phase, { plan, workflow, inputs, checks, roles }: NewIteration): GroupValues {
  const inside = new Set(phase.tasks);
  const members = plan.tasks.filter((task) => inside.has(task.id));
  const used = [...new Set(members.map((task) => task.role))];
  const stage = stageOf(workflow, members[0]?.step);
  const values = namedValues(inputs, { iteration: plan.iteration, slug: plan.iteration.replace(/^\d+-/, '') });
  return {
    letter: phase.group,
    title: substitute(stage?.title ?? '', values).text,
    goal: substitute(stage?.goal ?? '', values).text,
    tasks: phase.tasks,
    start: minutesText(phase.start),
    end: minutesText(phase.end),
    duration: minutesText(phase.end - phase.start),
    loading: used.map((name) => `${name}: ${skillsText(roles[name]) || 'the role only'}`).join('; '),
    criteria: checks.filter((check) => check.task !== undefined && inside.has(check.task)).map(criterionLine),
  };
}

function stageOf({ steps, stages = {} }: Workflow, id: string | undefined): Stage | undefined {
  const name = steps.find((step) => step.id === id)?.stage;
  return name !== undefined && Object.hasOwn(stages, name) ? stages[name] : undefined;
}

/** Inputs with the name of a section fill it; the goal falls back to the issue, then to what the workflow is for. */
function contextOf({ inputs, workflow }: NewIteration): ContextSections {
  const list = (name: string): readonly string[] => listOf(inputs[name]);
  const goal = [inputs['goal'], inputs['issue']].map((value) => textOf(value ?? '')).find((text) => text.trim() !== '');
  const targeted = [...new Set(workflow.steps.flatMap(({ targets }) => (targets?.from.is === 'input' ? [targets.from.input] : [])))];
  return {
    goal: goal ?? workflow.description,
    scope: [
      ...list('scope'),
      ...targeted.filter((name) => name !== 'scope').flatMap(list),
      ...list('paths').map((path) => `paths: ${path}`),
    ],
    references: list('references'),
    standards: list('standards'),
    domain: list('domain'),
    constraints: list('constraints'),
    assumptions: list('assumptions'),
    nonGoals: list('non_goals'),
  };
}

function listOf(value: Inputs[string] | undefined): readonly string[] {
  if (typeof value === 'object') return value;
  const text = value === undefined ? '' : String(value);
  return text.trim() === '' ? [] : [text];
}

function textOf(value: InputValue): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}

function mergeOrder(plan: Plan): TaskId[] {
  const writers = plan.tasks.filter((task) => task.permission !== 'read');
  const wanted = new Set(writers);
  const order = inDependencyOrder(plan.tasks).filter((task) => wanted.size === 0 || wanted.has(task));
  return order.map((task) => task.id);
}

function budgetLines(budget: NewIteration['workflow']['budget']): string[] {
  return [
    ...(budget?.tokens === undefined ? [] : [`budget: ${numberText(budget.tokens)} tokens`]),
    ...(budget?.usd === undefined ? [] : [`budget: ${budget.usd} USD`]),
  ];
}

/** Tasks of one group that all may write. */
function overlapsIn(tasks: readonly PlannedTask[]): string[] {
  const groups = [...new Set(tasks.map((task) => task.group))];
  return groups
    .map((group) => tasks.filter((task) => task.group === group && task.permission !== 'read').map((task) => task.id))
    .filter((ids) => ids.length > 1)
    .map((ids) => ids.join(', '));
}

function retriesText(tasks: readonly PlannedTask[]): string {
  const counts = [...new Set(tasks.map((task) => task.retries))].toSorted((a, b) => a - b);
  const times = (count: number): string => (count === 0 ? 'not at all' : count === 1 ? 'once' : `up to ${count} times`);
  if (counts.length === 1) return times(counts[0] ?? 0);
  return counts
    .map(
      (count) =>
        `${tasks
          .filter((task) => task.retries === count)
          .map((task) => task.id)
          .join(', ')} ${times(count)}`,
    )
    .join('; ');
}

/** False when the list of targets was empty and the task stands for the iteration as a whole. */
function hasItems(task: PlannedTask, workflow: Workflow, inputs: Inputs): boolean {
  const from = workflow.steps.find((step) => step.id === task.step)?.targets?.from;
  if (from?.is === 'step') return hasItems({ ...task, step: from.step }, workflow, inputs);
  return from?.is === 'glob' || from?.is === 'output' || (from !== undefined && listOf(inputs[from.input]).length > 0);
}

/** What a rejection can send back: the tasks of the step the gate names, and those between it and the review. */
function reviewedBy(review: PlannedTask, plan: Plan): TaskId[] {
  if (review.gate === undefined) return [review.id];
  const first = plan.tasks.filter((task) => task.step === review.gate?.goto).map((task) => task.id);
  const before = new Set([review.id]);
  const byId = new Map(plan.tasks.map((task) => [task.id, task]));
  for (const id of before) for (const need of byId.get(id)?.needs ?? []) before.add(need);
  const between = downstreamOf(plan, first).filter((id) => id !== review.id && before.has(id));
  const found = [...first, ...between].toSorted(byNumber);
  return found.length === 0 ? [review.id] : found;
}

function skillsText(role: Role | undefined): string {
  return (role?.skills ?? []).map(code).join(', ');
}

function writePath(place: 'iteration' | 'repository', path: string): string {
  return place === 'iteration' ? `${OUT}${path}` : path;
}

function shortBranch(ref: string): string {
  return ref.replace(/^refs\/heads\//, '');
}
