/** Sends a message, as `iter message send` and the tool `message` do: everything about it is looked at before anything is written. */
import { parseDuration } from '../core/duration.ts';
import { taskId } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { MESSAGE_PRIORITIES, MESSAGE_TYPES, type Message } from '../files/messages.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { flagged, postMessage, readThreads, recipient } from './messages.ts';
import { redactorOf } from './redaction.ts';

export interface Letter {
  readonly from: string;
  readonly to: string;
  /** In any case of letters, as the priority. */
  readonly type: string;
  readonly priority?: string | undefined;
  /** A time, or how long from now. */
  readonly deadline?: string | undefined;
  readonly task?: string | undefined;
  readonly text: string;
  /** Agents direct nobody. */
  readonly byAgent: boolean;
  /** Where references of the text lead to, a folder. */
  readonly folder: string;
}

/** Posts the message, or gives everything that is wrong with it. */
export async function send(
  iteration: Iteration,
  letter: Letter,
  context: Context,
): Promise<{ readonly id: string; readonly to: string; readonly type: Message['type'] } | { readonly problems: readonly Problem[] }> {
  const { task, text } = letter;
  const type = MESSAGE_TYPES.find((one) => one.toLowerCase() === letter.type.toLowerCase());
  const priority = MESSAGE_PRIORITIES.find((one) => one.toLowerCase() === letter.priority?.toLowerCase());
  const named = recipient(iteration.plan, readThreads(iteration).threads, letter.to);
  const deadline = letter.deadline === undefined ? undefined : momentOf(letter.deadline, context.now().getTime());
  const ids = iteration.plan.tasks.map(({ id }) => id);
  const problems: Problem[] = [
    ...(type === undefined ? [{ what: `unknown type "${letter.type}"`, fix: didYouMean(letter.type, MESSAGE_TYPES) }] : []),
    ...(type === 'Blocker' ? [{ what: 'a blocker has more to say', fix: 'use iter block' }] : []),
    ...(type === 'Directive' && letter.byAgent
      ? [{ what: 'a Directive comes from the orchestrator or a person only', fix: 'send a Question or an Update' }]
      : []),
    ...(letter.priority !== undefined && priority === undefined
      ? [{ what: `unknown priority "${letter.priority}"`, fix: didYouMean(letter.priority, MESSAGE_PRIORITIES) }]
      : []),
    ...('problems' in named ? named.problems : []),
    ...(letter.deadline !== undefined && deadline === undefined
      ? [{ what: `bad deadline "${letter.deadline}"`, fix: 'write 30m, or a time as in 2026-01-10T12:00:00Z' }]
      : []),
    ...(task === undefined || ids.some((id) => id === task) ? [] : [{ what: `there is no task "${task}"`, fix: didYouMean(task, ids) }]),
  ];
  if (problems.length > 0 || type === undefined || 'problems' in named) return { problems };
  const id = await postMessage(iteration, {
    from: letter.from,
    to: named.to,
    type,
    ...(task === undefined ? {} : { task: taskId(task) }),
    timestamp: context.now().toISOString(),
    status: 'Sent',
    ...(priority === undefined ? {} : { priority }),
    ...(deadline === undefined ? {} : { deadline }),
    text: flagged(redactorOf(context).text(text), letter.folder),
  });
  return { id, to: named.to, type };
}

/** A length of time from now, or a time, as ISO 8601. */
function momentOf(text: string, now: number): string | undefined {
  const length = parseDuration(text);
  if (length !== undefined) return new Date(now + length).toISOString();
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
