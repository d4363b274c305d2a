import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { tendLog } from '../../src/effects/log-limit.ts';
import { temporaryFolder } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const LIMIT = { most: 1000, head: 100, tail: 300 };
const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join('');

it('a log over its limit keeps whole lines of its beginning and its end, and counts what went over several cuts', async () => {
  const file = path.join(temporaryFolder(), 'a.log');
  writeFileSync(file, lines(0, 200));
  const end = tendLog(file, [], LIMIT);
  await until(
    () => readFileSync(file, 'utf8').length,
    (length) => length < LIMIT.most,
  );
  appendFileSync(file, lines(200, 400));
  await end();
  const left = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect([left[0], left.at(-1), left.filter((line) => line.startsWith('[iter:')).length]).toEqual(['line 0', 'line 399', 1]);
  expect(left.every((line) => /^(?:line \d+|\[iter: at least 1 MB of what was printed was cut here; .*\])$/.test(line))).toBe(true);
});

it('a log within its limit is left alone, and one that was never written is fine', async () => {
  const file = path.join(temporaryFolder(), 'a.log');
  await tendLog(file, [], LIMIT)();
  writeFileSync(file, lines(0, 10));
  await tendLog(file, [], LIMIT)();
  expect(readFileSync(file, 'utf8')).toBe(lines(0, 10));
});

it('of one endless line the beginning and the end stay', async () => {
  const file = path.join(temporaryFolder(), 'a.log');
  writeFileSync(file, `${'a'.repeat(2000)}END`);
  await tendLog(file, [], LIMIT)();
  const left = readFileSync(file, 'utf8');
  expect([left.startsWith('a'.repeat(100)), left.endsWith('END'), left.length < LIMIT.most]).toEqual([true, true, true]);
});
