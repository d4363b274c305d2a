/**
 * Masks secrets in a log that a program writes, where they stand: each byte becomes `*`, so nothing moves and the program, which appends, notices nothing.
 * What is printed is in the file until the next look. A line may be of any length, and a secret may come in pieces.
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { createRedactor, type Span } from '../core/redaction.ts';

export interface LogMask {
  /** Looks at what was added, at most a few MB; `changed` is where the file was cut or moved since, in bytes. */
  readonly look: (changed?: number) => void;
  /** True when there is more to look at. */
  readonly isBehind: () => boolean;
}

/**
 * Bytes looked at in one go: with what is looked at again they make a string that is young to the garbage collector, which larger ones are not,
 * so that half a gigabyte of them stays in memory for a while.
 */
const PIECE = 96 * 1024;
/** Goes in one look: a program that prints without end must not keep iter from everything else. */
const PIECES = 40;

/** A mask for what has a form of a secret, and for these values. */
export function createMask(file: string, values: readonly string[]): LogMask {
  // every byte as one character: places in the text are places in the file
  const redactor = createRedactor(values.map((value) => Buffer.from(value).toString('latin1')));
  let done = 0;
  let size = 0;
  /** Where a secret ended that may go on. */
  let open: number | undefined;
  const space = Buffer.alloc(PIECE + redactor.reach);

  const piece = (log: number): boolean => {
    size = fstatSync(log).size;
    if (size <= done) return false;
    const start = Math.max(0, done - redactor.reach);
    const read = readSync(log, space, 0, space.length, start);
    const bytes = space.subarray(0, read);
    const spans = redactor.spans(bytes.toString('latin1'));
    const going = open === undefined ? undefined : rest(bytes, open - start);
    for (const { from, to } of going === undefined ? spans : [going, ...spans]) overwrite(log, start, bytes, { from, to });
    const last = Math.max(going?.to ?? 0, spans.at(-1)?.to ?? 0);
    open = last === read && read > 0 ? start + read : undefined;
    done = start + read;
    return true;
  };

  return {
    look: (changed) => {
      if (changed !== undefined) {
        done = Math.min(done, changed);
        open = undefined;
      }
      const log = opened(file);
      if (log === undefined) return;
      try {
        for (let count = 0; count < PIECES && piece(log); count += 1);
      } finally {
        closeSync(log);
      }
    },
    isBehind: () => done < size,
  };
}

/** The characters tokens are made of, behind one that ended where the file did. */
function rest(bytes: Uint8Array, from: number): Span {
  let to = Math.max(0, from);
  while (to < bytes.length && IN_TOKEN.has(bytes[to] ?? 0)) to += 1;
  return { from: Math.max(0, from), to };
}

const IN_TOKEN = new Set(Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+/=.'));
const STAR = 0x2a;
const LINE_ENDS = new Set([0x0a, 0x0d]);

/** Line ends stay: what reads the log by lines finds them where they were. */
function overwrite(log: number, start: number, bytes: Buffer, { from, to }: Span): void {
  const masked = Buffer.from(bytes.subarray(from, to).map((byte) => (LINE_ENDS.has(byte) ? byte : STAR)));
  // what is masked already is not written again: a log that grows is a sign of life
  if (!masked.equals(bytes.subarray(from, to))) writeSync(log, masked, 0, masked.length, start + from);
}

function opened(file: string): number | undefined {
  try {
    return openSync(file, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
