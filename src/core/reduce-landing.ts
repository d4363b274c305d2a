/** What landings do to the state: begun, finished, refused or undone, and the work they send back. Pure. */
import type { EventOf } from './event.ts';
import { reset } from './reset.ts';
import type { State } from './state.ts';
import { change, isKnown, rephase } from './task-change.ts';

export function conflicted(state: State, event: EventOf<'merge-conflicted'>): State {
  if (!isKnown(state, event.task)) return state;
  const { task, attempt, paths, archive } = event;
  const conflicts = [...state.conflicts.filter((one) => one.task !== task), { task, paths }];
  const reason = `its work conflicts with other accepted work in ${paths.join(', ')}; this attempt starts from that work, and the work of attempt ${attempt} is kept at ${archive}: bring it in again (git merge ${archive}) and resolve by hand what conflicts`;
  return backOnto({ ...state, conflicts }, event, reason);
}

export function sentBack(state: State, event: EventOf<'landing-sent-back'>): State {
  if (!isKnown(state, event.task)) return state;
  const { attempt, archive } = event;
  const failed = event.failures.map(({ id, message }) => `${id}: ${message}`).join('; ');
  const reason = `what was to land was red with its work and green without it (${failed}); this attempt starts from what has landed, and the work of attempt ${attempt} is kept at ${archive}: bring it in again (git merge ${archive}) and mend what fails`;
  return backOnto(state, event, reason);
}

/** The work of a task starts over on top of what it has to go together with. */
function backOnto(state: State, event: EventOf<'merge-conflicted' | 'landing-sent-back'>, feedback: string): State {
  const again = reset(state, event.reset, event.at, (id) => (id === event.task ? { feedback } : {}));
  return change(again, event.task, undefined, (task) => ({ ...task, onto: event.onto }));
}

export function landing(state: State, { target, before, after, tasks, sentBack }: EventOf<'landing-started'>): State {
  return { ...state, landing: { target, before, after, tasks, ...(sentBack === undefined ? {} : { sentBack }) } };
}

export function refused({ landing: _none, ...rest }: State): State {
  return rest;
}

export function landed(state: State, event: EventOf<'landing-finished'>): State {
  const { landing: _done, landed: earlier, ...rest } = state;
  const { target, before, after, decision, at } = event;
  const tasks = event.tasks.filter((id) => isKnown(state, id) && state.tasks[id]?.phase.name === 'accepted');
  const landed = { target, before, after, tasks, at, decision, ...(earlier === undefined ? {} : { earlier }) };
  return rephase({ ...rest, landed, conflicts: [], foreseen: [] }, tasks, at, 'merged');
}

export function undoing(state: State, { target, before, after, kept }: EventOf<'undo-started'>): State {
  return { ...state, undoing: { target, before, after, kept } };
}

export function undoRefused({ undoing: _none, ...rest }: State): State {
  return rest;
}

export function undone({ landed, undoing: _done, ...rest }: State, { at }: EventOf<'landing-undone'>): State {
  if (landed === undefined) return rest;
  const again = landed.earlier === undefined ? rest : { ...rest, landed: landed.earlier };
  return rephase(again, landed.tasks, at, 'accepted');
}
