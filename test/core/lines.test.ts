import { expect, it } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { changeLines } from '../../src/core/lines.ts';
import { at, decision, run, task } from '../rig/snapshots.ts';

const idle = { state: 'waiting', word: 'Not Started', attempt: 0 } as const;

it('a task that starts is one line with its attempt and agent', () => {
  const before = run([task('T1'), task('T2', idle)]);
  const after = run([task('T1'), task('T2', { since: at(187) })]);
  expect(changeLines(before, after)).toEqual(['12:03:07 T2 running attempt 1 (rehearsal)']);
});

it('nothing is said when nothing changed', () => {
  const picture = run([task('T1'), task('T2', idle)], { decisions: [decision('D1', 'T1')] });
  expect(
    changeLines(
      picture,
      run([task('T1', { reason: 'agent says so' }), task('T2', idle)], {
        decisions: [decision('D1', 'T1')],
      }),
    ),
  ).toEqual([]);
});

it('the first picture says how the run stands and what is under way', () => {
  const picture = run([
    task('T1', { state: 'accepted', since: at(60) }),
    task('T2', { since: at(61) }),
    task('T3', { ...idle, blockedBy: [taskId('T2')] }),
  ]);
  expect(changeLines(undefined, picture)).toEqual([
    '12:01:00 T1 accepted attempt 1',
    '12:01:01 T2 running attempt 1 (rehearsal)',
    '12:01:01 001-parts running, 1 of 3 tasks accepted',
  ]);
});

it('another attempt is a change although the state is the same', () => {
  const after = run([task('T1', { attempt: 2, since: at(5) })]);
  expect(changeLines(run([task('T1')]), after)).toEqual(['12:00:05 T1 running attempt 2 (rehearsal)']);
});

it('a failure says why, on one line whatever the reason contains', () => {
  const after = run([
    task('T1', {
      state: 'failed',
      attempt: 3,
      since: at(9),
      reason: 'tests failed:\n\u001B[31m2 of 9\u001B[0m',
    }),
  ]);
  expect(changeLines(run([task('T1')]), after)).toEqual(['12:00:09 T1 failed attempt 3: tests failed: 2 of 9']);
});

it('a task that became ready shows when its last need was met, not when it began to wait', () => {
  const needs = [taskId('T1')];
  const before = run([task('T1'), task('T2', { ...idle, needs, blockedBy: needs })]);
  const after = run([task('T1', { state: 'accepted', since: at(40) }), task('T2', { ...idle, state: 'ready', needs })]);
  expect(changeLines(before, after)).toEqual(['12:00:40 T1 accepted attempt 1', '12:00:40 T2 ready']);
});

it('a decision says what is asked and the command that answers it', () => {
  const before = run([task('T1')]);
  const after = run([task('T1')], { decisions: [decision('D1', 'T1')] });
  expect(changeLines(before, after)).toEqual([
    '12:00:30 T1 needs you: The review has rejected T1 three times. What now? Answer: iter decide D1 --option retry|skip',
  ]);
});

it('a settled decision is said once', () => {
  const before = run([task('T1')], { decisions: [decision('D1', 'T1')] });
  expect(changeLines(before, run([task('T1', { since: at(50) })]))).toEqual(['12:00:50 T1 no longer waits for D1']);
});

it('the end of the run comes last, with the verdict', () => {
  const before = run([task('T1')]);
  const after = run([task('T1', { state: 'accepted', since: at(70) })], {
    status: 'ready-to-merge',
    decision: 'GO',
  });
  expect(changeLines(before, after)).toEqual([
    '12:01:10 T1 accepted attempt 1',
    '12:01:10 001-parts ready-to-merge, 1 of 1 tasks accepted',
    '12:01:10 001-parts validated: GO',
  ]);
});

it('changes come in the order in which they happened', () => {
  const before = run([task('T1'), task('T2')]);
  const after = run([task('T1', { state: 'checking', since: at(8) }), task('T2', { state: 'checking', since: at(7) })]);
  expect(changeLines(before, after)).toEqual(['12:00:07 T2 checking attempt 1', '12:00:08 T1 checking attempt 1']);
});

it('tasks that a person adds to the plan or takes out of it are said', () => {
  const after = run([task('T2', { ...idle, since: '1970-01-01T00:00:00.000Z' })], {
    started: at(3),
  });
  expect(changeLines(run([task('T1')]), after)).toEqual(['--:--:-- T2 waiting', '12:00:03 T1 is no longer in the plan']);
});

it('an unreadable time is shown as unknown', () => {
  expect(changeLines(run([]), run([task('T1', { since: 'yesterday' })]))).toEqual(['--:--:-- T1 running attempt 1 (rehearsal)']);
});
