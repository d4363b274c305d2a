/** The plan as the engine sees it: tasks with everything needed to start and judge them. Comes from manifest.json + MULTI_AGENT_PLAN.md. */
import type { Amounts, Budget } from './budget.ts';
import type { Place, Level } from './check.ts';
import type { TimeoutAnswer } from './event.ts';
import type { ChecklistItem } from './checklist.ts';
import type { Fields } from './fields.ts';
import { Heap } from './heap.ts';
import type { HumanAnswer, HumanMode } from './human.ts';
import type { CommitId, TaskId } from './ids.ts';
import type { StepPermission } from './permission.ts';
import type { ContextRules } from './prompt-context.ts';
import type { RetryCause } from './retry.ts';
import type { Sandbox } from './sandbox.ts';
import type { InputValue, ScorePart } from './workflow.ts';

/** The five words people and agents write in the Status column (seed 004, section 6). */
export const STATUS_WORDS = ['Not Started', 'In Progress', 'Blocked', 'Completed', 'Failed'] as const;
export type StatusWord = (typeof STATUS_WORDS)[number];

export interface Deliverable {
  readonly path: string;
  readonly in: Place;
  readonly level: Level;
  readonly fields?: Fields;
}

/** A review's gate: with open MUST findings the work goes back to `goto`, at most `max` times. */
export interface Gate {
  readonly report: string;
  readonly goto: string;
  /** The rejection with this number is the last: `last` says what it comes to. */
  readonly max: number;
  /** A person is asked unless it says otherwise. */
  readonly last?: 'fail' | 'proceed';
  /** The next attempt gets the whole review, not its findings alone. */
  readonly with?: 'full-review';
  /** The next attempt starts in a new worktree. */
  readonly fresh?: boolean;
}

export interface Checkpoint {
  readonly ask: string;
  readonly who?: string;
  /** Tasks whose deliverables the person should look at. */
  readonly show: readonly TaskId[];
  readonly mode: HumanMode;
  readonly may: readonly HumanAnswer[];
  /** Milliseconds after which `onTimeout` happens; a person has all the time there is without it. */
  readonly timeout?: number;
  readonly onTimeout?: TimeoutAnswer;
  /** Step a rejection sends the work back to. */
  readonly goto?: string;
}

/** A list in the front matter of what a step delivers. */
export interface ListField {
  readonly step: string;
  readonly field: string;
}

/** How one of several tasks is taken; see `PickStep`. */
export interface Selection {
  readonly among: readonly TaskId[];
  readonly by?: string;
  readonly score?: readonly ScorePart[];
  readonly tie: 'human' | 'first';
  readonly ask?: string;
}

/** Questions the task has to answer, and the file in whose front matter it does. */
export interface PlannedChecklist {
  readonly file: string;
  readonly items: readonly ChecklistItem[];
}

/** The pause before another attempt, in milliseconds: always `delay`, or doubled with each, up to `longest`. */
export interface Backoff {
  readonly grows: 'fixed' | 'exponential';
  readonly delay: number;
  readonly longest: number;
}

export interface PlannedTask {
  readonly id: TaskId;
  readonly step: string;
  readonly title: string;
  readonly role: string;
  /** A row of the agent table (`rehearsal`, `claude`, …), `manual`, or `command:<command line>`. */
  readonly agent: string;
  /** Whose limits and places it shares; its agent's when left out. */
  readonly provider?: string;
  /** Stable name of the worker over all attempts: `builder-tax-001`. */
  readonly instance: string;
  readonly branch: string;
  readonly needs: readonly TaskId[];
  /** A, B, C …: tasks of one letter may run together. */
  readonly group: string;
  readonly targets: readonly string[];
  readonly deliverables: readonly Deliverable[];
  readonly gate?: Gate;
  /** Set when a person is the actor. */
  readonly human?: Checkpoint;
  /** CEL; when it is false as the task could start, the task is skipped. */
  readonly when?: string;
  /** The way this task does what others of its step do in other ways; only the one that is picked lands. */
  readonly alternative?: string;
  /** Set when the task is to take one of several alternatives. */
  readonly pick?: Selection;
  /** It has no work of its own: its parts become tasks as soon as the list they come from is there, and it stands for all of them together. */
  readonly expands?: ListField;
  /** The task whose part this is. */
  readonly parent?: TaskId;
  /** Done at the end, whatever became of the tasks it needs. */
  readonly finally?: boolean;
  /** Further attempts after a first one whose checks failed. */
  /** What it finds as inputs, where that is not what the workflow was given. */
  readonly inputs?: Readonly<Record<string, InputValue>>;
  readonly retries: number;
  /** Only after attempts that ended so; after any when left out. */
  readonly retryOn?: readonly RetryCause[];
  readonly backoff?: Backoff;
  /** Wall clock for one attempt, in milliseconds. */
  readonly timeout: number;
  /** Milliseconds without a sign of work after which it counts as stalled; the usual ones when left out. */
  readonly stallAfter?: number;
  /** Milliseconds without a sign of work after which the attempt is ended. */
  readonly idleTimeout?: number;
  /** How often its agent may turn to its tools in one attempt. */
  readonly maxTurns?: number;
  readonly permission: StepPermission;
  /** What the workflow says about where its agent runs. */
  readonly sandbox?: Sandbox;
  /** A model as the agent calls it; without it the agent takes its own default. */
  readonly model?: string;
  readonly checklist?: PlannedChecklist;
  /** What it may use over all its attempts. */
  readonly budget?: Amounts;
  readonly estimateTokens: number;
  /** Expected wall clock, in minutes. */
  readonly estimateMinutes: number;
  readonly risk: { readonly score: number; readonly level: 'low' | 'medium' | 'high' };
  /** Path of the prompt, relative to the iteration folder. */
  readonly prompt: string;
  /** What goes into its prompts, where the workflow says; USUAL_CONTEXT where not. */
  readonly context?: ContextRules;
}

export const MERGE_STRATEGIES = ['linear', 'squash', 'merge-commit', 'cherry-pick'] as const;
export type MergeStrategy = (typeof MERGE_STRATEGIES)[number];

/** What GO_WITH_CAUTION means for an iteration. */
export interface DecisionRules {
  /** By which part of its threshold a figure may miss it. */
  readonly cautionMargin?: number;
  /** Who has to agree to a landing with caution. */
  readonly cautionApprovers?: readonly string[];
}

/** Who hears of what agents cannot settle. */
export interface Escalation {
  readonly to: string;
  /** Milliseconds after which an open decision is overdue. */
  readonly triageWithin?: number;
}

export interface Plan {
  readonly iteration: string;
  readonly workflow: string;
  /** Full name of the branch the work lands on: `refs/heads/main`. */
  readonly target: string;
  /** Where agents start from. */
  readonly base: CommitId;
  readonly created: string;
  readonly strategy: MergeStrategy;
  readonly maxParallel: number;
  /** How many tasks of a provider may be at work at once. */
  readonly perProvider?: Readonly<Record<string, number>>;
  readonly environment: string;
  /** `required`: `iter run` never merges without a person. */
  readonly human: 'required' | 'optional';
  /** The values of the workflow's inputs, for conditions. */
  readonly inputs?: Readonly<Record<string, InputValue>>;
  readonly escalation?: Escalation;
  readonly decision?: DecisionRules;
  readonly budget?: Budget;
  readonly tasks: readonly PlannedTask[];
}

/** The task with this id; throws when there is none: callers hold ids that came from the plan. */
export function taskOf(plan: Plan, id: TaskId): PlannedTask {
  const task = plan.tasks.find((candidate) => candidate.id === id);
  if (task === undefined) throw new Error(`no task ${id} in the plan of ${plan.iteration}`);
  return task;
}

/** Everything a task needs, directly or not, in plan order. */
export function upstreamTasks(plan: Plan, task: PlannedTask): PlannedTask[] {
  const reached = new Set(task.needs);
  for (const id of reached) for (const need of taskOf(plan, id).needs) reached.add(need);
  return plan.tasks.filter((candidate) => reached.has(candidate.id));
}

/** The plan with the parts of a task in it; the whole needs them from now on. */
export function withParts(plan: Plan, parent: TaskId, parts: readonly PlannedTask[]): Plan {
  const ids = new Set(parts.map((task) => task.id));
  const others = plan.tasks.filter((task) => !ids.has(task.id));
  const tasks = others.map((task) => (task.id === parent ? { ...task, needs: [...new Set([...task.needs, ...ids])] } : task));
  return { ...plan, tasks: [...tasks, ...parts] };
}

/** Everything that needs one of `roots`, directly or not, in plan order; the roots themselves are not in it. */
export function downstreamOf(plan: Plan, roots: readonly TaskId[]): TaskId[] {
  const dependents = dependentsOf(plan.tasks);
  const reached = new Set<TaskId>(roots);
  // a set gives what is added while it is walked
  for (const id of reached) for (const task of dependents.get(id) ?? []) reached.add(task.id);
  const own = new Set(roots);
  return plan.tasks.map((task) => task.id).filter((id) => reached.has(id) && !own.has(id));
}

/** Tasks so ordered that everything comes after what it needs; ties by place in the list. A cycle leaves its members out. */
export function inDependencyOrder(tasks: readonly PlannedTask[]): PlannedTask[] {
  const places = new Map(tasks.map((task, place) => [task.id, place]));
  const dependents = dependentsOf(tasks);
  const open = new Map(tasks.map((task) => [task.id, new Set(task.needs.filter((need) => places.has(need)))]));
  const ready = new Heap<PlannedTask>((a, b) => (places.get(a.id) ?? 0) < (places.get(b.id) ?? 0));
  for (const task of tasks) if (open.get(task.id)?.size === 0) ready.add(task);
  const ordered: PlannedTask[] = [];
  for (let next = ready.take(); next !== undefined; next = ready.take()) {
    ordered.push(next);
    for (const task of dependents.get(next.id) ?? []) {
      const needs = open.get(task.id);
      if (needs?.delete(next.id) === true && needs.size === 0) ready.add(task);
    }
  }
  return ordered;
}

/** The tasks that need each, by its id, in the order of the list. */
export function dependentsOf<Task extends Pick<PlannedTask, 'id' | 'needs'>>(tasks: readonly Task[]): ReadonlyMap<TaskId, readonly Task[]> {
  const dependents = new Map<TaskId, Task[]>();
  for (const task of tasks) {
    for (const need of new Set(task.needs)) {
      const found = dependents.get(need);
      if (found === undefined) dependents.set(need, [task]);
      else found.push(task);
    }
  }
  return dependents;
}

/** The members of a dependency cycle, or none; used to refuse a plan. */
export function cycleIn(tasks: readonly PlannedTask[]): TaskId[] {
  const ordered = new Set(inDependencyOrder(tasks).map((task) => task.id));
  const stuck = tasks.filter((task) => !ordered.has(task.id));
  // what merely hangs below a cycle is not part of it: drop, again and again, whatever nobody stuck needs
  let members = stuck;
  for (;;) {
    const needed = new Set(members.flatMap((task) => task.needs));
    const fewer = members.filter((task) => needed.has(task.id));
    if (fewer.length === members.length) return members.map((task) => task.id);
    members = fewer;
  }
}
