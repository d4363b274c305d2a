/**
 * What became of each message: a block with `REF` says the status of an earlier one, or answers it, so nobody ever changes a block of somebody else.
 * A status goes forward only: Sent, Acknowledged, Resolved. Reads blocks; where they stand is `messages.ts`.
 */
import type { Message, MessageStatus } from './messages.ts';
import { MESSAGE_STATUSES } from './messages.ts';

export interface Thread {
  /** The block's own `ID`, or one made from its content. */
  readonly id: string;
  readonly message: Message;
  readonly status: MessageStatus;
  /** The blocks that refer to it, in order. */
  readonly replies: readonly Message[];
}

/** One thread for each message that is not about another one, in the order of the file. A block about a message that is not there stands for itself. */
export function threadsOf(messages: readonly Message[]): Thread[] {
  const own = new Map<string, { readonly message: Message; status: MessageStatus; readonly replies: Message[] }>();
  for (const message of messages) {
    const about = message.ref === undefined ? undefined : own.get(message.ref);
    if (about === undefined) {
      own.set(freeId(message, own), { message, status: message.status, replies: [] });
      continue;
    }
    about.replies.push(message);
    if (isForward(about.status, message.status)) about.status = message.status;
  }
  return [...own].map(([id, thread]) => ({ id, ...thread }));
}

/** True when a status may follow another one. */
export function isForward(from: MessageStatus, to: MessageStatus): boolean {
  return MESSAGE_STATUSES.indexOf(to) > MESSAGE_STATUSES.indexOf(from);
}

/** Who reads: a name of a worker, its role and task, and the tasks whose handoffs concern it. */
export interface Reader {
  readonly instance: string;
  readonly role?: string;
  readonly task?: string;
  readonly needs?: readonly string[];
}

/** What is addressed to a reader, and the answers to what they asked; their own messages to others are not in it. */
export function inboxOf(threads: readonly Thread[], reader: Reader): Thread[] {
  const names = new Set([reader.instance, reader.role, reader.task].flatMap((name) => (name === undefined ? [] : [name.toLowerCase()])));
  return threads.filter(({ message, replies }) => {
    if (message.from === reader.instance) return message.type === 'Question' && replies.some((reply) => reply.from !== reader.instance);
    if (names.has(message.to.toLowerCase())) return true;
    if (message.to !== 'All') return false;
    return message.type !== 'Handoff' || reader.needs === undefined || (message.task !== undefined && reader.needs.includes(message.task));
  });
}

/** What a prompt quotes of an inbox: everything not resolved yet, and answers, which are. */
export function openIn(inbox: readonly Thread[], reader: Reader): Thread[] {
  return inbox.filter(({ message, status }) => status !== 'Resolved' || message.from === reader.instance);
}

/** The time until which a message wants an answer, in milliseconds since 1970; undefined when its DEADLINE is no time. */
export function deadlineOf({ deadline }: Message): number | undefined {
  if (deadline === undefined || !/^\d{4}-\d{2}-\d{2}/.test(deadline)) return undefined;
  const time = Date.parse(deadline);
  return Number.isNaN(time) ? undefined : time;
}

/** The same message always gets the same id; a second one like it gets another. */
function freeId(message: Message, taken: ReadonlyMap<string, unknown>): string {
  if (message.id !== undefined && !taken.has(message.id)) return message.id;
  const { from, to, type, timestamp, text } = message;
  const made = contentId([from, to, type, timestamp, text].join('\u0000'));
  for (let count = 1; ; count += 1) {
    const id = count === 1 ? made : `${made}-${count}`;
    if (!taken.has(id)) return id;
  }
}

/** `m-` and 16 hexadecimal digits: two FNV-1a sums of 32 bits with different starts. */
export function contentId(text: string): string {
  return `m-${[0x811c9dc5, 0x01000193].map((start) => fnv(text, start).toString(16).padStart(8, '0')).join('')}`;
}

function fnv(text: string, start: number): number {
  let sum = start;
  for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return sum;
}
