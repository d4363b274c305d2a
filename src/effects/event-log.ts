/**
 * `.run/events.jsonl`: what happened, one JSON line each after a header line, only ever appended to.
 * It reads, appends and repairs a torn end; what the events mean is `core/reduce.ts`, and following the file is not done here.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { Event, NewEvent } from '../core/event.ts';
import { acquire } from './lock.ts';

const FORMAT = 'iter-events';
const VERSION = 1;
/** Milliseconds an append waits for other writers; one append takes a few. */
const PATIENCE = 30_000;

export interface EventLog {
  readonly iteration: string;
  readonly events: readonly Event[];
  /** Text of a last line that was cut off and does not count. */
  readonly torn?: string;
}

/** The log cannot be read as it is; nothing of it was changed. */
export class EventLogError extends Error {
  override readonly name = 'EventLogError';
  readonly file: string;
  /** 1-based. */
  readonly line: number;

  constructor(file: string, line: number, what: string) {
    super(`${file}:${line}: ${what}`);
    this.file = file;
    this.line = line;
  }
}

/** Creates a log with its first events, complete or not at all; throws EventLogError when there is one already. */
export function createLog(file: string, iteration: string, events: readonly Event[] = []): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const written = `${file}.${process.pid}.new`;
  const fd = openSync(written, 'w', 0o644);
  try {
    const header = { format: FORMAT, version: VERSION, iteration };
    writeWhole(fd, [header, ...events].map((line) => `${JSON.stringify(line)}\n`).join(''));
    fsyncSync(fd);
    linkSync(written, file);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new EventLogError(file, 1, 'the event log exists already');
    throw error;
  } finally {
    closeSync(fd);
    unlinkSync(written);
  }
}

/** Reads the whole log; throws EventLogError with the line for anything that is wrong before the last line. */
export function readLog(file: string): EventLog {
  const text = readText(file);
  const end = text.lastIndexOf('\n');
  const lines = text.slice(0, Math.max(0, end)).split('\n');
  const iteration = readHeader(file, lines[0]);
  const events: Event[] = [];
  let torn = text.slice(end + 1);
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const event = eventOf(line);
    if (typeof event === 'object') events.push(event);
    else if (index === lines.length - 1 && torn === '') torn = line;
    else throw new EventLogError(file, index + 1, `${event}; restore the line from a copy, or move the file away`);
  }
  return torn === '' ? { iteration, events } : { iteration, events, torn };
}

/**
 * Adds events as one write that is on disk when the promise resolves; `at` is ISO 8601 in UTC.
 * A line that was cut off before is first copied to `<file>.bad-<n>` and taken away. Throws EventLogError when there is no log.
 */
export async function appendEvents(file: string, events: readonly NewEvent[], at: string): Promise<void> {
  if (events.length === 0) return;
  if (!existsSync(file)) throw new EventLogError(file, 1, 'there is no event log');
  const lock = await acquire(`${file}.lock`, { what: 'adding to the event log', wait: PATIENCE });
  try {
    const fd = openSync(file, constants.O_RDWR | constants.O_APPEND);
    try {
      const size = repairEnd(file, fd);
      writeOrUndo(fd, size, events.map((event) => `${JSON.stringify({ at, ...event })}\n`).join(''));
    } finally {
      closeSync(fd);
    }
  } finally {
    lock.release();
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new EventLogError(file, 1, 'there is no event log');
    throw error;
  }
}

/** Gives the iteration the log belongs to. */
function readHeader(file: string, line: string | undefined): string {
  const header = objectOf(line ?? '');
  if (header === undefined || header['format'] !== FORMAT) {
    throw new EventLogError(file, 1, `the first line is not the header of an event log: ${JSON.stringify((line ?? '').slice(0, 80))}`);
  }
  if (header['version'] !== VERSION) {
    throw new EventLogError(
      file,
      1,
      `the event log has version ${JSON.stringify(header['version'])}, this iter reads version ${VERSION}; use a newer iter`,
    );
  }
  if (typeof header['iteration'] !== 'string') throw new EventLogError(file, 1, 'the header names no iteration');
  return header['iteration'];
}

/** Gives the event, or what is wrong with the line. */
function eventOf(line: string): Event | string {
  const event = objectOf(line);
  if (event === undefined) return 'not a JSON object';
  if (typeof event['type'] !== 'string') return 'an event without "type"';
  if (typeof event['at'] !== 'string') return 'an event without "at"';
  return event as unknown as Event;
}

function objectOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Takes away what a killed writer left behind the last good line; gives the size of the file then. */
function repairEnd(file: string, fd: number): number {
  const size = fstatSync(fd).size;
  const { start, text } = lastLine(fd, size);
  if (start === 0) {
    readHeader(file, text.endsWith('\n') ? text : undefined);
    return size;
  }
  if (text.endsWith('\n') && typeof eventOf(text) === 'object') return size;
  keep(file, text);
  ftruncateSync(fd, start);
  fsyncSync(fd);
  // the line before was finished before this one was begun, so it needs no second look
  return start;
}

/** The last line with its newline, if it has one, and where it begins. */
function lastLine(fd: number, size: number): { readonly start: number; readonly text: string } {
  const piece = 64 * 1024;
  for (let length = Math.min(size, piece); ; length = Math.min(size, length * 4)) {
    const bytes = Buffer.alloc(length);
    readSync(fd, bytes, 0, length, size - length);
    const newline = length < 2 ? -1 : bytes.lastIndexOf(0x0a, length - 2);
    if (newline >= 0) return { start: size - length + newline + 1, text: bytes.toString('utf8', newline + 1) };
    if (length === size) return { start: 0, text: bytes.toString('utf8') };
  }
}

function keep(file: string, text: string): void {
  for (let number = 1; ; number += 1) {
    try {
      const fd = openSync(`${file}.bad-${number}`, 'wx', 0o644);
      try {
        writeWhole(fd, text);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      return;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/** Writes all of it to the disk, or leaves the file as long as it was. */
function writeOrUndo(fd: number, size: number, text: string): void {
  try {
    writeWhole(fd, text);
    fsyncSync(fd);
  } catch (error) {
    ftruncateSync(fd, size);
    throw error;
  }
}

function writeWhole(fd: number, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  for (let written = 0; written < bytes.length;) written += writeSync(fd, bytes, written);
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
