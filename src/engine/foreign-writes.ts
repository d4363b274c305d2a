/**
 * Watches over what lies outside the worktree of a task while its agent runs: finds what changed, says who may have done it, puts nothing back.
 * What a person, iter itself or another agent with a worktree of its own may do at the time is no finding.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { ForeignWrite } from '../core/event.ts';
import type { Difference, Surroundings } from '../core/foreign.ts';
import { differenceText, differences, isFact, lookedAt } from '../core/foreign.ts';
import type { TaskId } from '../core/ids.ts';
import { taskOf } from '../core/plan.ts';
import type { PlannedTask } from '../core/plan.ts';
import { settledAt } from '../core/state.ts';
import { readLog } from '../effects/event-log.ts';
import { exists, inspectFile } from '../effects/folder.ts';
import { readBlob } from '../effects/git-facts.ts';
import { logMentions } from '../effects/follow.ts';
import { lookAround } from '../effects/surroundings.ts';
import type { Context } from './context.ts';
import { CRITERIA_FILE, ITERATIONS, iterationNames, logFile } from './iteration.ts';
import { worktreeOf } from './places.ts';
import { linkedPaths } from './provisions.ts';
import type { Run } from './run.ts';

/** Looks around before the agent of a task starts. */
export async function openWindow(run: Run, task: TaskId, context: Context): Promise<void> {
  run.windows.set(task, { before: await look(run, 'opens', context), tasks: run.plan.tasks.length });
}

interface Ended {
  readonly task: PlannedTask;
  readonly worktree: string;
  /** Absolute. */
  readonly log: string;
}

/** Looks around after the agent has ended; records what changed meanwhile and nobody is known to have done. */
export async function closeWindow(run: Run, ended: Ended, context: Context): Promise<void> {
  const { id } = ended.task;
  const window = run.windows.get(id);
  if (window === undefined) return;
  const after = await look(run, 'closes', context);
  run.refresh();
  const known = new Set((run.state.foreign ?? []).flatMap((one) => one.writes.map(({ place, now }) => `${place}\0${now}`)));
  const grown = window.tasks !== run.plan.tasks.length;
  const found = differences(window.before, after).filter(
    ({ kind, place, now }) => !known.has(`${place}\0${now}`) && !(grown && kind === 'rule'),
  );
  const open = found.length === 0 ? [] : withoutLandings(run, found);
  // who started when it was so already has not done it
  const running = [...run.windows]
    .filter(([, other]) => open.some(({ place, now }) => (other.before[place] ?? '') !== now))
    .map(([one]) => one);
  run.windows.delete(id);
  if (open.length === 0) return;
  const judged = await Promise.all(open.map((difference) => judge(run, difference, running)));
  const blamed = new Set(judged.flatMap((one) => one.traces));
  const tasks = judged.every(({ write, traces }) => !write.blocks || traces.length > 0) && blamed.size > 0 ? [...blamed] : running;
  const writes = judged.map(({ write }) => write);
  await run.record({ type: 'foreign-write-found', id: `${id}-foreign-${(run.state.foreign?.length ?? 0) + 1}`, tasks, writes });
  const word = writes.some((write) => write.blocks) ? '' : 'warning: ';
  context.say(`${word}changed outside the worktrees while ${tasks.join(', ')} ran: ${writes.map((write) => write.what).join('; ')}`);
}

/** How long none begins after one, as a multiple of what it took. */
const REST = 3;

/**
 * A look that begins after it was asked for. What is asked for while another look goes on, and for some time after, is one look:
 * many tasks that start or end together take a quarter of the time for all of theirs.
 */
function look(run: Run, window: 'opens' | 'closes', { environment }: Context): Promise<Surroundings> {
  const { looks } = run;
  if (window === 'opens') looks.opens = true;
  looks.next ??= (looks.current ?? Promise.resolve())
    .catch(() => undefined)
    .then(() => pause((looks.rests ?? 0) - performance.now()))
    .then(() => {
      const begun = performance.now();
      const current = lookNow(run, looks.opens === true, environment).finally(() => {
        looks.rests = performance.now() + REST * (performance.now() - begun);
      });
      looks.current = current;
      delete looks.next;
      delete looks.opens;
      return current;
    });
  return looks.next;
}

/** Idle worktrees are compared with what they were at the start of a window: when none opens, only those are looked at. */
async function lookNow(run: Run, opens: boolean, environment: Context['environment']): Promise<Surroundings> {
  const { iteration, plan, state } = run;
  const own = `${ITERATIONS}/${iteration.name}`;
  const windows = [...run.windows.values()];
  const isCompared = (task: TaskId, since: string): boolean => opens || windows.some(({ before }) => before[lookedAt(task)] === since);
  const linked = await linkedPaths(iteration, environment);
  return lookAround(iteration.repository, {
    linked,
    own: `${ITERATIONS}/`,
    rules: [CRITERIA_FILE, 'manifest.json', 'workflow.lock.yaml'].map((file) => `${own}/${file}`),
    idle: plan.tasks.flatMap((task) => {
      const current = state.tasks[task.id];
      if (current === undefined || settledAt(current) === undefined || current.worktree === undefined) return [];
      if (!isCompared(task.id, current.since)) return [];
      return [{ task: task.id, path: worktreeOf(iteration, task.id), branch: task.branch, since: current.since }];
    }),
  });
}

/** Leaves out branches that stand where a landing of this or another iteration, or taking one back, has put them. */
function withoutLandings(run: Run, found: readonly Difference[]): Difference[] {
  if (!found.some(({ kind }) => kind === 'branch')) return [...found];
  const { root } = run.iteration.repository;
  const put = new Set<string>(
    iterationNames(root).flatMap((name) => {
      const file = logFile(join(root, ITERATIONS, name));
      const { events } = exists(file) ? readLog(file) : { events: [] };
      return events.flatMap((event) => ('after' in event ? [event.after] : []));
    }),
  );
  return found.filter(({ kind, now }) => kind !== 'branch' || !put.has(now));
}

/** What a difference is worth; for files of the main checkout, which a person may be editing, what speaks for an agent. */
async function judge(
  run: Run,
  difference: Difference,
  running: readonly TaskId[],
): Promise<{ readonly write: ForeignWrite; readonly traces: readonly TaskId[] }> {
  const { place, now, kind, name } = difference;
  const what = differenceText(difference);
  if (isFact(difference)) return { write: { place, now, what, blocks: true }, traces: [] };
  const isFile = kind === 'file' || kind === 'rule';
  const traces = isFile ? await Promise.all(running.map(async (id) => ({ id, trace: await traceOf(run, id, name) }))) : [];
  const found = traces.flatMap(({ id, trace }) => (trace === undefined ? [] : [{ id, text: `${id} ${trace}` }]));
  const why = found.map(({ text }) => text).join(', ');
  return {
    write: { place, now, what: why === '' ? what : `${what} (${why})`, blocks: found.length > 0 },
    traces: found.map(({ id }) => id),
  };
}

/** What connects a task with a file of the main checkout: it is its target, its log names it, or it has the same new content in its worktree. */
async function traceOf(run: Run, id: TaskId, file: string): Promise<string | undefined> {
  const { root } = run.iteration.repository;
  const task = taskOf(run.plan, id);
  const current = run.state.tasks[id];
  if (task.targets.includes(file)) return 'has it as its target';
  if (current?.log !== undefined && (await logMentions(join(run.iteration.directory, current.log), join(root, file))))
    return 'names it in its log';
  const mine = inspectFile(join(worktreeOf(run.iteration, id), file));
  const there = inspectFile(join(root, file));
  if (mine === undefined || there === undefined || 'problem' in mine || 'problem' in there || current?.base === undefined) return undefined;
  if (!Buffer.from(mine.bytes).equals(there.bytes)) return undefined;
  const before = await readBlob(root, current.base, file);
  const isNew = before === undefined || 'problem' in before || !Buffer.from(before.bytes).equals(mine.bytes);
  return isNew ? 'has written the same in its worktree' : undefined;
}
