/** Changes of one task in the state: what every event about a task is folded with. Pure. */
import type { TaskId } from './ids.ts';
import type { Phase, State, TaskState } from './state.ts';

/** Nothing is left to tell a next attempt once the work is accepted. */
export const SETTLED = { failures: [], findings: [] } as const;

export function newTask(at: string): TaskState {
  const phase: Phase = { name: 'waiting' };
  return { phase, previous: 'waiting', since: at, attempt: 0, tries: 0, rejections: 0, failures: [], findings: [], warnings: [] };
}

export const isKnown = (state: State, id: TaskId): boolean => Object.hasOwn(state.tasks, id);

export function change(state: State, id: TaskId, at: string | undefined, next: (task: TaskState) => TaskState): State {
  const before = isKnown(state, id) ? state.tasks[id] : undefined;
  if (before === undefined) return state;
  const after = next(before);
  const moved = after.phase.name !== before.phase.name;
  const dated = moved && at !== undefined ? { ...after, since: at, previous: before.phase.name } : after;
  return { ...state, tasks: { ...state.tasks, [id]: dated } };
}

/** Accepted work becomes merged, or the other way round; anything else stays what it is. */
export function rephase(state: State, ids: readonly TaskId[], at: string, name: 'accepted' | 'merged'): State {
  return ids.reduce<State>(
    (next, id) =>
      change(next, id, at, (task) =>
        task.phase.name === 'accepted' || task.phase.name === 'merged' ? { ...task, phase: { name, commit: task.phase.commit } } : task,
      ),
    state,
  );
}

/** A change by what an attempt reports, unless the task has been reset meanwhile: then it comes too late and counts for nothing. */
export function during(
  phases: readonly Phase['name'][],
  state: State,
  event: { readonly task: TaskId; readonly attempt: number; readonly at: string },
  next: (task: TaskState) => TaskState,
): State {
  return change(state, event.task, event.at, (task) =>
    task.attempt === event.attempt && phases.includes(task.phase.name) ? next(task) : task,
  );
}

export function withoutStop(task: TaskState): TaskState {
  const { stop: _over, ...rest } = withoutStall(task);
  return rest;
}

export function withoutStall(task: TaskState): TaskState {
  const { stalled: _moves, ...rest } = task;
  return rest;
}

export function withoutClaim(task: TaskState): TaskState {
  const { claim: _old, ...rest } = withoutStop(task);
  return rest;
}

/** Nobody waits any more for what was asked while an attempt ran that has ended. */
export function attemptOver(state: State, task: TaskId): State {
  const rest = stirred(state, task);
  const decisions = rest.decisions.filter((open) => open.task !== task || open.kind !== 'permission');
  if (rest.permissions === undefined) return { ...rest, decisions };
  return { ...rest, decisions, permissions: Object.fromEntries(Object.entries(rest.permissions).filter(([, one]) => one.task !== task)) };
}

/** Whether a task that moves again is stuck is no question any more. */
export function stirred(state: State, task: TaskId): State {
  return { ...state, decisions: state.decisions.filter((open) => open.task !== task || open.kind !== 'stall') };
}
