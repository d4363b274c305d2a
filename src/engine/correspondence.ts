/** What others have to say to a task at the start of an attempt: its messages, and the comments people left in `feedback/`. */
import { join } from 'node:path';
import type { Plan, PlannedTask } from '../core/plan.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { isFor, readComment } from '../files/comment.ts';
import type { Reader } from '../files/message-threads.ts';
import { inboxOf, openIn } from '../files/message-threads.ts';
import type { Iteration } from './iteration.ts';
import { readThreads } from './messages.ts';

/** Folder of comments inside the iteration folder. */
const FEEDBACK = 'feedback';
/** More messages are named, not quoted. */
const MOST_QUOTED = 20;
/** Characters of one message that are quoted. */
const LONGEST = 2000;

/** Somebody by name; a worker reads what is for its role and its task, too. */
export function readerOf(plan: Plan, name: string): Reader {
  const task = plan.tasks.find((one) => one.instance === name);
  return task === undefined ? { instance: name } : { instance: name, role: task.role, task: task.id, needs: task.needs };
}

export interface Correspondence {
  readonly messages: readonly { readonly head: string; readonly text: string }[];
  /** Messages there was no room for. */
  readonly more: number;
  readonly comments: readonly { readonly file: string; readonly text: string }[];
}

/** The open messages of a task, the newest if there are too many, and its comments. Handoffs come first in the order of tasks, so that the order in which builders ended does not change a prompt. */
export function correspondence(iteration: Iteration, task: PlannedTask): Correspondence {
  const reader = readerOf(iteration.plan, task.instance);
  const open = openIn(inboxOf(readThreads(iteration).threads, reader), reader);
  const order = (type: string, id: string | undefined): number =>
    type === 'Handoff' ? iteration.plan.tasks.findIndex((one) => one.id === id) : iteration.plan.tasks.length;
  const quoted = open
    .slice(-MOST_QUOTED)
    .toSorted((a, b) => order(a.message.type, a.message.task) - order(b.message.type, b.message.task))
    .map(({ id, message, replies }) => ({
      head: `${message.type} from ${message.from} to ${message.to}${message.type === 'Handoff' ? '' : ` (${id})`}`,
      text: cut([message.text, ...replies.map((reply) => `${reply.from} answers: ${reply.text}`)].join('\n\n')),
    }));
  return { messages: quoted, more: open.length - quoted.length, comments: commentsFor(iteration, task) };
}

/** The comments addressed to a task, to its role, to its step, or to nobody in particular; by name of the file. */
export function commentsFor(iteration: Iteration, task: PlannedTask): Correspondence['comments'] {
  const folder = join(iteration.directory, FEEDBACK);
  return listFiles(folder)
    .filter((file) => file.endsWith('.md') && !file.includes('/'))
    .flatMap((file) => {
      const comment = readComment(readText(join(folder, file)) ?? '');
      return isFor(comment, [task.id, task.role, task.step, task.instance]) && comment.text !== ''
        ? [{ file: `${FEEDBACK}/${file}`, text: cut(comment.text) }]
        : [];
    });
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}\n(cut here after ${LONGEST} characters)`;
}
