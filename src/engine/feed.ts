/** What the monitor sees and may do: snapshots that follow the log, ends of agents' logs, and the same functions the commands call. */
import { dirname, join } from 'node:path';
import { agentRow } from '../agents/table.ts';
import type { TaskId } from '../core/ids.ts';
import { snapshot } from '../core/snapshot.ts';
import type { Snapshot } from '../core/view.ts';
import { createBell } from '../effects/bell.ts';
import { holderOf } from '../effects/lock.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { logFile } from './iteration.ts';
import { createLogTail } from './log-tail.ts';
import { launchLock } from './places.ts';
import { Run } from './run.ts';

export type FeedAction =
  | { readonly do: 'decide'; readonly id: string; readonly option: string }
  | { readonly do: 'stop'; readonly task?: TaskId };

export interface Feed {
  /** Reads what was recorded since the last one. */
  snapshot(): Snapshot;
  /** The last lines of a task's log as of the last snapshot; from now on a log that grows counts as a change. */
  tail(task: TaskId, lines: number): readonly string[];
  /** Calls back when there is something newer than the last snapshot. Watches can fail, so whoever draws looks by the clock, too. */
  subscribe(changed: () => void): () => void;
  now(): number;
  act(action: FeedAction): Promise<string>;
  /** True while a launch holds the iteration. */
  isRunning(): boolean;
  /** Resolves at the next change, at the latest after the slow audit. */
  changed(signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Milliseconds after which somebody who waits for a change is told to look although no watch reports anything. */
const AUDIT = 1000;

/** Opens the feed of an iteration. */
export function openFeed(iteration: Iteration, person: string, context: Context): Feed {
  const run = new Run(iteration, context);
  const listeners = new Set<() => void>();
  let isOld = false;
  const tell = (): void => {
    isOld = true;
    for (const listener of listeners) listener();
  };
  const { directory } = iteration;
  const events = createBell(dirname(logFile(directory)), tell);
  const logs = createBell(join(directory, '.run', 'logs'), tell);
  const tails = new Map<string, (lines: number) => readonly string[]>();
  const tailOf = (task: TaskId, log: string): ((lines: number) => readonly string[]) => {
    const known = tails.get(log);
    if (known !== undefined) return known;
    // a task that came while this feed is open is in the state before it is in the plan
    const agent = run.plan.tasks.find((one) => one.id === task)?.agent ?? '';
    const format = agentRow(agent, context.program.agents)?.format ?? 'text';
    const tail = createLogTail(join(directory, log), format);
    tails.set(log, tail);
    return tail;
  };
  const isRunning = (): boolean => holderOf(launchLock(iteration))?.alive === true;
  const subscribe = (changed: () => void): (() => void) => {
    listeners.add(changed);
    // there was something between the last look and now
    if (isOld) queueMicrotask(() => listeners.has(changed) && changed());
    return () => listeners.delete(changed);
  };
  return {
    snapshot: () => {
      events.set();
      isOld = false;
      run.refresh();
      return snapshot(run.plan, run.state, { directory, running: isRunning(), now: new Date().toISOString() });
    },
    tail: (task, lines) => {
      logs.set();
      const log = run.state.tasks[task]?.log;
      return log === undefined ? [] : tailOf(task, log)(lines);
    },
    subscribe,
    now: () => context.now().getTime(),
    act: async (action) => {
      run.refresh();
      return act(iteration, run, { action, person }, context);
    },
    isRunning,
    changed: (signal) =>
      new Promise((resolve) => {
        const over = (): void => {
          leave();
          clearTimeout(audit);
          signal.removeEventListener('abort', over);
          resolve();
        };
        const leave = subscribe(over);
        const audit = setTimeout(over, AUDIT);
        signal.addEventListener('abort', over, { once: true });
      }),
    close: () => {
      events.close();
      logs.close();
    },
  };
}

async function act(
  iteration: Iteration,
  run: Run,
  { action, person }: { action: FeedAction; person: string },
  context: Context,
): Promise<string> {
  // loaded when it is asked for: what acts on a run brings git along, which the first picture does without
  if (action.do === 'decide') {
    const { answer } = await import('./decisions.ts');
    const done = await answer(iteration, { id: action.id, option: action.option, by: person }, context);
    if ('problems' in done) throw new Error(done.problems.map((problem) => problem.what).join('; '));
    return `${done.id}: ${done.option}`;
  }
  const { stop } = await import('./stop.ts');
  const stopped = await stop(
    { ...iteration, state: run.state },
    { ...(action.task === undefined ? {} : { task: action.task }), by: person },
    context,
  );
  if ('problems' in stopped) throw new Error(stopped.problems.map((problem) => problem.what).join('; '));
  return stopped.message;
}
