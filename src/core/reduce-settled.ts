/** What it does to the state when others may build on a task: accepted, still valid, skipped, taken from several alternatives or passed over. Pure. */
import type { EventOf } from './event.ts';
import type { CommitId, TaskId } from './ids.ts';
import type { State, TaskState } from './state.ts';
import { SETTLED, change, isKnown, withoutClaim } from './task-change.ts';

export function accepted(state: State, { task: id, attempt, commit, at }: EventOf<'task-accepted'>): State {
  return change(state, id, at, (task) => {
    const { inputs, base } = task;
    const done = inputs === undefined || base === undefined ? {} : { done: { inputs, attempt, base, commit } };
    return { ...task, head: commit, ...SETTLED, accepted: at, ...done, phase: { name: 'accepted', commit } };
  });
}

export function stillValid(state: State, { task: id, commit, at }: EventOf<'task-still-valid'>): State {
  return change(state, id, at, (task) => ({
    ...withoutClaim(task),
    ...(task.done === undefined ? {} : { base: task.done.base, inputs: task.done.inputs }),
    head: commit,
    ...SETTLED,
    accepted: at,
    phase: { name: 'accepted', commit },
  }));
}

export function skipped(state: State, { task: id, commit, reason, at }: EventOf<'task-skipped'>): State {
  return change(state, id, at, ({ skip: _done, ...task }) => passed(task, commit, reason));
}

/** A task nobody does: what needs it goes on from `commit`. */
export function passed(task: TaskState, commit: CommitId, reason: string): TaskState {
  return { ...withoutClaim(task), base: commit, head: commit, phase: { name: 'skipped', commit, reason } };
}

/** One alternative is taken; the others wait aside, as they were, in case the pick is taken back. */
export function picked(state: State, event: EventOf<'alternative-picked'>): State {
  const { task, attempt, winner, losers, commit, at } = event;
  if (!isKnown(state, task)) return state;
  const aside = losers.reduce((next, id) => change(next, id, at, (old) => passedOver(old, winner, commit)), state);
  return change(aside, task, at, (old) => {
    const { choice: _carriedOut, ...rest } = withoutClaim(old);
    const done = { attempt, base: commit, head: commit, started: old.started ?? at, accepted: at, picked: { winner, losers } };
    return { ...rest, ...SETTLED, ...done, phase: { name: 'accepted', commit } };
  });
}

function passedOver(task: TaskState, winner: TaskId, otherwise: CommitId): TaskState {
  const { phase } = task;
  if (phase.name !== 'accepted' && phase.name !== 'failed') return task;
  return { ...task, phase: { name: 'superseded', commit: task.base ?? otherwise, winner, before: phase } };
}
