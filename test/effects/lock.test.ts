import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { acquire, holderOf, LockedError, moveAside } from '../../src/effects/lock.ts';
import { isAlive, processIdentity } from '../../src/effects/process-table.ts';
import { bundled, runNode } from '../rig/program.ts';
import { temporaryFolder } from '../rig/repository.ts';

const racer = bundled('lock-racer');
const lockFile = (): string => path.join(temporaryFolder(), 'a.lock');

test('eight processes that count together lose no count', { timeout: 180_000 }, async () => {
  const file = lockFile();
  const counter = path.join(path.dirname(file), 'counter');
  writeFileSync(counter, '0');

  const ends = await Promise.all(Array.from({ length: 8 }, () => runNode(racer, file, counter, '40')));

  expect({ ends: new Set(ends), count: readFileSync(counter, 'utf8'), left: readdirSync(path.dirname(file)) }).toEqual({
    ends: new Set([0]),
    count: '320',
    left: ['counter'],
  });
});

test('the lock of a killed process is taken over by exactly one of those who wait', { timeout: 180_000 }, async () => {
  const file = lockFile();
  const counter = path.join(path.dirname(file), 'counter');
  writeFileSync(counter, '0');

  // every one of them dies while it holds the lock, so every next one has to take over
  const ends = await Promise.all(Array.from({ length: 12 }, () => runNode(racer, file, counter, '1', 'die')));

  expect({ ends: new Set(ends), count: readFileSync(counter, 'utf8') }).toEqual({ ends: new Set(['SIGKILL']), count: '12' });
});

test('who comes too late hears who holds the lock', async () => {
  const file = lockFile();
  const lock = await acquire(file, { what: 'landing 001-try' });

  const error = await acquire(file, { what: 'second', wait: 20 }).catch((thrown: unknown) => thrown);

  lock.release();
  expect(error).toBeInstanceOf(LockedError);
  expect(error).toMatchObject({ file, holder: { pid: process.pid, host: hostname(), what: 'landing 001-try' } });
});

test('callers of one process get their turn in the order they came', async () => {
  const file = lockFile();
  const order: number[] = [];

  await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const lock = await acquire(file, { what: 'queueing', wait: 10_000 });
      order.push(index);
      await new Promise((resolve) => setImmediate(resolve));
      lock.release();
    }),
  );

  expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test('one who gives up while queueing does not let the next one in too early', async () => {
  const file = lockFile();
  const first = await acquire(file, { what: 'first' });
  const second = acquire(file, { what: 'second', wait: 10 });
  const third = acquire(file, { what: 'third', wait: 10_000 });
  await expect(second).rejects.toBeInstanceOf(LockedError);
  const before = holderOf(file)?.what;

  first.release();

  const lock = await third;
  expect([before, holderOf(file)?.what]).toEqual(['first', 'third']);
  lock.release();
});

test('an abort ends the waiting and leaves nothing behind', async () => {
  const file = lockFile();
  const lock = await acquire(file, { what: 'first' });
  const abort = new AbortController();
  const waiting = acquire(file, { what: 'second', wait: 60_000, signal: abort.signal });

  abort.abort();

  await expect(waiting).rejects.toThrow();
  lock.release();
  expect(readdirSync(path.dirname(file))).toEqual([]);
});

test('releasing twice does not release the next holder', async () => {
  const file = lockFile();
  const first = await acquire(file, { what: 'first' });
  first.release();
  const second = await acquire(file, { what: 'second' });

  first.release();

  expect(holderOf(file)?.what).toBe('second');
  second.release();
});

const foreign = { pid: process.pid, host: hostname(), since: '2026-01-01T00:00:00.000Z', what: 'old', token: 'abc' };
const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

test.each([
  ['a process that is gone', { ...foreign, boot, pid: 2 ** 22 + 1 }],
  ['an earlier process with the same number', { ...foreign, boot, startTime: 1 }],
  ['a process before the last start of the machine', { ...foreign, boot: 'earlier' }],
])('the lock of %s is taken over', async (_, record) => {
  const file = lockFile();
  writeFileSync(file, JSON.stringify(record));

  const lock = await acquire(file, { what: 'new' });

  expect(holderOf(file)).toMatchObject({ what: 'new', alive: true });
  lock.release();
  expect(existsSync(file)).toBe(false);
});

test('the lock of another machine is never taken over', async () => {
  const file = lockFile();
  writeFileSync(file, JSON.stringify({ ...foreign, boot: 'other', host: 'elsewhere', pid: 2 ** 22 + 1 }));

  await expect(acquire(file, { what: 'new', wait: 30 })).rejects.toThrow('on elsewhere since');
  expect(holderOf(file)).toMatchObject({ host: 'elsewhere', alive: undefined });
});

test('a living holder whose lock was moved aside by mistake still comes first', async () => {
  const file = lockFile();
  const startTime = processIdentity(process.pid)?.startTime;
  writeFileSync(`${file}.stale.0123`, JSON.stringify({ ...foreign, boot, startTime, what: 'moved' }));

  await expect(acquire(file, { what: 'new', wait: 30 })).rejects.toThrow('moved');
  expect(existsSync(file)).toBe(false);
});

test('a process is told from a later one with the same number', () => {
  const startTime = processIdentity(process.pid)?.startTime ?? 0;

  expect([isAlive(process.pid), isAlive(process.pid, startTime), isAlive(process.pid, startTime + 1), isAlive(2 ** 22 + 1)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test('a lock that changed hands between the look and the take-over is put back', async () => {
  const file = lockFile();
  const lock = await acquire(file, { what: 'just taken' });

  moveAside(file, 'the lock of a dead process, as it was seen before');

  expect([holderOf(file)?.what, readdirSync(path.dirname(file))]).toEqual(['just taken', [path.basename(file)]]);
  lock.release();
});
