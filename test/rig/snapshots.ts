/** Pictures of runs made by hand, and a feed whose picture the test changes. */
import { taskId } from '../../src/core/ids.ts';
import type { TaskId } from '../../src/core/ids.ts';
import type { PendingDecision, Snapshot, TaskView } from '../../src/core/view.ts';
import type { MonitorAction, MonitorFeed } from '../../src/tui/feed.ts';

export const NOON = Date.parse('2026-03-01T12:00:00.000Z');

/** An ISO time so many seconds after noon. */
export const at = (seconds: number): string => new Date(NOON + seconds * 1000).toISOString();

/** A task that has run for a minute at 12:01, unless said otherwise. */
export function task(id: string, changes: Partial<TaskView> = {}): TaskView {
  return {
    id: taskId(id),
    step: 'build',
    title: `Build part ${id}`,
    role: 'builder',
    agent: 'rehearsal',
    state: 'running',
    word: 'In Progress',
    attempt: 1,
    since: at(0),
    branch: `iter/001-parts/${id.toLowerCase()}`,
    needs: [],
    blockedBy: [],
    used: {},
    ...changes,
  };
}

export function run(tasks: readonly TaskView[], changes: Partial<Snapshot> = {}): Snapshot {
  return {
    iteration: '001-parts',
    status: 'running',
    tasks,
    decisions: [],
    foreseen: [],
    foreign: [],
    used: {},
    budgets: [],
    target: 'refs/heads/main',
    started: at(0),
    ...changes,
  };
}

export function decision(id: string, task: string, changes: Partial<PendingDecision> = {}): PendingDecision {
  return {
    id,
    kind: 'escalation',
    task: taskId(task),
    question: `The review has rejected ${task} three times. What now?`,
    options: [
      { id: 'retry', label: 'try again' },
      { id: 'skip', label: 'go on without it' },
    ],
    since: at(30),
    ...changes,
  };
}

export interface TestFeed extends MonitorFeed {
  /** Shows another picture, a minute past noon unless a clock is given. */
  turn(snapshot: Snapshot, now?: number): void;
  /** Adds a line to a log. */
  say(task: string, line: string): void;
  readonly actions: readonly MonitorAction[];
  /** How often the picture was looked at. */
  looks(): number;
  readonly listeners: number;
}

export function feedOf(start: Snapshot, answer: (action: MonitorAction) => Promise<string> = async () => 'done'): TestFeed {
  let snapshot = start;
  let now = NOON + 60_000;
  let looks = 0;
  const logs = new Map<TaskId, string[]>();
  const listeners = new Set<() => void>();
  const actions: MonitorAction[] = [];
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    snapshot: () => {
      looks += 1;
      return snapshot;
    },
    tail: (id, lines) => (lines === 0 ? [] : (logs.get(id) ?? []).slice(-lines)),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    now: () => now,
    act: (action) => {
      actions.push(action);
      return answer(action);
    },
    turn: (next, time = now) => {
      snapshot = next;
      now = time;
      changed();
    },
    say: (id, line) => {
      logs.set(taskId(id), [...(logs.get(taskId(id)) ?? []), line]);
      changed();
    },
    actions,
    looks: () => looks,
    get listeners() {
      return listeners.size;
    },
  };
}
