/** INTER_AGENT_MESSAGES.md: one write per message below a short lock, nothing before it is touched. A change of status is a block of its own. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { CommitId } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { readText } from '../effects/disk.ts';
import { appendText, exists } from '../effects/folder.ts';
import { changedPaths, commitsBetween } from '../effects/git-facts.ts';
import { acquire } from '../effects/lock.ts';
import type { Thread } from '../files/message-threads.ts';
import { isForward, threadsOf } from '../files/message-threads.ts';
import type { MalformedBlock, Message, MessageStatus } from '../files/messages.ts';
import { readMessages, renderMessage } from '../files/messages.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { MESSAGES_FILE } from './iteration.ts';
import { redactorOf } from './redaction.ts';

/** Milliseconds a writer waits for the others; one of them takes a few, and none is turned away on a busy machine. */
const PATIENCE = 300_000;

/** The messages as the file stands now, and what in it is none. */
export function readThreads(iteration: Iteration): { readonly threads: readonly Thread[]; readonly malformed: readonly MalformedBlock[] } {
  const { messages, malformed } = readMessages(readText(join(iteration.directory, MESSAGES_FILE)) ?? '', MESSAGES_FILE);
  return { threads: threadsOf(messages), malformed };
}

/** Posts a message and gives its id; with `once`, not if it stands there: an iter that was ended before it had the posting on record posts again. */
export async function postMessage(iteration: Iteration, message: Message, { once = false } = {}): Promise<string> {
  const id = message.id ?? `m-${randomBytes(6).toString('hex')}`;
  const lock = await acquire(lockOf(iteration), { wait: PATIENCE, what: 'add a message' });
  try {
    const known = once ? readThreads(iteration).threads.find((one) => subjectOf(one.message) === subjectOf(message)) : undefined;
    if (known !== undefined) return known.id;
    await append(iteration, { ...message, id });
  } finally {
    lock.release();
  }
  return id;
}

/** What makes two messages the same one; a handoff names its commit, so the time it was posted at says nothing more. */
function subjectOf({ from, to, type, task, text, timestamp }: Message): string {
  return JSON.stringify([from, to, type, task, text, type === 'Handoff' ? '' : timestamp]);
}

export interface StatusChange {
  readonly id: string;
  readonly status: MessageStatus;
  readonly by: string;
  /** What the reader says to it; the answer to a question, how a blocker was cleared. */
  readonly text: string;
}

/** Says the status of a message with a block of its own; of several who try the same at once one does it and the others hear so. */
export async function changeStatus(
  iteration: Iteration,
  change: StatusChange,
  context: Context,
): Promise<{ readonly thread: Thread } | { readonly problems: readonly Problem[] }> {
  const lock = await acquire(lockOf(iteration), { wait: PATIENCE, what: 'change the status of a message' });
  try {
    const { threads } = readThreads(iteration);
    const thread = threads.find((one) => one.id === change.id);
    if (thread === undefined)
      return {
        problems: [
          {
            what: `there is no message "${change.id}"`,
            fix: didYouMean(
              change.id,
              threads.slice(-20).map((one) => one.id),
            ),
          },
        ],
      };
    if (!isForward(thread.status, change.status))
      return {
        problems: [{ what: `${change.id} is ${thread.status} already`, fix: 'a status goes forward only: Sent, Acknowledged, Resolved' }],
      };
    const { message } = thread;
    await append(iteration, {
      from: change.by,
      to: message.from,
      type: 'Update',
      ...(message.task === undefined ? {} : { task: message.task }),
      timestamp: context.now().toISOString(),
      status: change.status,
      ref: change.id,
      text: change.text === '' ? `${change.status}.` : redactorOf(context).text(change.text),
    });
    return { thread };
  } finally {
    lock.release();
  }
}

const lockOf = (iteration: Iteration): string => join(iteration.directory, '.run', 'messages.lock');

async function append(iteration: Iteration, message: Message): Promise<void> {
  await appendText(join(iteration.directory, MESSAGES_FILE), renderMessage(message));
}

/** The name as it is written in the file, or what is wrong: a worker, a role, a task, All or Orchestrator, or somebody who has written before. */
export function recipient(
  plan: Plan,
  threads: readonly Thread[],
  given: string,
): { readonly to: string } | { readonly problems: readonly Problem[] } {
  const names = [
    'All',
    'Orchestrator',
    ...plan.tasks.flatMap((task) => [task.id, task.instance, task.role]),
    ...threads.map(({ message }) => message.from),
  ];
  const to = names.find((name) => name.toLowerCase() === given.toLowerCase());
  if (to !== undefined) return { to };
  return { problems: [{ what: `nobody is called "${given}"`, fix: didYouMean(given, [...new Set(names)]) }] };
}

/** References `@path:line` of a text that lead nowhere in a folder. */
function deadReferences(text: string, folder: string): string[] {
  const found = [...text.matchAll(/(?<![\w@.])@([\w./-]*\w):(\d+)\b/g)];
  const dead = found.filter(([, file = '', line]) => {
    const content = file.split('/').includes('..') || !exists(join(folder, file)) ? undefined : readFile(join(folder, file));
    return content === undefined || Number(line) < 1 || Number(line) > content.replace(/\n$/, '').split('\n').length;
  });
  return [...new Set(dead.map(([reference]) => reference))];
}

function readFile(file: string): string | undefined {
  try {
    return readText(file);
  } catch {
    // a folder has no lines
    return undefined;
  }
}

/** The text with a note about references that lead nowhere, so that its readers do not look for them. */
export function flagged(text: string, folder: string): string {
  const dead = deadReferences(text, folder);
  return dead.length === 0 ? text : `${text}\n\nReferences that lead nowhere: ${dead.join(', ')}`;
}

/** The handoff of an accepted task, with figures from git and not from the agent (seed 004, section 6). */
export async function postHandoff(
  iteration: Iteration,
  task: PlannedTask,
  work: { base: CommitId; head: CommitId },
  context: Context,
): Promise<void> {
  const { root } = iteration.repository;
  const commits = await commitsBetween(root, work.base, work.head);
  const paths = await changedPaths(root, work.base, work.head);
  const downstream = iteration.plan.tasks.filter((other) => other.needs.includes(task.id)).map((other) => other.instance);
  const files = paths.slice(0, 10).join(', ') + (paths.length > 10 ? ` and ${paths.length - 10} more` : '');
  const text = [
    `Branch: ${task.branch.replace('refs/heads/', '')}`,
    `Commits: ${commits.length}, head ${work.head.slice(0, 10)}`,
    `Files changed: ${paths.length === 0 ? 'none' : files}`,
    `Artefacts: ${task.deliverables.map((deliverable) => deliverable.path).join(', ') || 'none'}`,
    'Validation: every MUST criterion of the task passed when iter ran it on that commit.',
  ].join('\n');
  await postMessage(
    iteration,
    {
      from: task.instance,
      to: downstream.length === 1 ? (downstream[0] ?? 'Orchestrator') : downstream.length === 0 ? 'Orchestrator' : 'All',
      type: 'Handoff',
      task: task.id,
      timestamp: context.now().toISOString(),
      status: 'Sent',
      text,
    },
    { once: true },
  );
}
