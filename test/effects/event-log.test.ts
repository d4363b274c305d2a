import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NewEvent } from '../../src/core/event.ts';
import { taskId } from '../../src/core/ids.ts';
import { appendEvents, createLog, readLog } from '../../src/effects/event-log.ts';
import { bundled, runNode } from '../rig/program.ts';
import { temporaryFolder } from '../rig/repository.ts';

const AT = '2026-01-01T00:00:00.000Z';
const writer = bundled('event-writer');
const failed = (attempt: number): NewEvent => ({ type: 'task-failed', task: taskId('T1'), attempt, reason: 'no luck' });

function newLog(): string {
  const file = path.join(temporaryFolder(), '.run', 'events.jsonl');
  createLog(file, '001-try');
  return file;
}

test('what is appended is read back in order, under the name of the iteration', async () => {
  const file = newLog();

  await appendEvents(file, [failed(1), failed(2)], AT);

  expect(readLog(file)).toEqual({
    iteration: '001-try',
    events: [
      { ...failed(1), at: AT },
      { ...failed(2), at: AT },
    ],
  });
});

test('a log is not created over another one', () => {
  const file = newLog();

  expect(() => createLog(file, '002-other')).toThrow('the event log exists already');
  expect(readdirSync(path.dirname(file))).toEqual(['events.jsonl']);
});

test.each([
  ['a line that was cut off', '{"type":"task-fai', '{"type":"task-fai'],
  ['a last line that is no JSON', '\0\0\0\0\n', '\0\0\0\0'],
  ['a last line that is no event', '{"type":1}\n', '{"type":1}'],
])('%s does not count, is reported, and is kept when the next event is appended', async (_, tail, torn) => {
  const file = newLog();
  await appendEvents(file, [failed(1)], AT);
  appendFileSync(file, tail);
  const before = readLog(file);

  await appendEvents(file, [failed(2)], AT);

  expect([before.events.length, before.torn]).toEqual([1, torn]);
  expect(readLog(file).events.map((event) => ('attempt' in event ? event.attempt : 0))).toEqual([1, 2]);
  expect(readFileSync(`${file}.bad-1`, 'utf8')).toBe(tail);
});

test('a second torn line does not overwrite the copy of the first', async () => {
  const file = newLog();
  appendFileSync(file, 'one');
  await appendEvents(file, [failed(1)], AT);
  appendFileSync(file, 'two');

  await appendEvents(file, [failed(2)], AT);

  expect([readFileSync(`${file}.bad-1`, 'utf8'), readFileSync(`${file}.bad-2`, 'utf8')]).toEqual(['one', 'two']);
});

test('a torn line longer than one piece of reading is repaired, too', async () => {
  const file = newLog();
  await appendEvents(file, [failed(1)], AT);
  appendFileSync(file, `{"type":"${'x'.repeat(300_000)}`);

  await appendEvents(file, [failed(2)], AT);

  expect(readLog(file).events).toHaveLength(2);
});

test('a bad line before the last one stops the reading with its number', async () => {
  const file = newLog();
  appendFileSync(file, '<<<<<<< HEAD\n');
  appendFileSync(file, `${JSON.stringify({ at: AT, ...failed(1) })}\n`);

  expect(() => readLog(file)).toThrow(`${file}:2: not a JSON object`);
});

test.each([
  ['no header', '{"type":"task-failed","at":"x"}\n', 'the first line is not the header'],
  [
    'a newer version',
    '{"format":"iter-events","version":2,"iteration":"001-try"}\n',
    'has version 2, this iter reads version 1; use a newer iter',
  ],
  ['nothing in it', '', 'the first line is not the header'],
])('a log with %s is refused by reader and writer, and not touched', async (_, text, reason) => {
  const file = newLog();
  writeFileSync(file, text);

  expect(() => readLog(file)).toThrow(reason);
  await expect(appendEvents(file, [failed(1)], AT)).rejects.toThrow(reason);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a log that is not there is said to be missing', async () => {
  const file = path.join(temporaryFolder(), 'events.jsonl');

  expect(() => readLog(file)).toThrow('there is no event log');
  await expect(appendEvents(file, [failed(1)], AT)).rejects.toThrow('there is no event log');
});

test('four processes that append at once lose no event and tear no line', { timeout: 180_000 }, async () => {
  const file = newLog();

  const ends = await Promise.all(['T1', 'T2', 'T3', 'T4'].map((name) => runNode(writer, file, name, '50')));

  const seen = readLog(file).events.map((event) => ('attempt' in event ? `${event.task} ${event.attempt}` : ''));
  const wanted = ['T1', 'T2', 'T3', 'T4'].flatMap((name) => Array.from({ length: 50 }, (_, index) => `${name} ${index + 1}`));
  expect([ends, seen.toSorted()]).toEqual([[0, 0, 0, 0], wanted.toSorted()]);
});

test('cut off anywhere after the header, a log still gives every event before the cut', async () => {
  const file = newLog();
  await appendEvents(file, [failed(1), failed(2), failed(3)], AT);
  const whole = readFileSync(file);
  const header = whole.indexOf(0x0a) + 1;

  fc.assert(
    fc.property(fc.integer({ min: header, max: whole.length }), (length) => {
      writeFileSync(file, whole.subarray(0, length));
      const complete = whole.subarray(header, length).filter((byte) => byte === 0x0a).length;
      return readLog(file).events.length === complete;
    }),
  );
});
