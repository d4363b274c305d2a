/** Notices that an attempt ended because its provider refuses to go on, and records until when. */
import { join } from 'node:path';
import type { Refusal } from '../agents/limits.ts';
import { refusalIn } from '../agents/limits.ts';
import type { PlannedTask } from '../core/plan.ts';
import { providerOf, timeOf, waitUntil } from '../core/provider-limit.ts';
import type { SessionLeft } from '../core/session.ts';
import { readText } from '../effects/disk.ts';
import { lastLines } from '../effects/follow.ts';
import { moveFile } from '../effects/folder.ts';
import type { StreamSummary } from '../agents/stream-summary.ts';
import type { ProcessEnd } from '../agents/verdict.ts';
import type { Ending } from '../executors/local.ts';
import type { Context } from './context.ts';
import type { Run } from './run.ts';

/** Lines of the log that are looked at. */
const TAIL = 40;

interface Ended {
  readonly ending: Ending & { readonly said?: StreamSummary };
  /** Relative to the iteration folder. */
  readonly log: string;
  readonly worktree: string;
}

/** Why the provider refused, if that is what ended the attempt: what the agent says in `.iter/outbox/limit.md`, else its exit code and what its output says. */
export function refusalOf(run: Run, task: PlannedTask, { ending, log, worktree }: Ended, context: Context): Refusal | undefined {
  const told = inOutbox(task, worktree, context);
  // what a person or a new launch ended did not end by a limit
  if (ending.outcome === 'killed' || ending.outcome === 'not-started') return undefined;
  if (told !== undefined) return told;
  const output = lastLines(join(run.iteration.directory, log), TAIL);
  const said = ending.said === undefined ? {} : { said: ending.said };
  return refusalIn({ agent: task.agent, output, now: context.now().toISOString(), ...processEnd(ending), ...said });
}

/** How its process ended, as far as that says something about the agent. */
export function processEnd(ending: Ending): ProcessEnd {
  if (ending.outcome === 'timeout') return { timedOut: true };
  if (ending.outcome !== 'exited') return {};
  const { exit, signal } = ending;
  return { ...(exit === undefined ? {} : { exit }), ...(signal === undefined ? {} : { signal }) };
}

/** The file's first line is a time or a duration, the rest says why. It is taken in, so that the next attempt starts without it. */
function inOutbox(task: PlannedTask, worktree: string, context: Context): Refusal | undefined {
  const outbox = join(worktree, '.iter', 'outbox');
  const text = readText(join(outbox, 'limit.md'));
  if (text === undefined) return undefined;
  moveFile(join(outbox, 'limit.md'), join(outbox, 'taken', 'limit.md'));
  const [first = '', ...rest] = text.split(/\r?\n/);
  const until = timeOf(first, context.now().toISOString());
  if (until === undefined)
    context.say(
      `${task.id}: .iter/outbox/limit.md:1: "${first.slice(0, 40)}" is no time; write 2026-11-21T18:00:00Z, or a duration like 15m`,
    );
  const reason = rest.join(' ').trim() || 'the agent says so';
  return { reason: reason.slice(0, 160), ...(until === undefined ? {} : { until }) };
}

/** Puts the limit on record: the task waits with all others of its provider, and has used up no try. */
export async function recordRefusal(
  run: Run,
  task: PlannedTask,
  { number, refusal, session }: { readonly number: number; readonly refusal: Refusal; readonly session: SessionLeft | undefined },
  context: Context,
): Promise<void> {
  const provider = providerOf(task);
  run.refresh();
  const refusals = run.state.limits?.[provider]?.refusals ?? 0;
  const { until, guessed } = waitUntil(refusal.until, { now: context.now().toISOString(), refusals });
  await run.record({
    type: 'provider-limited',
    provider,
    task: task.id,
    attempt: number,
    until,
    guessed,
    reason: refusal.reason,
    ...(session === undefined ? {} : { session }),
  });
  context.say(
    `${task.id}: ${provider} is limited until ${until}${guessed ? ' (a guess: it did not say)' : ''}: ${refusal.reason}; all its tasks wait`,
  );
}
