/**
 * One holder at a time for a file name, across processes and within this one.
 * The lock is a hard link to a completely written file, so it is exclusive and never empty; it names its holder, and a dead holder's lock is taken over.
 * It does not work across machines: a lock of another host is left alone.
 */
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isAlive, ownIdentity } from './process-table.ts';

export interface Lock {
  /** Gives the lock back; a second call does nothing. */
  release(): void;
}

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** What the holder is doing, in its own words. */
  readonly what: string;
}

export interface LockOptions {
  readonly what: string;
  /** Milliseconds to wait for somebody else; 0 when left out. */
  readonly wait?: number;
  readonly signal?: AbortSignal;
}

/** Somebody else has the lock and did not give it back in time. */
export class LockedError extends Error {
  override readonly name = 'LockedError';
  readonly file: string;
  readonly holder: Holder;

  constructor(file: string, holder: Holder) {
    super(`locked by process ${holder.pid} on ${holder.host} since ${holder.since} (${holder.what}): ${file}`);
    this.file = file;
    this.holder = holder;
  }
}

/** Takes the lock, callers of this process in the order they came; throws LockedError when it is not free within `wait`. */
export async function acquire(file: string, options: LockOptions): Promise<Lock> {
  mkdirSync(path.dirname(file), { recursive: true });
  const place = placeOf(file);
  const deadline = performance.now() + (options.wait ?? 0);
  const turn = queueUp(place);
  try {
    if (!(await settles(turn.mine, deadline, options.signal))) throw new LockedError(place, whoHolds(place));
    const record = recordOf(options.what);
    await take(place, record, { deadline, signal: options.signal });
    return {
      release: once(() => {
        drop(place, record.token);
        turn.pass();
      }),
    };
  } catch (error) {
    turn.pass();
    throw error;
  }
}

/** Says who holds the lock and whether that process still runs (`alive` is undefined for another host); undefined when it is free. */
export function holderOf(file: string): (Holder & { readonly alive: boolean | undefined }) | undefined {
  const record = parse(read(placeOf(file)));
  if (record === undefined) return undefined;
  const { pid, host, since, what } = record;
  return { pid, host, since, what, alive: host === hostname() ? !isStale(record) : undefined };
}

/** For every lock file, the promise that settles when the last caller of this process in the queue is done. */
const queues = new Map<string, Promise<void>>();

function queueUp(place: string): { readonly mine: Promise<void>; readonly pass: () => void } {
  const mine = queues.get(place) ?? Promise.resolve();
  let pass = (): void => {};
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  const tail = mine.then(() => passed);
  queues.set(place, tail);
  // cannot reject, so nobody has to wait for it
  void tail.then(() => {
    if (queues.get(place) === tail) queues.delete(place);
  });
  return { mine, pass };
}

interface LockRecord extends Holder {
  readonly startTime?: number;
  readonly boot: string;
  readonly token: string;
}

function recordOf(what: string): LockRecord {
  const { startTime } = ownIdentity();
  const record = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    what,
    boot: bootId(),
    token: crypto.randomUUID(),
  };
  return startTime === undefined ? record : { ...record, startTime };
}

async function take(
  file: string,
  record: LockRecord,
  limits: { readonly deadline: number; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const written = `${file}.${record.token}.new`;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(written, `${JSON.stringify(record)}\n`, { flag: 'wx', mode: 0o600 });
  try {
    for (;;) {
      limits.signal?.throwIfAborted();
      const other = attempt(file, written, record.token);
      if (other === undefined) return;
      if (performance.now() >= limits.deadline) throw new LockedError(file, other);
      await pause(5 + Math.random() * 20, undefined, { signal: limits.signal });
    }
  } catch (error) {
    drop(file, record.token);
    throw error;
  } finally {
    remove(written);
  }
}

/** Tries once; gives the holder that is in the way, or undefined when the lock is ours. */
function attempt(file: string, written: string, token: string): Holder | undefined {
  for (;;) {
    if (linked(written, file) || isOurs(file, token)) {
      // somebody may just have moved a living holder's lock aside by mistake; that holder comes first
      const aside = heldAside(file, token);
      if (aside !== undefined) {
        if (isOurs(file, token)) remove(file);
        return aside;
      }
      if (isOurs(file, token)) return undefined;
      continue;
    }
    const text = read(file);
    if (text === undefined) continue;
    const found = parse(text);
    if (found !== undefined && !isStale(found)) return found;
    moveAside(file, text);
  }
}

function isOurs(file: string, token: string): boolean {
  return parse(read(file))?.token === token;
}

/** Takes a dead holder's lock away under a new name, looks again at what was moved, and puts it back if it is not the `inspected` text. */
export function moveAside(file: string, inspected: string): void {
  const aside = `${file}.stale.${crypto.randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if (read(aside) === inspected) {
    remove(aside);
    sweepRemains(file);
  } else if (linked(aside, file)) {
    remove(aside);
  }
  // else: it counts where it lies, until its holder drops it
}

/** The living holder of a lock that was moved aside and not put back yet. */
function heldAside(file: string, token: string): Holder | undefined {
  const aside = siblings(file, '.stale.').map((name) => parse(read(name)));
  return aside.find((record) => record !== undefined && record.token !== token && !isStale(record));
}

/** Removes what processes that died while they took the lock left behind. */
function sweepRemains(file: string): void {
  for (const name of [...siblings(file, '.stale.'), ...siblings(file, '.')]) {
    if (!name.includes('.stale.') && !name.endsWith('.new')) continue;
    const record = parse(read(name));
    if (record !== undefined && isStale(record)) remove(name);
  }
}

/** Removes our lock wherever it lies: under its name, or aside because another process took it for a dead one's. */
function drop(file: string, token: string): void {
  for (let found = true; found;) {
    const mine = [file, ...siblings(file, '.stale.')].filter((name) => isOurs(name, token));
    for (const name of mine) remove(name);
    found = mine.length > 0;
  }
}

/** A holder is dead when this machine was started anew since, or its process is gone. */
function isStale(record: LockRecord): boolean {
  if (record.host !== hostname()) return false;
  return record.boot !== bootId() || !isAlive(record.pid, record.startTime);
}

/** Reads a lock; text that is no lock (a machine that lost power while writing it) counts as nobody's. */
function parse(text: string | undefined): LockRecord | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<LockRecord> | null;
    return typeof value?.pid === 'number' && typeof value.host === 'string' && typeof value.token === 'string'
      ? (value as LockRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

function whoHolds(file: string): Holder {
  return parse(read(file)) ?? recordOf('another part of this process');
}

function siblings(file: string, infix: string): string[] {
  const folder = path.dirname(file);
  const start = `${path.basename(file)}${infix}`;
  return readdirSync(folder)
    .filter((name) => name.startsWith(start))
    .map((name) => path.join(folder, name));
}

/** True when `done` settled in time; rejects with the reason of an aborted signal. */
async function settles(done: Promise<void>, deadline: number, signal: AbortSignal | undefined): Promise<boolean> {
  const timer = new AbortController();
  const stop = signal === undefined ? timer.signal : AbortSignal.any([timer.signal, signal]);
  try {
    const late = pause(Math.max(0, deadline - performance.now()), false, { signal: stop });
    return await Promise.race([done.then(() => true), late]);
  } finally {
    timer.abort();
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}

/** One name for one lock, whichever way the folder was reached. */
function placeOf(file: string): string {
  const folder = path.resolve(path.dirname(file));
  return path.join(existsSync(folder) ? realpathSync(folder) : folder, path.basename(file));
}

let boot: string | undefined;
function bootId(): string {
  boot ??= read('/proc/sys/kernel/random/boot_id')?.trim() ?? 'unknown';
  return boot;
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || isMissing(error)) return false;
    throw error;
  }
}

function remove(file: string): void {
  try {
    unlinkSync(file);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
