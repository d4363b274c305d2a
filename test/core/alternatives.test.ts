/** Alternatives, picks and what is done at the end, through `decide` and `reduce`. */
import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../src/core/event.ts';
import { commitId, taskId } from '../../src/core/ids.ts';
import { isUnpicked, landable } from '../../src/core/merge-plan.ts';
import { settledAt } from '../../src/core/state.ts';
import { accepted, actions, after, answered, asked, ended, failed, plan, running } from '../rig/story.ts';

const WAYS = plan(
  'T1 build, alternative a',
  'T2 build, alternative b',
  'T3 audit < T1 T2, sends back to build at most 3',
  'T4 choose < T3 T1 T2, picks T1 T2',
  'T5 doc < T4',
);

const picked: NewEvent = {
  type: 'alternative-picked',
  task: taskId('T4'),
  attempt: 1,
  winner: taskId('T2'),
  losers: [taskId('T1')],
  commit: commitId('merged'),
  reason: 'it is shorter',
};

const phases = (...told: Parameters<typeof after>[1][]): string[] =>
  Object.values(after(WAYS, ...told).tasks).map((task) => task.phase.name);

describe('alternatives', () => {
  it('are picked from once all of them are through and what else the pick needs is accepted', () => {
    expect(actions(WAYS, [accepted('T1'), accepted('T2')])).toEqual(['start T3 #1']);
    expect(actions(WAYS, [accepted('T1'), accepted('T2'), accepted('T3')])).toEqual(['pick T4']);
  });

  it('hold nobody up when one failed and another made it; all of them failed is the end', () => {
    expect(actions(WAYS, [failed('T1'), accepted('T2')])).toEqual(['start T3 #1']);
    expect(actions(WAYS, [failed('T1'), failed('T2')])).toEqual([]);
    expect(actions(WAYS, [failed('T1')])).toEqual(['start T2 #1']);
  });

  it('that are passed over count as over, contribute what they started from, and do not land', () => {
    const state = after(WAYS, accepted('T1'), accepted('T2'), accepted('T3'), picked);
    expect(phases(accepted('T1'), accepted('T2'), accepted('T3'), picked)).toEqual([
      'superseded',
      'accepted',
      'accepted',
      'accepted',
      'waiting',
    ]);
    expect(settledAt(state.tasks['T1'])).toBe('T1-base');
    expect(settledAt(state.tasks['T4'])).toBe('merged');
    expect(landable(WAYS, state)).toEqual({ ready: ['T1', 'T2', 'T3', 'T4'], open: ['T5'] });
  });

  it('may not land before one is taken', () => {
    const before = after(WAYS, accepted('T1'), accepted('T2'));
    expect([isUnpicked(WAYS, before, taskId('T1')), isUnpicked(WAYS, before, taskId('T3'))]).toEqual([true, false]);
    expect(landable(WAYS, before).ready).toEqual([]);
  });

  it('that failed are passed over, too', () => {
    expect(phases(failed('T1'), accepted('T2'), accepted('T3'), picked)).toEqual([
      'superseded',
      'accepted',
      'accepted',
      'accepted',
      'waiting',
    ]);
  });

  it('are what they were when the pick is taken back', () => {
    const round = [accepted('T1'), accepted('T2'), accepted('T3'), picked];
    const conflict: NewEvent = {
      type: 'merge-conflicted',
      task: taskId('T2'),
      attempt: 1,
      onto: commitId('onto'),
      archive: 'refs/iter/archive/x',
      paths: ['a.txt'],
      reset: [taskId('T2'), taskId('T3'), taskId('T4'), taskId('T5')],
    };
    expect(phases(...round, conflict)).toEqual(['accepted', 'rejected', 'waiting', 'waiting', 'waiting']);
    expect(after(WAYS, ...round, conflict).tasks['T4']?.picked).toBeUndefined();
    expect(phases(failed('T1'), accepted('T2'), accepted('T3'), picked, conflict)[0]).toBe('failed');
  });

  it('are picked by a person whose word is kept until it is carried out', () => {
    const question: NewEvent = { ...(asked('T4', 'T4-pick-1', 'escalation') as NewEvent & { type: 'decision-requested' }), kind: 'pick' };
    const state = after(WAYS, accepted('T1'), accepted('T2'), accepted('T3'), question, answered('T4-pick-1', 'b'));
    expect(state.tasks['T4']).toMatchObject({ phase: { name: 'waiting' }, choice: { option: 'b' } });
    expect(actions(WAYS, [accepted('T1'), accepted('T2'), accepted('T3'), question, answered('T4-pick-1', 'b')])).toEqual(['pick T4']);
    expect(
      after(WAYS, accepted('T1'), accepted('T2'), accepted('T3'), question, answered('T4-pick-1', 'b'), picked).tasks['T4']?.choice,
    ).toBeUndefined();
  });
});

describe('what is done at the end', () => {
  const LAST = plan('T1 build', 'T2 review < T1', 'T3 doc < T2', 'T4 sweep < T1 T2 T3, at the end');

  it('waits for everything that can still go on', () => {
    expect(actions(LAST, [accepted('T1')])).toEqual(['start T2 #1']);
    expect(actions(LAST, [accepted('T1'), running('T2')], { busy: new Set([taskId('T2')]) })).toEqual([]);
    expect(actions(LAST, [accepted('T1'), running('T2'), ended('T2')], { busy: new Set([taskId('T2')]) })).toEqual([]);
  });

  it('is done when all is accepted, and also when one failed and the rest waits for it', () => {
    expect(actions(LAST, [accepted('T1'), accepted('T2'), accepted('T3')])).toEqual(['start T4 #1']);
    expect(actions(LAST, [accepted('T1'), failed('T2')])).toEqual(['start T4 #1']);
  });

  it('is not done while a person is asked', () => {
    expect(actions(LAST, [accepted('T1'), running('T2'), asked('T2', 'q')])).toEqual([]);
  });
});
