/** Which of several works turns what they come to together red, found by halves; and what can land without it. Judging is for the caller. */
import type { TaskId } from './ids.ts';
import type { Plan } from './plan.ts';
import { downstreamOf, taskOf } from './plan.ts';

/** How many of the works, from the first on, are known to be green together, and how many to be red: -1 green is the target not judged yet. */
export interface Search {
  readonly green: number;
  readonly red: number;
}

/** All of them are red together; `green` of them are not, when that is known from an earlier search. */
export function searchAmong(count: number, green = -1): Search {
  return { green, red: count };
}

/** How many to judge next; undefined when the search is over: the last of `red` works is to blame, or nobody when that is 0. */
export function nextProbe({ green, red }: Search): number | undefined {
  return red - green <= 1 ? undefined : Math.floor((green + red) / 2);
}

/** What is known once that many were judged. */
export function narrowed(search: Search, count: number, isRed: boolean): Search {
  return isRed ? { ...search, red: count } : { ...search, green: count };
}

/**
 * The tasks that may land without these ones: nothing that needs one of those, and nothing a task that falls away needs as well, because
 * what is reviewed or brought together later is not finished without it. What is done at the end of all ties nothing.
 */
export function landsWithout(plan: Plan, dropped: readonly TaskId[]): TaskId[] {
  const gone = new Set<TaskId>(dropped);
  for (let before = -1; before < gone.size;) {
    before = gone.size;
    for (const id of downstreamOf(plan, [...gone])) gone.add(id);
    for (const id of gone) {
      if (dropped.includes(id)) continue;
      const { needs, finally: atTheEnd } = taskOf(plan, id);
      if (atTheEnd !== true) for (const need of needs) gone.add(need);
    }
  }
  return plan.tasks.map((task) => task.id).filter((id) => !gone.has(id));
}
