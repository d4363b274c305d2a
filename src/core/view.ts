/** The picture of a run that `status` prints and `monitor` draws: derived from plan + state + clock, never stored. */
import type { Amounts, Unit } from './budget.ts';
import type { Decision } from './check.ts';
import type { DecisionOption, ForeseenConflict } from './event.ts';
import type { TaskId } from './ids.ts';
import type { BlockerSeverity } from './open-blockers.ts';
import type { StatusWord } from './plan.ts';
import type { SignIn } from './sign-in.ts';

export type StateName =
  | 'waiting'
  | 'ready'
  | 'starting'
  | 'running'
  | 'checking'
  | 'awaiting-human'
  | 'limited'
  | 'stalled'
  | 'blocked'
  | 'rejected'
  | 'accepted'
  | 'merged'
  | 'skipped'
  | 'superseded'
  | 'failed';

export interface TaskView {
  readonly id: TaskId;
  readonly step: string;
  readonly title: string;
  readonly role: string;
  readonly agent: string;
  readonly state: StateName;
  readonly word: StatusWord;
  /** 0 before the first one starts. */
  readonly attempt: number;
  /** ISO time of the last change of state. */
  readonly since: string;
  readonly branch: string;
  readonly worktree?: string;
  readonly commit?: string;
  readonly needs: readonly TaskId[];
  /** Needs that are not accepted yet. */
  readonly blockedBy: readonly TaskId[];
  /** Why it is in this state, in a sentence. */
  readonly reason?: string;
  /** What stands in its way and since when (ISO), as long as nobody has cleared it. */
  readonly blockers?: readonly {
    readonly id: string;
    readonly severity: BlockerSeverity;
    readonly since: string;
    readonly text: string;
  }[];
  /** What its agents say they have used, over all attempts. */
  readonly used: Amounts;
  /** The agent's log, absolute. */
  readonly log?: string;
}

export interface PendingDecision {
  readonly id: string;
  readonly kind: 'manual' | 'escalation' | 'checkpoint' | 'pick' | 'stall' | 'budget' | 'permission';
  readonly task: TaskId;
  readonly question: string;
  readonly options: readonly DecisionOption[];
  readonly since: string;
  /** ISO time at which its time box ends. */
  readonly until?: string;
  /** The account it is about, and who else waits for the answer. */
  readonly signIn?: SignIn;
}

/** What changed outside the worktrees while tasks ran. */
export interface ForeignView {
  readonly id: string;
  readonly tasks: readonly TaskId[];
  readonly what: readonly string[];
  /** A task waits until a person has said whose change it is. */
  readonly open: boolean;
}

export type RunStatus = 'planning' | 'running' | 'paused' | 'waiting-for-person' | 'failed' | 'ready-to-merge' | 'merged';

/** One budget and what is used of it. */
export interface BudgetView {
  readonly id: string;
  readonly text: string;
  readonly unit: Unit;
  readonly used: number;
  readonly limit: number;
}

export interface Snapshot {
  readonly iteration: string;
  readonly status: RunStatus;
  readonly decision?: Decision;
  readonly tasks: readonly TaskView[];
  readonly decisions: readonly PendingDecision[];
  readonly foreign: readonly ForeignView[];
  readonly target: string;
  /** Branches that would not go together if they landed now. */
  readonly foreseen: readonly ForeseenConflict[];
  /** What all agents together say they have used. */
  readonly used: Amounts;
  readonly budgets: readonly BudgetView[];
  /** ISO time of the first launch. */
  readonly started?: string;
}
