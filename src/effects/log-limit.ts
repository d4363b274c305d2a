/**
 * Keeps the log of a program that prints without end from filling the disk: the beginning and the end stay, and a line says what was cut.
 * On the way secrets in it are masked (log-mask.ts): both change the file, so both look at it in turn.
 * The program goes on writing to the same file, opened for appending, and notices nothing. What was cut is gone; nothing is read but the parts that stay.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, statSync, writevSync } from 'node:fs';
import { sizeText } from '../core/size.ts';
import { createMask } from './log-mask.ts';
import { turn } from './turns.ts';

export interface LogLimit {
  /** Bytes from which on a log is cut. */
  readonly most: number;
  /** Bytes that stay of its beginning and of its end. */
  readonly head: number;
  readonly tail: number;
}

const MEGABYTE = 1024 ** 2;
const LOG_LIMIT: LogLimit = { most: 64 * MEGABYTE, head: MEGABYTE, tail: 8 * MEGABYTE };

/** Milliseconds between two looks: what is printed meanwhile may lie on the disk above the limit for that long. */
const LOOK = 100;

/**
 * Watches a log that a program writes: masks secrets in it, these values among them, and cuts it at its limit.
 * The function it gives ends the watch with a last look at everything.
 */
export function tendLog(file: string, secrets: readonly string[], limit: LogLimit = LOG_LIMIT): () => Promise<void> {
  const cut: Cut = { bytes: 0 };
  const mask = createMask(file, secrets);
  const look = (): void => mask.look(shorten(file, limit, cut));
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (looking !== undefined) return;
    const one = turn().then(() => {
      look();
      looking = undefined;
    });
    // who ends the watch hears of it
    one.catch(() => undefined);
    looking = one;
  }, LOOK);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await looking;
    for (look(); mask.isBehind(); mask.look()) await turn();
  };
}

const MOST_LOOKS = 5;

/** What has been cut so far, and where. */
interface Cut {
  bytes: number;
  head?: number;
  /** Holds the end of the log while it is cut; made once, so that endless printing takes no more memory. */
  space?: Buffer;
}

/** Gives where the file changed, if it was cut. */
function shorten(file: string, limit: LogLimit, cut: Cut): number | undefined {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) <= limit.most) return undefined;
  const log = openSync(file, 'r+');
  const end = openSync(file, 'a');
  try {
    const head = (cut.head ??= wholeLines(part(log, 0, limit.head)));
    const space = (cut.space ??= Buffer.alloc(limit.tail));
    let { size } = fstatSync(log);
    let read = readSync(log, space, 0, limit.tail, size - limit.tail);
    // what is printed between the last look and the cut is lost: look until nothing came, as far as that comes to an end
    for (let looks = 1; looks < MOST_LOOKS && fstatSync(log).size > size; looks += 1) {
      size = fstatSync(log).size;
      read = readSync(log, space, 0, limit.tail, size - limit.tail);
    }
    const tail = fromLineStart(space.subarray(0, read));
    ftruncateSync(log, head);
    cut.bytes += size - head - tail.length;
    const said = `[iter: at least ${Math.ceil(cut.bytes / MEGABYTE)} MB of what was printed was cut here; the log is limited to ${sizeText(limit.most)}]\n`;
    writevSync(end, [Buffer.from(said), tail]);
    return head;
  } finally {
    closeSync(log);
    closeSync(end);
  }
}

function part(log: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(log, bytes, 0, length, from));
}

/** The length of the whole lines at the beginning; of one endless line all of it. */
function wholeLines(bytes: Buffer): number {
  const last = bytes.lastIndexOf(0x0a);
  return last === -1 ? bytes.length : last + 1;
}

function fromLineStart(bytes: Buffer): Buffer {
  const first = bytes.indexOf(0x0a);
  return first === -1 ? bytes : bytes.subarray(first + 1);
}
