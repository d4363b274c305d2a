/** Blockers on record: which are open, whom they hold up, and when a person has to hear of one. Reads no clock and no file. */
import type { Level } from './check.ts';
import type { NewEvent } from './event.ts';
import type { TaskId } from './ids.ts';
import type { State, TaskState } from './state.ts';

/** Worst first (seed 004, section 6). */
export const BLOCKER_SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
export const BLOCKER_KINDS = ['Dependency', 'Decision', 'Technical', 'Resource'] as const;
export type BlockerSeverity = (typeof BLOCKER_SEVERITIES)[number];
export type BlockerKind = (typeof BLOCKER_KINDS)[number];

/** What somebody said stands in the way. */
export interface RaisedBlocker {
  /** Of the message it came in, or made from its heading in the plan. */
  readonly id: string;
  /** Of the whole iteration when there is none. */
  readonly task?: TaskId;
  readonly severity: BlockerSeverity;
  readonly kind: BlockerKind;
  readonly text: string;
  /** What would clear it. */
  readonly needed: string;
  /** A person has to act. */
  readonly escalate: boolean;
  readonly by: string;
}

export interface BlockerState extends RaisedBlocker {
  /** ISO time at which iter heard of it. */
  readonly since: string;
  /** Somebody has said how it was cleared. */
  readonly resolved?: { readonly by: string; readonly how: string };
  /** A person has looked at it and lets the work go on. */
  readonly kept?: true;
}

/** A blocker as it stands in a file now. */
export interface WrittenBlocker extends RaisedBlocker {
  /** Its status says that it is over; that alone clears nothing that is on record. */
  readonly over: boolean;
  /** Who says how it was cleared. */
  readonly cleared?: { readonly by: string; readonly how: string };
}

/** What the files say that is not on record yet: blockers that are new, and words on how one was cleared. */
export function blockerNews(known: readonly BlockerState[], written: readonly WrittenBlocker[]): BlockerNews[] {
  return written.flatMap(({ over, cleared, ...blocker }): BlockerNews[] => {
    const before = known.find((one) => one.id === blocker.id);
    if (before === undefined) return over || cleared !== undefined ? [] : [{ type: 'blocker-raised', ...blocker }];
    if (before.resolved !== undefined || cleared === undefined) return [];
    return [{ type: 'blocker-resolved', id: blocker.id, ...(before.task === undefined ? {} : { task: before.task }), ...cleared }];
  });
}

export type BlockerNews = Extract<NewEvent, { type: 'blocker-raised' | 'blocker-resolved' }>;

/** The first line of what stands in the way. */
export function blockerTitle({ text }: Pick<RaisedBlocker, 'text'>): string {
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').trim();
}

/** Critical and high stop a landing, the others are debts. */
export function blockerLevel(severity: BlockerSeverity): Level {
  return severity === 'critical' || severity === 'high' ? 'must' : 'should';
}

/** True when `severity` is `least` or worse. */
export function isAsBad(severity: BlockerSeverity, least: BlockerSeverity): boolean {
  return BLOCKER_SEVERITIES.indexOf(severity) <= BLOCKER_SEVERITIES.indexOf(least);
}

/** Milliseconds in which somebody has to look at a blocker that asks for nobody (seed 004: 10 minutes). */
export const TRIAGE_WITHIN = 600_000;

/** The blockers nobody has cleared, of a task or of all. */
export function openBlockers(state: State, task?: TaskId): BlockerState[] {
  return state.blockers.filter((one) => one.resolved === undefined && (task === undefined || one.task === task));
}

/** True while a blocker keeps a task from starting or from being sent round again. */
export function isHeld(state: State, task: TaskId): boolean {
  return openBlockers(state, task).some((one) => one.kept !== true);
}

/** Where a task stays until somebody has said something about its blocker. */
const STOPPED: ReadonlySet<TaskState['phase']['name']> = new Set(['waiting', 'rejected', 'checked']);

/** Why a person has to hear of a blocker now, in words; undefined while it may wait. `now` is ISO 8601, `within` milliseconds. */
export function escalationOf(
  state: State,
  blocker: BlockerState,
  clock: { readonly now: string; readonly within: number },
): string | undefined {
  if (blocker.escalate) return 'it asks for a person';
  if (blocker.severity === 'critical') return 'it is critical';
  const current = blocker.task === undefined ? undefined : state.tasks[blocker.task];
  if (current !== undefined && STOPPED.has(current.phase.name)) return 'its task cannot go on without an answer';
  if (Date.parse(clock.now) - Date.parse(blocker.since) >= clock.within) return 'nobody has looked at it in time';
  return undefined;
}

/** The decision that asks about a blocker; there is at most one. */
export const blockerDecision = (blocker: Pick<RaisedBlocker, 'id' | 'task'>): string => `${blocker.task ?? 'all'}-blocker-${blocker.id}`;
