import { expect, it } from 'vitest';
import { doingText, elapsedText, farewell, since, spanText } from '../../src/tui/wording.ts';
import { taskId } from '../../src/core/ids.ts';
import { at, NOON, run, task } from '../rig/snapshots.ts';

it('a span of time never needs more than six cells', () => {
  const spans = [-5, 0, 59.9, 60, 3599, 3600, 86_399, 86_400, 99 * 86_400, 4000 * 86_400].map((seconds) => spanText(seconds * 1000));
  expect(spans).toEqual(['0s', '0s', '59s', '1m00s', '59m59s', '1h00m', '23h59m', '1d00h', '99d00h', '4000d']);
});

it('the time of a task that never began is left empty', () => {
  expect(spanText(since('1970-01-01T00:00:00.000Z', NOON))).toBe('');
});

it('the clock of the run stands still once nothing is under way', () => {
  const done = run([task('T1', { state: 'accepted', since: at(90) })], {
    status: 'ready-to-merge',
  });
  expect(elapsedText(done, NOON + 9_000_000)).toBe('1m30s');
});

it('the clock of the run goes on while an agent works', () => {
  expect(elapsedText(run([task('T1')]), NOON + 9_000_000)).toBe('2h30m');
});

it('a task that works shows its log, one that waits shows what it waits for, one that failed why', () => {
  const tasks = [
    task('T1', { reason: 'agent says Completed' }),
    task('T2', { state: 'waiting', blockedBy: [taskId('T1'), taskId('T4')] }),
    task('T3', { state: 'failed', reason: 'no commits' }),
  ];
  expect(tasks.map((one) => doingText(one, 'last line'))).toEqual(['last line', 'needs T1, T4', 'no commits']);
});

it('closing the monitor says how many agents go on, in one line', () => {
  const words = [run([]), run([task('T1')]), run([task('T1'), task('T2', { state: 'blocked' })])].map(farewell);
  expect(words).toEqual([
    'Monitor closed; no agent is at work.',
    'Monitor closed; 1 agent goes on. Watch: iter monitor, end: iter stop',
    'Monitor closed; 2 agents go on. Watch: iter monitor, end: iter stop',
  ]);
});
