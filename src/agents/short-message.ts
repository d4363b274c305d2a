/** Makes what an agent says of its trouble fit into a line for people. */
import { oneLine } from '../core/visible.ts';

/** Characters of a message that are shown. */
const LONGEST = 160;

/** One line of at most 160 characters, safe for a terminal; of JSON, which can be very long, its first `message`. */
export function shortMessage(text: string): string {
  const [, message] = /"message":\s*"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
  const line = oneLine((message ?? text).replaceAll(String.raw`\n`, ' '));
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
