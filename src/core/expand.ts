/** Turns a workflow into tasks: step × batch of targets → T1, T2, … with names, order, estimates and checks. Writes and starts nothing. */
import { hasAgent } from './actor.ts';
import type { Check } from './check.ts';
import { type Draft, draftsOf, isGathered } from './drafts.ts';
import type { TaskId } from './ids.ts';
import { namedValues, resolveInputs } from './inputs.ts';
import { didYouMean } from './nearest.ts';
import { misplaced, sharedPaths } from './path-clashes.ts';
import type { PlannedTask } from './plan.ts';
import { plannedTasks } from './planned-tasks.ts';
import type { Problem } from './problem.ts';
import { withStageChecks } from './stage-checks.ts';
import { fillLines, type Globs, targetLists } from './targets.ts';
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
  /** Other words for these roles, for guesses at what was meant. */
  readonly aliases?: readonly string[];
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
  const values = namedValues(inputs, { iteration, slug });
  const { lists, problems: listProblems } = targetLists(workflow.steps, { inputs, globs: request.globs ?? {}, slug });
  const drafts = draftsOf({ workflow, roles: request.roles, lists, values });
  const tasks = plannedTasks(drafts, request);
  const working = drafts.filter((draft) => !isGathered(draft));
  const parts = [
    ...working.map(({ id, step, texts }) => checksOfTask(id, withStageChecks(step, workflow), texts)),
    checksOfLanding(workflow.checks, values),
  ];
  const high = highRisks(drafts, tasks);
  return {
    tasks,
    checks: parts.flatMap((part) => part.checks),
    prompts: Object.fromEntries(
      working.flatMap((draft) => {
        const text = promptOf(draft);
        return text === undefined ? [] : [[draft.id, text]];
      }),
    ),
    inputs,
    points: Object.fromEntries(drafts.map(({ id, points }) => [id, points])),
    problems: [
      ...inputProblems,
      ...unknownRoles(workflow.steps, request),
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
export function promptOf({ step, alternative, texts }: Draft): string | undefined {
  const parts = [step.prompt, alternative?.prompt].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.map((part) => fillLines(part, texts)).join('\n');
}

function unknownRoles(steps: readonly Step[], { roles, aliases = [] }: ExpandRequest): Problem[] {
  const known = [...Object.keys(roles), ...aliases];
  return steps
    .filter((step) => hasAgent(step) && !Object.hasOwn(roles, step.role))
    .map((step) => ({ what: `step "${step.id}" has the unknown role "${step.role}"`, fix: didYouMean(step.role, known) }));
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
