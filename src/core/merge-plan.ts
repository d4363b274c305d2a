/** Which commits go onto the target, in which order: the program of a landing, computed anew each time from git and events. */
import type { CommitId, TaskId } from './ids.ts';
import type { MergeStrategy, Plan } from './plan.ts';
import { inDependencyOrder } from './plan.ts';
import type { State } from './state.ts';
import { settledAt } from './state.ts';

export type MergeStep =
  /** With `source`, the message names the commit it was picked from. */
  | { readonly do: 'pick'; readonly task: TaskId; readonly commit: CommitId; readonly source?: true }
  | { readonly do: 'squash'; readonly task: TaskId; readonly base: CommitId; readonly head: CommitId }
  | { readonly do: 'merge'; readonly task: TaskId; readonly head: CommitId };

export interface AcceptedWork {
  readonly base: CommitId;
  readonly head: CommitId;
  /** The task's own commits, oldest first. */
  readonly commits: readonly CommitId[];
}

export interface MergeInputs {
  readonly plan: Plan;
  readonly strategy: MergeStrategy;
  readonly work: Readonly<Record<string, AcceptedWork>>;
  /** Commits the target says it was given, by hand or by iter; cherry-pick takes none of them twice. */
  readonly picked?: ReadonlySet<CommitId>;
}

/** The steps of a landing in dependency order; a task without commits of its own needs none. */
export function planMerge({ plan, strategy, work, picked }: MergeInputs): MergeStep[] {
  return inDependencyOrder(plan.tasks).flatMap((task): MergeStep[] => {
    const own = work[task.id];
    if (own === undefined || own.commits.length === 0) return [];
    if (strategy === 'merge-commit') return [{ do: 'merge', task: task.id, head: own.head }];
    if (strategy === 'squash') return [{ do: 'squash', task: task.id, base: own.base, head: own.head }];
    if (strategy === 'cherry-pick')
      return own.commits.flatMap((commit): MergeStep[] =>
        picked?.has(commit) === true ? [] : [{ do: 'pick', task: task.id, commit, source: true }],
      );
    return own.commits.map((commit) => ({ do: 'pick', task: task.id, commit }));
  });
}

/** One of several alternatives of which none has been taken yet. */
export function isUnpicked(plan: Plan, state: State, id: TaskId): boolean {
  const picks = plan.tasks.filter((other) => other.pick?.among.includes(id) === true);
  return picks.length > 0 && picks.every((other) => settledAt(state.tasks[other.id]) === undefined);
}

/** The tasks whose work may land, and those that still miss something. */
export function landable(plan: Plan, state: State): { ready: TaskId[]; open: TaskId[] } {
  const ready: TaskId[] = [];
  const open: TaskId[] = [];
  for (const task of plan.tasks) {
    (settledAt(state.tasks[task.id]) === undefined || isUnpicked(plan, state, task.id) ? open : ready).push(task.id);
  }
  return { ready, open };
}
