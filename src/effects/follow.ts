/** Hands over what is appended to a text file, and reads the end of one. */
import { closeSync, createReadStream, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

export interface Following {
  /** The whole lines in so many bytes before now come first. */
  readonly back?: number;
  /** Of more than this, written since the last call, only the whole lines in its end are given; `skipped` is told before. */
  readonly most?: number;
  readonly skipped?: () => void;
}

/** Gives what is appended from now on, since it was last called, piece by piece; what a log that was cut short lost meanwhile is not in it. */
export function createFollower(
  file: string,
  { back = 0, most = Number.POSITIVE_INFINITY, skipped }: Following = {},
): () => Generator<Uint8Array, void> {
  const length = (): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  let offset = Math.max(0, length() - back);
  let isInside = back > 0 && offset > 0;
  return function* more() {
    const size = length();
    offset = Math.min(offset, size);
    if (size - offset > most) {
      offset = size - most;
      isInside = true;
      skipped?.();
    }
    while (offset < size) {
      // whoever takes the pieces may take their time, and the log be cut meanwhile: what stands at this place now begins somewhere in a line
      if (length() < size) {
        isInside = true;
        return;
      }
      const bytes = bytesFrom(file, offset, PIECE);
      if (bytes.length === 0) return;
      offset += bytes.length;
      const from = isInside ? bytes.indexOf(LINE_END) + 1 : 0;
      isInside &&= from === 0;
      if (!isInside) yield bytes.subarray(from);
    }
  };
}

/** Bytes read at once: some milliseconds of work for whoever reads JSON in them. */
const PIECE = 256 * 1024;
const LINE_END = 0x0a;

/** Gives the text so far, then every addition, until the signal aborts. */
export async function followText(file: string, take: (text: string) => void, signal: AbortSignal): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let offset = 0;
  const more = (): void => {
    // a log that was cut short goes on from its new end
    offset = Math.min(offset, sizeOf(file));
    const bytes = bytesFrom(file, offset);
    offset += bytes.length;
    if (bytes.length > 0) take(decoder.write(bytes));
  };
  more();
  // most readers of this file only look at the end of a log
  const { watchFiles } = await import('./watch.ts');
  const watch = watchFiles([file], more);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await watch.close();
}

/** The last lines of a file, newest last; none when there is no file. Reads at most 64 KB. */
export function lastLines(file: string, count: number): string[] {
  const text = bytesFrom(file, -64 * 1024).toString('utf8');
  return text
    .replace(/\n$/, '')
    .split('\n')
    .slice(-count)
    .filter((line, index, all) => line !== '' || all.length > 1);
}

/** True when a text occurs in a file; reads it piece by piece, and a missing one is empty. */
export async function logMentions(file: string, text: string): Promise<boolean> {
  if (!existsSync(file)) return false;
  let rest = '';
  for await (const piece of createReadStream(file, { encoding: 'utf8' })) {
    const read = rest + String(piece);
    if (read.includes(text)) return true;
    rest = read.slice(-text.length);
  }
  return false;
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** The bytes behind an offset; a negative offset counts from the end. None when there is no file (any more). */
function bytesFrom(file: string, offset: number, most = Number.POSITIVE_INFINITY): Buffer {
  const handle = opened(file);
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const { size } = fstatSync(handle);
    const start = offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size);
    const bytes = Buffer.alloc(Math.min(most, size - start));
    return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, start));
  } finally {
    closeSync(handle);
  }
}

function opened(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
