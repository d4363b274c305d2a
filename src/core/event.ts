/**
 * Everything that can happen, as past-tense facts: the one union behind `.run/events.jsonl`.
 * Events carry only strings and numbers that stay true for ever; nothing of the engine's types leaks in.
 */
import type { Usage } from './budget.ts';
import type { Decision } from './check.ts';
import type { FieldValue } from './fields.ts';
import type { CommitId, TaskId, TreeId } from './ids.ts';
import type { BlockerKind, BlockerSeverity } from './open-blockers.ts';
import type { StatusWord } from './plan.ts';
import type { Finding, ReviewVerdict } from './review.ts';
import type { RetryCause } from './retry.ts';
import type { RunVerdict } from './run-verdict.ts';
import type { SessionLeft } from './session.ts';

/** A check that failed, as it is quoted to the next attempt. */
export interface Failure {
  readonly id: string;
  readonly message: string;
}

export interface DecisionOption {
  readonly id: string;
  readonly label: string;
}

export interface ForeseenConflict {
  readonly a: TaskId;
  readonly b: TaskId;
  readonly paths: readonly string[];
}

/** What a time box that runs out does: go on, send back, ask again without one, or go on waiting. */
export const TIMEOUT_ANSWERS = ['proceed', 'reject', 'escalate', 'pause'] as const;
export type TimeoutAnswer = (typeof TIMEOUT_ANSWERS)[number];

/** One change outside the worktree of the task that was looked after. */
export interface ForeignWrite {
  /** What changed, as `core/foreign.ts` names it. */
  readonly place: string;
  /** What it is now: the same change is found once. */
  readonly now: string;
  /** What it was, where that holds until somebody has answered. */
  readonly was?: string;
  /** The change in words, with what speaks for an agent. */
  readonly what: string;
  /** The work is not accepted before a person has said whose change it is. */
  readonly blocks: boolean;
}

/** Work that turned red what was to land and was green without it: what its next attempt is told and has to go together with. */
export interface RedWork {
  readonly task: TaskId;
  readonly attempt: number;
  /** What landed without it. */
  readonly onto: CommitId;
  readonly archive: string;
  readonly failures: readonly Failure[];
  readonly reset: readonly TaskId[];
}

/** How the commits of a landing came to be. */
export interface Sealed {
  /** The hooks of the repository that were asked and agreed. */
  readonly hooks?: readonly string[];
  /** Somebody wanted it without them. */
  readonly withoutHooks?: true;
  /** Signed with the person's key. */
  readonly signed?: true;
  /** Somebody wanted it without a signature. */
  readonly withoutSignature?: true;
}

type Fact =
  | { readonly type: 'iteration-created'; readonly iteration: string; readonly workflow: string; readonly tasks: readonly TaskId[] }
  | {
      /** Tasks that came to be while the iteration ran: parts of `parent`, or rows a person added to the plan. */
      readonly type: 'tasks-added';
      readonly tasks: readonly TaskId[];
      readonly parent?: TaskId;
      /** Parts of an earlier list that are in this one no more. */
      readonly dropped: readonly TaskId[];
      /** Where what needs the dropped ones goes on from. */
      readonly commit?: CommitId;
      readonly by: string;
    }
  | { readonly type: 'launch-started'; readonly pid: number; readonly host: string; readonly maxParallel: number }
  | { readonly type: 'launch-ended'; readonly outcome: 'done' | 'waiting' | 'failed' | 'stopped' | 'budget' }
  | {
      /** What the agent that was started at `started` (ISO) has used up to now. */
      readonly type: 'usage-reported';
      readonly task: TaskId;
      readonly attempt: number;
      readonly started: string;
      readonly usage: Usage;
    }
  /** A person has heard that a budget goes to an end: `used` of `limit`. */
  | { readonly type: 'budget-warned'; readonly account: string; readonly used: number; readonly limit: number }
  | {
      readonly type: 'attempt-prepared';
      readonly task: TaskId;
      readonly attempt: number;
      readonly worktree: string;
      readonly base: CommitId;
      readonly head: CommitId;
      /** Hash of everything the work is done from; see `engine/inputs-hash.ts`. */
      readonly inputs?: string;
      /** Files of `feedback/` whose text is in the prompt. */
      readonly feedback?: readonly string[];
      /** Hash of what the prompt says of the task, without what is about this attempt. */
      readonly told?: string;
    }
  | {
      readonly type: 'attempt-started';
      readonly task: TaskId;
      readonly attempt: number;
      readonly agent: string;
      readonly pid?: number;
      readonly log: string;
      /** The session of the agent this attempt goes on with. */
      readonly session?: string;
    }
  | {
      readonly type: 'attempt-ended';
      readonly task: TaskId;
      readonly attempt: number;
      readonly outcome: 'exited' | 'killed' | 'timeout' | 'not-started';
      readonly exit?: number;
      readonly signal?: string;
      readonly reason?: string;
      /** Of an agent that writes events; `reason` is then the error it told of, if it did. */
      readonly verdict?: RunVerdict;
      /** What the next attempt may go on with. */
      readonly session?: SessionLeft;
    }
  | {
      /** Something outside the worktree of a task changed while it ran: each of `tasks` may have done it. */
      readonly type: 'foreign-write-found';
      readonly id: string;
      readonly tasks: readonly TaskId[];
      readonly writes: readonly ForeignWrite[];
    }
  | {
      /** A running attempt shows no sign of work since that ISO time; it goes on, and a person is asked. */
      readonly type: 'task-stalled';
      readonly task: TaskId;
      readonly attempt: number;
      readonly since: string;
      readonly evidence: string;
    }
  /** It shows signs of work again. */
  | { readonly type: 'task-stirred'; readonly task: TaskId; readonly attempt: number }
  | {
      /** The provider of the agent refuses to go on until some time: nobody's fault, and no try used up. */
      readonly type: 'provider-limited';
      readonly provider: string;
      readonly task: TaskId;
      readonly attempt: number;
      /** ISO time. */
      readonly until: string;
      readonly guessed: boolean;
      readonly reason: string;
      /** What the attempt may go on with. */
      readonly session?: SessionLeft;
    }
  /** The attempt of this task is to show whether the limit is over. */
  | { readonly type: 'limit-probed'; readonly provider: string; readonly task: TaskId }
  | { readonly type: 'attempt-interrupted'; readonly task: TaskId; readonly attempt: number; readonly reason: string }
  | { readonly type: 'work-committed'; readonly task: TaskId; readonly attempt: number; readonly commit: CommitId; readonly paths: number }
  | { readonly type: 'work-archived'; readonly task: TaskId; readonly attempt: number; readonly ref: string; readonly commit: CommitId }
  | {
      readonly type: 'checks-finished';
      readonly task: TaskId;
      readonly attempt: number;
      readonly commit: CommitId;
      readonly failures: readonly Failure[];
      readonly warnings: readonly Failure[];
      readonly verdict?: ReviewVerdict;
      readonly findings?: readonly Finding[];
      /** The declared fields of its deliverables. */
      readonly outputs?: Readonly<Record<string, FieldValue>>;
      /** How the attempt ended, where something failed. */
      readonly cause?: RetryCause;
    }
  | { readonly type: 'task-skipped'; readonly task: TaskId; readonly commit: CommitId; readonly reason: string }
  | {
      readonly type: 'alternative-picked';
      readonly task: TaskId;
      readonly attempt: number;
      readonly winner: TaskId;
      readonly losers: readonly TaskId[];
      /** What the pick needed, and the winner's work. */
      readonly commit: CommitId;
      readonly reason: string;
    }
  | { readonly type: 'checkpoint-reached'; readonly task: TaskId; readonly attempt: number; readonly commit: CommitId }
  | { readonly type: 'task-accepted'; readonly task: TaskId; readonly attempt: number; readonly commit: CommitId }
  | {
      readonly type: 'task-sent-back';
      readonly task: TaskId;
      readonly attempt: number;
      readonly failures: readonly Failure[];
      /** ISO time before which the next attempt does not start. */
      readonly until?: string;
    }
  | {
      readonly type: 'review-rejected';
      readonly task: TaskId;
      readonly attempt: number;
      readonly rejection: number;
      readonly goto: readonly TaskId[];
      readonly reset: readonly TaskId[];
      readonly findings: readonly Finding[];
      readonly fresh?: boolean;
    }
  | { readonly type: 'task-failed'; readonly task: TaskId; readonly attempt: number; readonly reason: string }
  | {
      readonly type: 'status-claimed';
      readonly task: TaskId;
      readonly word: StatusWord;
      readonly by: string;
      readonly message?: string;
      readonly line?: number;
    }
  | {
      /** A Status cell said what cannot be so, or was not for whoever edited it to say. */
      readonly type: 'claim-refused';
      readonly task: TaskId;
      readonly word: StatusWord;
      readonly by: string;
      readonly reason: string;
      readonly line: number;
    }
  | {
      /** A person has tasks start over, and everything after them: `goto` are told why. */
      readonly type: 'task-reset';
      readonly goto: readonly TaskId[];
      readonly reset: readonly TaskId[];
      readonly by: string;
      readonly reason?: string;
      /** In a new worktree, on what it starts from. */
      readonly fresh?: boolean;
    }
  | {
      readonly type: 'skip-requested';
      readonly task: TaskId;
      readonly reset: readonly TaskId[];
      readonly by: string;
      readonly reason: string;
    }
  | {
      /** A person does the work of a task with files of theirs: judged like any other work. */
      readonly type: 'artifact-given';
      readonly task: TaskId;
      readonly reset: readonly TaskId[];
      readonly by: string;
      readonly reason: string;
      /** Where the files lie, relative to the iteration folder, by the path of the deliverable they are for. */
      readonly files: readonly { readonly path: string; readonly stored: string; readonly sha256: string }[];
    }
  | { readonly type: 'task-prioritised'; readonly task: TaskId; readonly by: string }
  | {
      /** What it would be done from is what its accepted work was done from: nothing to do again. */
      readonly type: 'task-still-valid';
      readonly task: TaskId;
      readonly attempt: number;
      readonly commit: CommitId;
    }
  | { readonly type: 'stop-requested'; readonly task: TaskId; readonly by: string }
  | {
      readonly type: 'decision-requested';
      readonly id: string;
      readonly kind: 'manual' | 'escalation' | 'checkpoint' | 'pick' | 'stall' | 'budget' | 'permission';
      readonly task: TaskId;
      readonly question: string;
      readonly options: readonly DecisionOption[];
      /** ISO time at which the time box ends, and what happens then. */
      readonly until?: string;
      readonly onTimeout?: TimeoutAnswer;
      /** The task goes on while the question is open. */
      readonly beside?: true;
      /** The blocker, message, budget or question of an agent it is about. */
      readonly about?: string;
      /** The account that is refused: other tasks that work with it wait for the same answer. */
      readonly signIn?: { readonly agent: string; readonly provider: string };
    }
  /** One more task waits for the answer to an open decision. */
  | { readonly type: 'decision-joined'; readonly id: string; readonly task: TaskId }
  | {
      readonly type: 'blocker-raised';
      readonly id: string;
      readonly task?: TaskId;
      readonly severity: BlockerSeverity;
      readonly kind: BlockerKind;
      readonly text: string;
      readonly needed: string;
      readonly escalate: boolean;
      readonly by: string;
    }
  | { readonly type: 'blocker-resolved'; readonly id: string; readonly task?: TaskId; readonly by: string; readonly how: string }
  | {
      readonly type: 'decision-made';
      readonly id: string;
      readonly option: string;
      readonly by: string;
      readonly reason?: string;
      readonly reset?: readonly TaskId[];
      /** Of the reset tasks those that are told why. */
      readonly goto?: readonly TaskId[];
    }
  | {
      readonly type: 'validation-finished';
      readonly decision: Decision;
      readonly tree: TreeId;
      readonly criteriaHash: string;
      readonly passed: number;
      readonly failed: number;
    }
  /** One of the people the workflow names lets exactly this GO_WITH_CAUTION land. */
  | {
      readonly type: 'caution-approved';
      readonly tree: TreeId;
      readonly criteriaHash: string;
      readonly by: string;
      readonly reason?: string;
    }
  | {
      readonly type: 'merge-conflicted';
      readonly task: TaskId;
      readonly attempt: number;
      readonly onto: CommitId;
      readonly archive: string;
      readonly paths: readonly string[];
      readonly reset: readonly TaskId[];
    }
  | {
      /** What would not go together if it landed as it stands; replaces what was foreseen before. */
      readonly type: 'conflicts-foreseen';
      readonly conflicts: readonly ForeseenConflict[];
    }
  | ({
      readonly type: 'landing-started';
      readonly target: string;
      readonly before: CommitId;
      readonly after: CommitId;
      readonly tree: TreeId;
      readonly tasks: readonly TaskId[];
      readonly backup: string;
      /** What goes back once the others have landed. */
      readonly sentBack?: readonly RedWork[];
    } & Sealed)
  | ({
      /** What was judged goes to a branch of a remote, for somebody to merge there; once before the push, and with its address once there is a pull request. */
      readonly type: 'landing-proposed';
      readonly target: string;
      readonly before: CommitId;
      readonly after: CommitId;
      readonly tree: TreeId;
      readonly tasks: readonly TaskId[];
      readonly remote: string;
      /** Short name, on the remote. */
      readonly branch: string;
      readonly url?: string;
    } & Sealed)
  | ({ readonly type: 'landing-sent-back' } & RedWork)
  | { readonly type: 'landing-refused'; readonly target: string; readonly reason: string }
  | {
      readonly type: 'landing-finished';
      readonly target: string;
      readonly before: CommitId;
      readonly after: CommitId;
      readonly tasks: readonly TaskId[];
      readonly commits: number;
      readonly decision: Decision;
    }
  /** Everything in the worktree of a task, and its branch, are at this ref: they may go. */
  | { readonly type: 'worktree-saved'; readonly task: TaskId; readonly ref: string; readonly commit: CommitId }
  /** Worktree and branch of a task are gone, by `iter clean`. */
  | { readonly type: 'worktree-removed'; readonly task: TaskId; readonly standing: 'nothing' | 'merged' | 'unmerged' }
  /** They are back as they were saved at this ref. */
  | { readonly type: 'worktree-restored'; readonly task: TaskId; readonly ref: string }
  /** A landing is about to be taken back: from `before`, where it had left the target, to `after`. */
  | { readonly type: 'undo-started'; readonly target: string; readonly before: CommitId; readonly after: CommitId; readonly kept: string }
  | { readonly type: 'undo-refused'; readonly target: string; readonly reason: string }
  | { readonly type: 'landing-undone'; readonly target: string; readonly before: CommitId; readonly after: CommitId };

/** One line of the event log; `at` is ISO 8601 in UTC and only for display: order is the order of lines. */
export type Event = Fact & { readonly at: string };
/** The events of one type. */
export type EventOf<Type extends Event['type']> = Extract<Event, { readonly type: Type }>;
/** An event before the log has stamped it. */
export type NewEvent = Fact;
