import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../src/core/event.ts';
import { taskId } from '../../src/core/ids.ts';
import type { Plan } from '../../src/core/plan.ts';
import { snapshot } from '../../src/core/snapshot.ts';
import {
  accepted,
  after,
  answered,
  asked,
  checked,
  claimed,
  ended,
  finding,
  headOf,
  landed,
  landing,
  plan,
  prepared,
  rejected,
  running,
  secondsAfterNoon,
} from '../rig/story.ts';
import type { Told } from '../rig/story.ts';

const PAIR = plan('T1 build', 'T2 review < T1, sends back to build at most 3');
const launch: NewEvent = { type: 'launch-started', pid: 7, host: 'here', maxParallel: 2 };
const over = (outcome: 'waiting' | 'failed' | 'stopped' | 'done'): NewEvent => ({ type: 'launch-ended', outcome });
const failed: NewEvent = { type: 'task-failed', task: taskId('T1'), attempt: 1, reason: 'used up' };
/** The picture while a launch holds the iteration, or not. */
const see = (of: Plan, running: boolean, ...parts: readonly Told[]) =>
  snapshot(of, after(of, ...parts), { directory: '/it/001-story', running });

/** Each task like `T1 running (In Progress): agent says Completed`. */
function lines(of: Plan, ...parts: readonly Told[]): string[] {
  return see(of, true, ...parts).tasks.map(
    (task) => `${task.id} ${task.state} (${task.word})${task.reason === undefined ? '' : `: ${task.reason}`}`,
  );
}

describe('the state of a task', () => {
  it.each<[string, readonly Told[], readonly string[]]>([
    ['at first', [], ['T1 ready (Not Started)', 'T2 waiting (Not Started)']],
    ['when what it needs is accepted', [accepted('T1')], ['T1 accepted (Completed)', 'T2 ready (Not Started)']],
    ['while its agent is started', [prepared('T1')], ['T1 starting (In Progress)', 'T2 waiting (Not Started)']],
    ['while its work is judged', [running('T1'), ended('T1')], ['T1 checking (In Progress)', 'T2 waiting (Not Started)']],
    ['when it has been judged', [checked('T1')], ['T1 checking (In Progress)', 'T2 waiting (Not Started)']],
    [
      'when a person is asked',
      [running('T1'), ended('T1', 1, 'killed'), asked('T1', 'Q1')],
      ['T1 awaiting-human (Blocked)', 'T2 waiting (Not Started)'],
    ],
    ['when it has landed', [accepted('T1'), landing(), landed('T1')], ['T1 merged (Completed)', 'T2 ready (Not Started)']],
  ])('%s', (_when, parts, expected) => {
    expect(lines(PAIR, ...parts)).toEqual(expected);
  });

  it.each<[string, readonly Told[], string]>([
    ['what its agent says', [running('T1'), claimed('T1', 'Completed', 'agent')], 'T1 running (In Progress): agent says Completed'],
    [
      'that it is blocked, and why',
      [running('T1'), claimed('T1', 'Blocked', 'agent', 'no key')],
      'T1 blocked (Blocked): agent says Blocked: no key',
    ],
    ['why it has failed', [checked('T1'), failed], 'T1 failed (Failed): used up'],
    [
      'why it was sent back',
      [accepted('T1'), rejected('T2', 1, { goto: 'T1', reset: 'T1 T2' }, 'must F1', 'should F2')],
      'T1 rejected (In Progress): MUST F1: F1 is open; SHOULD F2: F2 is open',
    ],
    [
      'that time ran out',
      [running('T1'), ended('T1', 1, 'timeout', 'no end within 60 s')],
      'T1 checking (In Progress): no end within 60 s',
    ],
    ['how it was ended', [running('T1'), ended('T1', 1, 'killed')], 'T1 checking (In Progress): the agent was ended: killed'],
    ['what it was accepted with', [accepted('T1', 1, { warns: ['a', 'b'] })], 'T1 accepted (Completed): a: a is wrong; b: b is wrong'],
  ])('%s', (_what, parts, line) => {
    expect(lines(PAIR, ...parts)[0]).toBe(line);
  });
});

describe('the row of a task', () => {
  it('has what the plan and the log know', () => {
    expect(see(PAIR, true, accepted('T1', 2)).tasks[0]).toEqual({
      id: 'T1',
      step: 'build',
      title: 'Do T1',
      role: 'builder',
      agent: 'rehearsal',
      branch: 'refs/heads/iter/001-story/t1',
      needs: [],
      state: 'accepted',
      word: 'Completed',
      attempt: 2,
      since: secondsAfterNoon(5),
      blockedBy: [],
      used: {},
      worktree: '/trees/T1',
      commit: headOf('T1', 2),
      log: '/it/001-story/.run/logs/T1-2.log',
    });
  });

  it('says what it still waits for', () => {
    const wide = plan('T1 build', 'T2 build', 'T3 review < T1 T2');
    expect(see(wide, true, accepted('T1')).tasks[2]).toMatchObject({ needs: ['T1', 'T2'], blockedBy: ['T2'] });
  });

  it('that the log does not know waits since ever', () => {
    const known = after(plan('T1 build'));
    expect(snapshot(PAIR, known, { directory: '/it', running: true }).tasks[1]).toMatchObject({
      state: 'waiting',
      word: 'Not Started',
      attempt: 0,
      since: '1970-01-01T00:00:00.000Z',
      blockedBy: ['T1'],
    });
  });
});

describe('the state of the run', () => {
  const question = [running('T1'), ended('T1', 1, 'killed'), asked('T1', 'Q1')];

  it.each<[string, 'held' | 'free', readonly Told[]]>([
    ['planning', 'free', []],
    ['running', 'held', [launch]],
    ['running', 'held', [launch, ...question]],
    ['running', 'held', [launch, checked('T1'), failed]],
    ['paused', 'free', [launch, over('stopped')]],
    ['paused', 'free', [launch, running('T1')]],
    ['waiting-for-person', 'free', [launch, ...question, over('waiting')]],
    ['paused', 'free', [launch, ...question, over('waiting'), answered('Q1', 'done')]],
    ['failed', 'free', [launch, checked('T1'), failed, over('failed')]],
    ['ready-to-merge', 'free', [launch, accepted('T1'), accepted('T2'), over('done')]],
    ['ready-to-merge', 'free', [accepted('T1'), landing(), landed('T1'), accepted('T2')]],
    ['paused', 'free', [launch, accepted('T1'), over('stopped'), landing(), landed('T1')]],
    ['merged', 'free', [accepted('T1'), accepted('T2'), landing(), landed('T1', 'T2')]],
  ])('%s, while the iteration is %s', (status, hold, parts) => {
    expect(see(PAIR, hold === 'held', ...parts).status).toBe(status);
  });

  it('a task the log calls running, but nobody runs, was cut off', () => {
    const reasons = (running: boolean, ...parts: readonly Told[]) => see(PAIR, running, ...parts).tasks[0]?.reason;
    for (const parts of [[prepared('T1')], [running('T1')], [checked('T1')]]) {
      expect(reasons(false, ...parts)).toContain('iter launch goes on with it');
      expect(reasons(true, ...parts)).toBeUndefined();
    }
    expect(reasons(false)).toBeUndefined();
    expect(reasons(false, accepted('T1'))).toBeUndefined();
  });

  it('comes with the first launch, the last decision and the open questions', () => {
    const validation = {
      type: 'validation-finished',
      decision: 'GO',
      tree: 'tree' as never,
      criteriaHash: 'h',
      passed: 1,
      failed: 0,
    } as const;
    const picture = see(PAIR, true, launch, ...question, validation);
    expect(picture).toMatchObject({ iteration: '001-story', target: 'refs/heads/main', started: secondsAfterNoon(1), decision: 'GO' });
    expect(picture.decisions.map((open) => open.id)).toEqual(['Q1']);
    expect(see(PAIR, false)).not.toHaveProperty('started');
    expect(see(PAIR, false)).not.toHaveProperty('decision');
  });

  it('findings are not a reason of their own', () => {
    expect(lines(PAIR, checked('T1', 1, { findings: [finding('must F1')] }))[0]).toBe('T1 checking (In Progress)');
  });
});
