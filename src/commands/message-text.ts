/** A message with its replies, as JSON and as lines for people. */
import type { Thread } from '../files/message-threads.ts';

/** What `--json` says of a message. */
export function threadJson({ id, message, status, replies }: Thread): Record<string, unknown> {
  const { ref: _ref, ...fields } = message;
  return {
    ...fields,
    id,
    status,
    replies: replies.map(({ from, timestamp, status: said, text }) => ({ from, timestamp, status: said, text })),
  };
}

/** One line about the message, its text, and the replies below it. */
export function threadText({ id, message, status, replies }: Thread): string {
  const about = message.task === undefined ? '' : ` about ${message.task}`;
  const until = message.deadline === undefined ? '' : `, until ${message.deadline}`;
  const head = `${id}  ${message.type} from ${message.from} to ${message.to}${about}, ${message.timestamp}: ${status}${until}`;
  const answers = replies.map((reply) => `${reply.from} (${reply.status}): ${reply.text}`);
  return [head, ...[message.text, ...answers].flatMap((text) => text.split('\n').map((line) => `    ${line}`.trimEnd()))].join('\n');
}
