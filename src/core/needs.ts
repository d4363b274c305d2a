/** What a task waits for: which of its needs are open, and whether it is its turn. */
import type { TaskId } from './ids.ts';
import type { Plan, PlannedTask } from './plan.ts';
import { taskOf } from './plan.ts';
import type { State } from './state.ts';
import { settledAt } from './state.ts';

/** True when everything the task needs is accepted: a claim of completion by an agent is not enough. */
export function needsMet(plan: Plan, task: PlannedTask, state: State): boolean {
  return openNeeds(plan, task, state).length === 0;
}

/** The needs a task still waits for. Of several alternatives one that failed holds nobody up while another made it; what is done at the end waits until nothing else can go on. */
export function openNeeds(plan: Plan, task: PlannedTask, state: State): TaskId[] {
  const open = task.needs.filter((need) => settledAt(state.tasks[need]) === undefined);
  if (open.length === 0) return open;
  if (task.finally === true) return open.filter((need) => !isOver(plan, state, need, new Set()));
  return open.filter((need) => !isOutdone(plan, state, need));
}

/** A failed alternative, where another of its step has made it. */
function isOutdone(plan: Plan, state: State, id: TaskId): boolean {
  if (state.tasks[id]?.phase.name !== 'failed') return false;
  const own = plan.tasks.find((task) => task.id === id);
  return (
    own?.alternative !== undefined &&
    plan.tasks.some((other) => other.step === own.step && other.alternative !== undefined && settledAt(state.tasks[other.id]) !== undefined)
  );
}

/** Nothing more will happen to a task by itself: it is settled, has failed, or waits for one that has. */
function isOver(plan: Plan, state: State, id: TaskId, seen: Set<TaskId>): boolean {
  const name = state.tasks[id]?.phase.name ?? 'waiting';
  if (name === 'failed' || settledAt(state.tasks[id]) !== undefined) return true;
  if ((name !== 'waiting' && name !== 'rejected') || seen.has(id)) return false;
  seen.add(id);
  const open = taskOf(plan, id).needs.filter((need) => settledAt(state.tasks[need]) === undefined && !isOutdone(plan, state, need));
  return open.length > 0 && open.every((need) => isOver(plan, state, need, seen));
}

/** Whether it is the turn of a task: what it needs is there; a whole does not wait for parts it has yet to grow, and a part waits until its whole has looked at the list. */
export function mayStart(plan: Plan, task: PlannedTask, state: State): boolean {
  if (task.parent !== undefined && state.tasks[task.parent]?.parts?.stale !== false) return false;
  if (needsMet(plan, task, state)) return true;
  if (task.expands === undefined || state.tasks[task.id]?.parts?.stale === false) return false;
  const own = new Set(plan.tasks.filter((other) => other.parent === task.id).map((other) => other.id));
  return openNeeds(plan, task, state).every((need) => own.has(need));
}
