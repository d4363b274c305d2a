/** Reads what was appended to the event log since last time: how a running launch and the monitor keep up without reading it all again. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Event } from '../core/event.ts';

export interface Tail {
  readonly events: readonly Event[];
  /** Byte offset to hand in next time: just behind the last complete line. */
  readonly offset: number;
}

/** The complete lines behind `offset`; a line still being written is left for the next call. Lines that are no events are skipped: `readLog` judges those. */
export function readTail(file: string, offset: number): Tail {
  const handle = openSync(file, 'r');
  try {
    const size = fstatSync(handle).size;
    if (size <= offset) return { events: [], offset: Math.min(size, offset) };
    const bytes = Buffer.alloc(size - offset);
    const read = readSync(handle, bytes, 0, bytes.length, offset);
    const end = bytes.subarray(0, read).lastIndexOf(0x0a) + 1;
    const lines = bytes.subarray(0, end).toString('utf8').split('\n');
    return { events: lines.flatMap(eventOf), offset: offset + end };
  } finally {
    closeSync(handle);
  }
}

function eventOf(line: string): Event[] {
  if (line === '') return [];
  try {
    const value = JSON.parse(line) as Partial<Event>;
    return typeof value.type === 'string' ? [value as Event] : [];
  } catch {
    return [];
  }
}
