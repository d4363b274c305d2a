/** The words and figures of the screen: spans of time, states, what a task is doing. Pure; decides no colours and no widths. */
import type { RunStatus, Snapshot, StateName, TaskView } from '../core/view.ts';
import { unreachable } from '../core/unreachable.ts';

/** A span in milliseconds in at most six cells: `7s`, `12m04s`, `3h07m`, `5d02h`; empty when it is not known. */
export function spanText(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return '';
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h${two(minutes % 60)}m`;
  const days = Math.floor(hours / 24);
  return days < 100 ? `${days}d${two(hours % 24)}h` : `${days}d`;
}

const two = (figure: number): string => String(figure).padStart(2, '0');

/** Milliseconds since an ISO time; NaN when it is unreadable or stands for "never". */
export function since(time: string, now: number): number {
  const moment = Date.parse(time);
  return moment > 0 ? now - moment : Number.NaN;
}

/** `running #2`: the state and, once there was one, the attempt. */
export function stateText(task: TaskView): string {
  return task.attempt === 0 ? task.state : `${task.state} #${task.attempt}`;
}

/** True when an agent's process may be alive for it. */
export function isActive(state: StateName): boolean {
  return state === 'starting' || state === 'running' || state === 'checking' || state === 'blocked' || state === 'stalled';
}

export const isAccepted = (task: TaskView): boolean =>
  task.state === 'accepted' || task.state === 'merged' || task.state === 'skipped' || task.state === 'superseded';

export function statusText(snapshot: Snapshot): string {
  const verdict = snapshot.decision === undefined ? '' : ` (${snapshot.decision})`;
  return `${statusWords(snapshot.status)}${verdict}`;
}

function statusWords(status: RunStatus): string {
  switch (status) {
    case 'planning':
      return 'not launched yet';
    case 'waiting-for-person':
      return 'waiting for you';
    case 'ready-to-merge':
      return 'ready to merge';
    case 'running':
    case 'paused':
    case 'failed':
    case 'merged':
      return status;
    default:
      return unreachable(status);
  }
}

/** `3 of 8 tasks accepted` */
export function acceptedText(snapshot: Snapshot): string {
  const { length } = snapshot.tasks;
  return `${snapshot.tasks.filter(isAccepted).length} of ${length} ${length === 1 ? 'task' : 'tasks'} accepted`;
}

/** Wall clock since the first launch; stands still at the last change once nothing is under way. */
export function elapsedText(snapshot: Snapshot, now: number): string {
  if (snapshot.started === undefined) return '';
  const alive = snapshot.status === 'running' || snapshot.tasks.some((task) => isActive(task.state));
  const last = Math.max(...snapshot.tasks.map((task) => Date.parse(task.since)).filter(Number.isFinite));
  return spanText(since(snapshot.started, alive || !Number.isFinite(last) ? now : last));
}

/** What goes into the last column: the log while an agent works, else why the task stands where it stands. */
export function doingText(task: TaskView, lastLine: string | undefined): string {
  if (isActive(task.state)) return lastLine ?? task.reason ?? '';
  if (task.reason !== undefined) return task.reason;
  if (task.state === 'waiting' && task.blockedBy.length > 0) return `needs ${task.blockedBy.join(', ')}`;
  return lastLine ?? '';
}

/** What is left behind on the terminal when the monitor is closed. */
export function farewell(snapshot: Snapshot): string {
  const alive = snapshot.tasks.filter((task) => isActive(task.state)).length;
  if (alive === 0) return 'Monitor closed; no agent is at work.';
  const goOn = alive === 1 ? '1 agent goes on' : `${alive} agents go on`;
  return `Monitor closed; ${goOn}. Watch: iter monitor, end: iter stop`;
}
