/** The last lines of what an agent has said, as people read it, while its log grows. */
import { createTranscript } from '../agents/transcript.ts';
import type { StreamFormat } from '../core/agent-descriptor.ts';
import { visible } from '../core/visible.ts';
import { createFollower, lastLines } from '../effects/follow.ts';

/** Bytes of a log that are looked at when it is opened: events are much longer than what people read of them. */
const FIRST_LOOK = 256 * 1024;
/** Bytes that are looked at of what came since: of a hundred agents that write a megabyte a second nobody reads it all, and keys want an answer. */
const MOST_NEW = 64 * 1024;
/** Characters that are kept of what was said. */
const KEPT = 32 * 1024;

/** Gives the last lines whenever it is asked, safe for a terminal; of events what was said and called, and each is read once. */
export function createLogTail(log: string, format: StreamFormat): (lines: number) => readonly string[] {
  const last = format === 'text' ? (lines: number) => lastLines(log, lines) : transcribed(log, format);
  return (lines) => last(lines).flatMap((line) => visible(line).split('\n'));
}

function transcribed(log: string, format: StreamFormat): (lines: number) => readonly string[] {
  let decoder = new TextDecoder();
  let read = createTranscript(format);
  const skipped = (): void => {
    decoder = new TextDecoder();
    read = createTranscript(format);
  };
  const more = createFollower(log, { back: FIRST_LOOK, most: MOST_NEW, skipped });
  let text = '';
  return (lines) => {
    for (const bytes of more()) text = (text + read(decoder.decode(bytes, { stream: true }))).slice(-KEPT);
    return text === '' ? [] : text.replace(/\n$/, '').split('\n').slice(-lines);
  };
}
