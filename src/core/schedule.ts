/** When tasks would run if every estimate were right: the figures of the plan, computed from needs, estimates and slots. Starts nothing. */
import type { TaskId } from './ids.ts';
import { byNumber } from './ids.ts';
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
  const minutes = Math.max(0, ...slots.map((slot) => slot.end));
  const sequentialMinutes = tasks.reduce((sum, task) => sum + task.estimateMinutes, 0);
  const saved = sequentialMinutes === 0 ? 0 : 1 - minutes / sequentialMinutes;
  return {
    slots,
    phases: phasesOf(tasks, slots),
    minutes,
    sequentialMinutes,
    criticalPath: longestChain(tasks),
    savedPercent: Math.round(saved * 100),
    mostAtOnce: Math.max(0, ...slots.map((slot) => slots.filter((other) => covers(other, slot.start)).length)),
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

function fill(tasks: readonly Timed[], maxParallel: number): Slot[] {
  const slots: Slot[] = [];
  const ends = new Map<TaskId, number>();
  const inside = new Set(tasks.map((task) => task.id));
  let waiting = tasks;
  while (waiting.length > 0) {
    const free = freeFrom([...ends.values()], maxParallel);
    let next: Slot | undefined;
    for (const task of waiting) {
      const needs = task.needs.filter((need) => inside.has(need)).map((need) => ends.get(need) ?? Infinity);
      const start = Math.max(free, ...needs);
      if (start < (next?.start ?? Infinity)) next = { task: task.id, start, end: start + task.estimateMinutes };
    }
    // only the members of a cycle are left, and plans with one are refused before
    if (next === undefined) return slots;
    const { task, end } = next;
    slots.push(next);
    ends.set(task, end);
    waiting = waiting.filter((candidate) => candidate.id !== task);
  }
  return slots;
}

/** The first moment at which fewer than `maxParallel` of the tasks with these ends are running. */
function freeFrom(ends: readonly number[], maxParallel: number): number {
  if (ends.length < maxParallel) return 0;
  return ends.toSorted((a, b) => a - b)[ends.length - maxParallel] ?? 0;
}

function covers(slot: Slot, moment: number): boolean {
  return slot.start <= moment && moment < slot.end;
}

function phasesOf(tasks: readonly Timed[], slots: readonly Slot[]): Phase[] {
  const groups = [...new Set(tasks.map((task) => task.group))];
  return groups.map((group) => {
    const members = tasks.filter((task) => task.group === group).map((task) => task.id);
    const times = slots.filter((slot) => members.includes(slot.task));
    return {
      group,
      tasks: members,
      start: Math.min(...times.map((slot) => slot.start)),
      end: Math.max(...times.map((slot) => slot.end)),
    };
  });
}

function longestChain(tasks: readonly Timed[]): { tasks: TaskId[]; minutes: number } {
  const unlimited = fill(tasks, Infinity);
  const ends = new Map(unlimited.map((slot) => [slot.task, slot.end]));
  const latest = (candidates: readonly Timed[]): Timed | undefined =>
    candidates.toSorted((a, b) => (ends.get(b.id) ?? 0) - (ends.get(a.id) ?? 0) || byNumber(a.id, b.id))[0];
  const chain: TaskId[] = [];
  let step = latest(tasks);
  while (step !== undefined) {
    chain.unshift(step.id);
    const needs: readonly TaskId[] = step.needs;
    step = latest(tasks.filter((task) => needs.includes(task.id)));
  }
  return {
    tasks: chain,
    minutes: chain.length === 0 ? 0 : (ends.get(chain.at(-1) as TaskId) ?? 0),
  };
}
