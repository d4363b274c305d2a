/** What the monitor is given: the picture of the run, and doors to act on it. It reads no file and starts nothing by itself. */
import type { TaskId } from '../core/ids.ts';
import type { Snapshot } from '../core/view.ts';

/** What a key press can ask for; the command of that name does it. */
export type MonitorAction =
  | { readonly do: 'decide'; readonly id: string; readonly option: string }
  /** Without a task: every agent of the run. */
  | { readonly do: 'stop'; readonly task?: TaskId };

export interface MonitorFeed {
  snapshot(): Snapshot;
  /** Last lines of a task's log, newest last, already cleaned of control characters; [] when there is none. */
  tail(task: TaskId, lines: number): readonly string[];
  /** Calls back when snapshot or tails may have changed; returns how to end that. */
  subscribe(changed: () => void): () => void;
  /** Milliseconds since 1970. */
  now(): number;
  /** Returns one line for the foot of the screen; throws an Error whose message is such a line. */
  act(action: MonitorAction): Promise<string>;
}
