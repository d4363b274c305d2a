import { describe, expect, it } from 'vitest';
import { type AttemptEnd, type RetryCause, causeOf } from '../../src/core/retry.ts';
import { actions, judged, plan, running, ended, sentBack } from '../rig/story.ts';

describe('the end of an attempt that did not pass', () => {
  it.each<[RetryCause, AttemptEnd | undefined, boolean]>([
    ['crash', { outcome: 'not-started' }, true],
    ['crash', { outcome: 'exited', signal: 'SIGSEGV' }, true],
    ['crash', { outcome: 'exited', exit: 3 }, false],
    ['crash', { outcome: 'exited', exit: 0, verdict: 'error' }, true],
    ['crash', { outcome: 'exited', exit: 0, verdict: 'unfinished' }, false],
    ['timeout', { outcome: 'timeout', verdict: 'timeout' }, true],
    ['timeout', { outcome: 'exited', exit: 53, verdict: 'limit' }, true],
    ['missing-deliverable', { outcome: 'exited', exit: 0, verdict: 'ok' }, true],
    ['invalid-output', { outcome: 'exited', exit: 0, verdict: 'ok' }, false],
    ['invalid-output', undefined, false],
    // a person had it stopped and then judged as it stands
    ['invalid-output', { outcome: 'killed' }, false],
  ])('is %s after %j, a file missing: %j', (cause, end, missing) => {
    expect(causeOf(end, missing)).toBe(cause);
  });
});

describe('another try', () => {
  const only = (...retryOn: readonly RetryCause[]) => {
    const of = plan('T1 build, retries 2');
    return { ...of, tasks: of.tasks.map((task) => ({ ...task, retryOn })) };
  };
  const ending = (cause?: RetryCause) => [
    running('T1'),
    ended('T1'),
    { ...judged('T1', 1, { fails: ['T1.tests', 'T1.notes'] }), ...(cause === undefined ? {} : { cause }) },
  ];

  it('comes only after the ends the step names', () => {
    expect(actions(only('crash', 'timeout'), ending('timeout'))).toEqual(['send back T1: T1.tests T1.notes']);
    expect(actions(only('crash', 'timeout'), ending('invalid-output'))).toEqual([
      'fail T1: it ended with invalid output, and the workflow has another try only after crash, timeout; failing: T1.tests: T1.tests is wrong and 1 more',
    ]);
  });

  it('comes after any end where the step names none, or an older log does not say', () => {
    expect(actions(plan('T1 build, retries 2'), ending('invalid-output'))).toEqual(['send back T1: T1.tests T1.notes']);
    expect(actions(only('crash'), ending())).toEqual(['send back T1: T1.tests T1.notes']);
  });

  it('is one of those there are: none is left after the last', () => {
    const spent = [
      ...ending('crash'),
      sentBack('T1', 1),
      running('T1', 2),
      ended('T1', 2),
      { ...judged('T1', 2, { fails: ['a'] }), cause: 'crash' as const },
    ];
    const one = only('crash');
    expect(actions({ ...one, tasks: one.tasks.map((task) => ({ ...task, retries: 1 })) }, spent)).toEqual([
      'fail T1: 2 attempts used up; still failing: a: a is wrong',
    ]);
  });
});
