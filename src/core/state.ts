/**
 * What is true now, folded from the events by `reduce.ts`.
 *
 *   waiting ──> starting ──> running ──> checking ──> checked ──> accepted ──> merged
 *      ^           |            |  ^                    |
 *      |           |            v  |                    ├──> rejected (another attempt)
 *      |           |      awaiting-human                └──> failed
 *      ├────────── limited <────┘  (by its provider, until a time)
 *      └───────────┴── interrupted, reset by a rejection or a person
 */
import type { Raised, Usage } from './budget.ts';
import type { Decision } from './check.ts';
import type { DecisionOption, Failure, ForeignWrite, ForeseenConflict, RedWork, TimeoutAnswer } from './event.ts';
import type { FieldValue } from './fields.ts';
import type { CommitId, TaskId, TreeId } from './ids.ts';
import type { BlockerState } from './open-blockers.ts';
import type { StatusWord } from './plan.ts';
import type { ProviderLimit } from './provider-limit.ts';
import type { RetryCause } from './retry.ts';
import type { Finding, ReviewVerdict } from './review.ts';
import type { RunVerdict } from './run-verdict.ts';
import type { Session } from './session.ts';
import type { SignIn } from './sign-in.ts';

export type Phase =
  | { readonly name: 'waiting' }
  | { readonly name: 'starting' }
  | { readonly name: 'running'; readonly pid: number }
  | { readonly name: 'awaiting-human'; readonly decision: string }
  /** Its provider refuses to go on for a while; the attempt goes on under its number when the limit of the provider is over. */
  | { readonly name: 'limited'; readonly provider: string }
  /** The agent has ended, or a person says it is done: its work is being judged. */
  | {
      readonly name: 'checking';
      readonly outcome: 'exited' | 'killed' | 'timeout' | 'not-started';
      readonly reason?: string;
      /** How the run went, as far as its agent tells. */
      readonly verdict?: RunVerdict;
    }
  | {
      readonly name: 'checked';
      readonly commit: CommitId;
      readonly failures: readonly Failure[];
      /** How the attempt ended, where something failed. */
      readonly cause?: RetryCause;
      readonly verdict?: ReviewVerdict;
      readonly findings: readonly Finding[];
    }
  /** Sent back for another attempt, which has not started yet, and does not before `until`. */
  | { readonly name: 'rejected'; readonly reasons: readonly string[]; readonly until?: string }
  | Accepted
  /** Its condition was false, or nobody has to look here: what needs it goes on from `commit`. */
  | { readonly name: 'skipped'; readonly commit: CommitId; readonly reason: string }
  /** Another alternative was picked; `before` is what it was until then, and is again when the pick is taken back. */
  | { readonly name: 'superseded'; readonly commit: CommitId; readonly winner: TaskId; readonly before: Accepted | Failed }
  | { readonly name: 'merged'; readonly commit: CommitId }
  | Failed;

export interface Accepted {
  readonly name: 'accepted';
  readonly commit: CommitId;
}

export interface Failed {
  readonly name: 'failed';
  readonly reason: string;
}

export interface Claim {
  readonly word: StatusWord;
  readonly by: string;
  readonly message?: string;
}

export interface Given {
  readonly by: string;
  readonly reason: string;
  readonly files: readonly { readonly path: string; readonly stored: string; readonly sha256: string }[];
}

export interface TaskState {
  readonly phase: Phase;
  /** The state before this one: tells an attempt that was interrupted from a task that starts over. */
  readonly previous: Phase['name'];
  /** ISO time at which the phase began. */
  readonly since: string;
  /** Number of the current or last attempt; 0 before the first. */
  readonly attempt: number;
  /** Attempts used up since the task was last reset: what `retries` limits. */
  readonly tries: number;
  /** How often this review has rejected. */
  readonly rejections: number;
  readonly worktree?: string;
  /** What the branch started from: the merge of the heads of the needs. */
  readonly base?: CommitId;
  /** Where the branch stood when the attempt was prepared or, later, what was checked. */
  readonly head?: CommitId;
  /** ISO time at which the first attempt started. */
  readonly started?: string;
  /** ISO time at which the work was accepted. */
  readonly accepted?: string;
  /** Path of the log, relative to the iteration folder. */
  readonly log?: string;
  /** The checks that failed last time: quoted to the next attempt. */
  readonly failures: readonly Failure[];
  /** What a review wants changed: quoted to the next attempt. */
  readonly findings: readonly Finding[];
  /** What a person, or a conflict, adds for the next attempt. */
  readonly feedback?: string;
  readonly warnings: readonly Failure[];
  /** What its agents have used, by the ISO time at which each was started. */
  readonly usage?: Readonly<Record<string, Usage>>;
  readonly outputs?: Readonly<Record<string, FieldValue>>;
  readonly verdict?: ReviewVerdict;
  /** A commit the branch has to contain besides the heads of its needs: what its work conflicted with. */
  readonly onto?: CommitId;
  /** Hash of what the last prompt said of the task. */
  readonly told?: string;
  /** What its agent may go on with. */
  readonly session?: Session;
  /** What its accepted work was made from: work is not done again while that stays the same. */
  readonly inputs?: string;
  readonly done?: { readonly inputs: string; readonly attempt: number; readonly base: CommitId; readonly commit: CommitId };
  /** Its last attempt was cut off by a limit of the provider and goes on under its number. */
  readonly resumes?: true;
  /** The next attempt starts in a new worktree. */
  readonly fresh?: boolean;
  /** A person wants it skipped when its turn comes. */
  readonly skip?: { readonly by: string; readonly reason: string };
  /** Who accepted it in spite of what was open, and why: a debt. */
  readonly overridden?: { readonly by: string; readonly reason: string };
  /** Files a person does the work with. */
  readonly given?: Given;
  /** Counted up for what a person wants first; of equals the plan's order holds. */
  readonly priority?: number;
  /** The parts this task has grown; stale once what their list comes from starts over. */
  readonly parts?: { readonly tasks: readonly TaskId[]; readonly stale: boolean };
  /** Which alternatives this task has taken and passed over. */
  readonly picked?: { readonly winner: TaskId; readonly losers: readonly TaskId[] };
  /** What a person picked, until it is carried out. */
  readonly choice?: { readonly option: string; readonly by: string };
  /** A person let its prompts go out with less than the workflow asks for. */
  readonly trimmed?: true;
  /** Who asked for the running attempt to be ended. */
  readonly stop?: string;
  /** What they have already said is to come after that. */
  readonly afterStop?: 'restart' | 'abandon';
  /** It runs without a sign of work since that ISO time. */
  readonly stalled?: { readonly since: string; readonly evidence: string };
  /** The last thing somebody said about it while this phase lasts. */
  readonly claim?: Claim;
}

export interface OpenDecision {
  readonly id: string;
  readonly kind: 'manual' | 'escalation' | 'checkpoint' | 'pick' | 'stall' | 'budget' | 'permission';
  readonly task: TaskId;
  readonly question: string;
  readonly options: readonly DecisionOption[];
  readonly since: string;
  readonly until?: string;
  readonly onTimeout?: TimeoutAnswer;
  /** The task goes on while the question is open. */
  readonly beside?: true;
  /** The blocker, message, budget or question of an agent it is about. */
  readonly about?: string;
  /** The account it is about, and who else waits for the answer. */
  readonly signIn?: SignIn;
}

export interface Landed {
  readonly target: string;
  readonly before: CommitId;
  readonly after: CommitId;
  /** The tasks that this landing merged, and none that were merged before. */
  readonly tasks: readonly TaskId[];
  readonly at: string;
  readonly decision: Decision;
  /** What is the last landing again when this one is undone. */
  readonly earlier?: Landed;
}

/** Changes outside the worktrees of the tasks that ran at the time. */
export interface ForeignChange {
  readonly id: string;
  readonly tasks: readonly TaskId[];
  readonly writes: readonly ForeignWrite[];
  readonly at: string;
  /** What a person said about it, and who. */
  readonly answer?: { readonly option: string; readonly by: string };
}

export interface State {
  readonly tasks: Readonly<Record<string, TaskState>>;
  readonly decisions: readonly OpenDecision[];
  /** In the order in which they were raised; those that were cleared stay. */
  readonly blockers: readonly BlockerState[];
  /** Ids of the questions asked while work went on: each is asked once. */
  readonly asked: readonly string[];
  /** What people said to agents that asked whether they may do something, by the file of the question, while the attempt goes on. */
  readonly permissions?: Readonly<Record<string, { readonly task: TaskId; readonly option: 'allow' | 'deny' }>>;
  /** By provider, as long as one lasts. */
  readonly limits?: Readonly<Record<string, ProviderLimit>>;
  readonly launch?: { readonly pid: number; readonly host: string; readonly since: string };
  readonly firstLaunch?: string;
  /** Milliseconds for which launches that have ended were at work. */
  readonly worked?: number;
  /** What was said about budgets, by account. */
  readonly budgets?: Readonly<Record<string, Raised>>;
  readonly outcome?: 'done' | 'waiting' | 'failed' | 'stopped' | 'budget';
  /** The last approval of a GO_WITH_CAUTION; good for that tree and those criteria only. */
  readonly caution?: { readonly tree: TreeId; readonly criteriaHash: string; readonly by: string };
  readonly validation?: { readonly decision: Decision; readonly tree: TreeId; readonly at: string };
  /** A landing that has begun and whose end is not on record. */
  readonly landing?: {
    readonly target: string;
    readonly before: CommitId;
    readonly after: CommitId;
    readonly tasks: readonly TaskId[];
    readonly sentBack?: readonly RedWork[];
  };
  /** A landing that is being taken back, and whose end is not on record. */
  readonly undoing?: { readonly target: string; readonly before: CommitId; readonly after: CommitId; readonly kept: string };
  /** The last landing that has not been undone. */
  readonly landed?: Landed;
  /** What would not go together if it landed now; see `engine/conflict-watch.ts`. */
  readonly foreseen?: readonly ForeseenConflict[];
  /** Absent until something was found. */
  readonly foreign?: readonly ForeignChange[];
  readonly conflicts: readonly { readonly task: TaskId; readonly paths: readonly string[] }[];
}

/** True when nothing is left to be done before a landing. */
export function allSettled(tasks: readonly { readonly id: TaskId }[], state: State): boolean {
  return tasks.every((task) => settledAt(state.tasks[task.id]) !== undefined);
}

/** True when everything there was to land has landed. */
export function hasLanded(tasks: readonly { readonly id: TaskId }[], state: State): boolean {
  const over = (name: Phase['name'] | undefined): boolean => name === 'merged' || name === 'skipped' || name === 'superseded';
  return state.landed !== undefined && tasks.every((task) => over(state.tasks[task.id]?.phase.name));
}

/** The commit others may build on: of work that is accepted, landed, skipped or passed over; undefined while it is none of these. */
export function settledAt(task: TaskState | undefined): CommitId | undefined {
  const phase = task?.phase;
  return phase !== undefined && isSettled(phase) ? phase.commit : undefined;
}

type Settled = Extract<Phase, { name: 'accepted' | 'merged' | 'skipped' | 'superseded' }>;

function isSettled(phase: Phase): phase is Settled {
  return phase.name === 'accepted' || phase.name === 'merged' || phase.name === 'skipped' || phase.name === 'superseded';
}
