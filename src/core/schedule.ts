/** When tasks would run if every estimate were right: the figures of the plan, computed from needs, estimates and slots. Starts nothing. */
import type { TaskId } from './ids.ts';
import { byNumber } from './ids.ts';
import { Heap } from './heap.ts';
import { dependentsOf } from './plan.ts';
import type { PlannedTask } from './plan.ts';

type Timed = Pick<PlannedTask, 'id' | 'needs' | 'group' | 'estimateMinutes'>;

/** Start and end in minutes after the launch. */
export interface Slot {
  readonly task: TaskId;
  readonly start: number;
  readonly end: number;
}

/** All tasks of one group letter, from the first start to the last end. */
export interface Phase {
  readonly group: string;
  readonly tasks: readonly TaskId[];
  readonly start: number;
  readonly end: number;
}

export interface Schedule {
  readonly slots: readonly Slot[];
  readonly phases: readonly Phase[];
  /** Wall clock in minutes with the given number of slots. */
  readonly minutes: number;
  /** Wall clock in minutes when one worker does everything. */
  readonly sequentialMinutes: number;
  /** The chain of needs that takes longest: no number of slots makes it shorter. */
  readonly criticalPath: { readonly tasks: readonly TaskId[]; readonly minutes: number };
  /** Whole per cent of the sequential time that running side by side saves. */
  readonly savedPercent: number;
  /** Most tasks that run at one moment. */
  readonly mostAtOnce: number;
}

/** Plays the tasks in plan order into `maxParallel` slots, each as soon as its needs are met; a need outside the list counts as met. */
export function schedule(tasks: readonly Timed[], maxParallel: number): Schedule {
  const slots = fill(tasks, maxParallel);
  const minutes = slots.reduce((latest, slot) => Math.max(latest, slot.end), 0);
  const sequentialMinutes = tasks.reduce((sum, task) => sum + task.estimateMinutes, 0);
  const saved = sequentialMinutes === 0 ? 0 : 1 - minutes / sequentialMinutes;
  return {
    slots,
    phases: phasesOf(tasks, slots),
    minutes,
    sequentialMinutes,
    criticalPath: longestChain(tasks),
    savedPercent: Math.round(saved * 100),
    mostAtOnce: mostAtOnce(slots),
  };
}

/** A span for people: `45 min`, `1 h`, `1 h 30 min`; fractions of a minute are rounded up. */
export function minutesText(minutes: number): string {
  const whole = Math.ceil(minutes);
  const hours = Math.floor(whole / 60);
  const rest = whole % 60;
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** A task whose needs all have their slots. */
interface Ready {
  readonly task: Timed;
  readonly place: number;
  /** When the last of its needs ends. */
  readonly from: number;
}

function fill(tasks: readonly Timed[], maxParallel: number): Slot[] {
  const places = new Map(tasks.map((task, place) => [task.id, place]));
  const dependents = dependentsOf(tasks);
  const open = new Map(tasks.map((task) => [task.id, new Set(task.needs.filter((need) => places.has(need)))]));
  const ends = new Map<TaskId, number>();
  // those that wait for a slot only, in plan order; and those that wait for the end of a need
  const now = new Heap<Ready>((a, b) => a.place < b.place);
  const later = new Heap<Ready>((a, b) => (a.from === b.from ? a.place < b.place : a.from < b.from));
  const admit = (task: Timed): void => {
    const from = task.needs.reduce((latest, need) => Math.max(latest, ends.get(need) ?? 0), 0);
    later.add({ task, place: places.get(task.id) ?? 0, from });
  };
  for (const task of tasks) if (open.get(task.id)?.size === 0) admit(task);
  // the latest ends, as many as there are slots: the first of them is when a slot is free
  const latest = new Heap<number>((a, b) => a < b);
  const slots: Slot[] = [];
  for (;;) {
    const free = latest.size < maxParallel ? 0 : (latest.least() ?? 0);
    for (let next = later.least(); next !== undefined && next.from <= free; next = later.least()) {
      later.take();
      now.add(next);
    }
    const next = now.take() ?? later.take();
    // the members of a cycle are left out, and plans with one are refused before
    if (next === undefined) return slots;
    const start = Math.max(free, next.from);
    const slot = { task: next.task.id, start, end: start + next.task.estimateMinutes };
    slots.push(slot);
    ends.set(slot.task, slot.end);
    latest.add(slot.end);
    if (latest.size > maxParallel) latest.take();
    for (const task of dependents.get(slot.task) ?? []) {
      const needs = open.get(task.id);
      if (needs?.delete(slot.task) === true && needs.size === 0) admit(task);
    }
  }
}

/** Most slots that share a moment; one that takes no time is over before the next begins. */
function mostAtOnce(slots: readonly Slot[]): number {
  const real = slots.filter((slot) => slot.end > slot.start);
  const ends = real.map((slot) => slot.end).toSorted((a, b) => a - b);
  let most = 0;
  let ended = 0;
  real
    .map((slot) => slot.start)
    .toSorted((a, b) => a - b)
    .forEach((start, place) => {
      while ((ends[ended] ?? Infinity) <= start) ended += 1;
      most = Math.max(most, place + 1 - ended);
    });
  return most;
}

function phasesOf(tasks: readonly Timed[], slots: readonly Slot[]): Phase[] {
  const bySlot = new Map(slots.map((slot) => [slot.task, slot]));
  const groups = new Map<string, Timed[]>();
  for (const task of tasks) {
    const members = groups.get(task.group);
    if (members === undefined) groups.set(task.group, [task]);
    else members.push(task);
  }
  return [...groups].map(([group, members]) => {
    const times = members.flatMap((task) => bySlot.get(task.id) ?? []);
    return {
      group,
      tasks: members.map((task) => task.id),
      start: times.reduce((first, slot) => Math.min(first, slot.start), Infinity),
      end: times.reduce((last, slot) => Math.max(last, slot.end), -Infinity),
    };
  });
}

function longestChain(tasks: readonly Timed[]): { tasks: TaskId[]; minutes: number } {
  const unlimited = fill(tasks, Infinity);
  const ends = new Map(unlimited.map((slot) => [slot.task, slot.end]));
  const latest = (candidates: readonly Timed[]): Timed | undefined =>
    candidates.toSorted((a, b) => (ends.get(b.id) ?? 0) - (ends.get(a.id) ?? 0) || byNumber(a.id, b.id))[0];
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const chain: TaskId[] = [];
  let step = latest(tasks);
  while (step !== undefined) {
    chain.unshift(step.id);
    step = latest(step.needs.flatMap((need) => byId.get(need) ?? []));
  }
  return {
    tasks: chain,
    minutes: chain.length === 0 ? 0 : (ends.get(chain.at(-1) as TaskId) ?? 0),
  };
}
