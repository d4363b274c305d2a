/** The texts of a new iteration folder, by path: everything except hashes, the event log and copies of given files. Writes nothing. */
import type { Check } from '../core/check.ts';
import type { TaskId } from '../core/ids.ts';
import type { Plan } from '../core/plan.ts';
import { taskOf } from '../core/plan.ts';
import type { Inputs, Role, Workflow } from '../core/workflow.ts';
import { iterationValues } from './iteration-values.ts';
import { render } from './template.ts';
import type { IterationValues, PromptValues, Reference, TaskValues } from './template-values.ts';

/** A text that is pinned: where it came from and the SHA-256 of its bytes. */
export interface Pinned {
  /** `built in`, or a path relative to the repository. */
  readonly source: string;
  readonly sha256: string;
}

export interface NewIteration {
  readonly plan: Plan;
  readonly workflow: Workflow;
  readonly workflowPin: Pinned;
  readonly roles: Readonly<Record<string, Role>>;
  readonly rolePins: Readonly<Record<string, Pinned>>;
  readonly checks: readonly Check[];
  /** What the step asks of each task, already substituted. */
  readonly prompts: Readonly<Record<TaskId, string>>;
  readonly inputs: Inputs;
  readonly references: readonly Reference[];
  /** Name of the repository's folder. */
  readonly repository: string;
  /** Folder of this iteration's worktrees, relative to the repository. */
  readonly worktrees: string;
  /** The skills somebody has a file of, by name. */
  readonly skills?: Readonly<Record<string, { readonly description: string; readonly path: string }>>;
  /** In place of the shipped template of prompts, by role. */
  readonly ownTemplates?: Readonly<Record<string, (values: PromptValues) => string>>;
}

/** Renders every Markdown file of the folder, prompts included; paths are relative to it. */
export function iterationFiles(iteration: NewIteration): Readonly<Record<string, string>> {
  const values = iterationValues(iteration);
  const files: Record<string, string> = {
    'README.md': render('README.md', values),
    'CONTEXT.md': render('CONTEXT.md', values),
    'COMPLETION_CRITERIA.md': render('COMPLETION_CRITERIA.md', values),
    'MULTI_AGENT_PLAN.md': render('MULTI_AGENT_PLAN.template.md', values),
    'INTER_AGENT_MESSAGES.md': render('INTER_AGENT_MESSAGES.md', values),
  };
  return { ...files, ...prompts(iteration, values, values.tasks) };
}

/** The prompts of these tasks, by their paths. */
export function promptFiles(iteration: NewIteration, ids: readonly TaskId[]): Readonly<Record<string, string>> {
  const values = iterationValues(iteration);
  const wanted = new Set<TaskId>(ids);
  return prompts(
    iteration,
    values,
    values.tasks.filter((task) => wanted.has(task.id)),
  );
}

function prompts(iteration: NewIteration, values: IterationValues, tasks: readonly TaskValues[]): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const task of tasks) {
    const role = iteration.roles[task.role];
    // a whole has parts in its place
    if (taskOf(iteration.plan, task.id).expands !== undefined) continue;
    // a person or a command needs no prompt of a role
    if (role === undefined && isRoleless(iteration.plan, task.id)) continue;
    if (role === undefined) throw new Error(`the role ${task.role} of ${task.id} was not loaded`);
    const hasIterationFiles = task.deliverables.some((deliverable) => deliverable.in === 'iteration');
    const own = iteration.ownTemplates?.[task.role];
    const all: PromptValues = { ...values, task, role: { body: role.body }, hasIterationFiles };
    files[task.prompt] = own === undefined ? render('agent-prompt.md', all) : own(all);
  }
  return files;
}

function isRoleless(plan: Plan, id: TaskId): boolean {
  const task = taskOf(plan, id);
  return task.human !== undefined || task.pick !== undefined || task.role === 'run';
}
