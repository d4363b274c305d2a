/** Which tasks there are, as they are made with the iteration and come to be while it runs. Pure. */
import type { EventOf } from './event.ts';
import type { TaskId } from './ids.ts';
import { passed } from './reduce-settled.ts';
import type { State } from './state.ts';
import { change, newTask } from './task-change.ts';

/** Those that are there already stay what they are. */
export function withTasks(state: State, ids: readonly TaskId[], at: string): State {
  const fresh = Object.fromEntries(ids.map((id) => [id, newTask(at)]));
  return { ...state, tasks: { ...fresh, ...state.tasks } };
}

export function grown(state: State, event: EventOf<'tasks-added'>): State {
  const { tasks: ids, parent, dropped, commit, at } = event;
  const known = withTasks(state, ids, at);
  if (parent === undefined) return known;
  // an item that is back in the list is work again
  const back = ids.reduce<State>(
    (next, id) => change(next, id, at, (task) => (task.phase.name === 'skipped' ? { ...task, phase: { name: 'waiting' } } : task)),
    known,
  );
  const gone = commit === undefined ? [] : dropped.map((id) => ({ id, commit }));
  const without = gone.reduce<State>(
    (next, { id, commit }) => change(next, id, at, (task) => passed(task, commit, 'it is no longer in the list it came from')),
    back,
  );
  return change(without, parent, undefined, (task) => ({ ...task, parts: { tasks: ids, stale: false } }));
}
