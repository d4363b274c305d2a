import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../src/core/event.ts';
import { taskId } from '../../src/core/ids.ts';
import { BLOCKER_SEVERITIES, TRIAGE_WITHIN, blockerLevel, escalationOf, isAsBad, openBlockers } from '../../src/core/open-blockers.ts';
import { snapshot } from '../../src/core/snapshot.ts';
import { wordOf } from '../../src/core/words.ts';
import { accepted, actions, after, checked, plan, prepared, running, secondsAfterNoon } from '../rig/story.ts';

const of = plan('T1 build', 'T2 review < T1');
type Raised = Extract<NewEvent, { type: 'blocker-raised' }>;
const raised = (over: Partial<Raised> = {}): Raised => ({
  type: 'blocker-raised',
  id: 'm-1',
  task: taskId('T1'),
  severity: 'medium',
  kind: 'Technical',
  text: 'no schema',
  needed: 'a schema',
  escalate: false,
  by: 'builder-T1',
  ...over,
});
const cleared: NewEvent = { type: 'blocker-resolved', id: 'm-1', task: taskId('T1'), by: 'ada', how: 'use v2' };
const question: NewEvent = {
  type: 'decision-requested',
  id: 'T1-blocker-m-1',
  kind: 'escalation',
  task: taskId('T1'),
  question: 'blocked',
  options: [],
  beside: true,
  about: 'm-1',
};
const kept: NewEvent = { type: 'decision-made', id: 'T1-blocker-m-1', option: 'keep', by: 'ada' };
const failing = checked('T1', 1, { fails: ['tests'] });

describe('a task with an open blocker', () => {
  it('does not start, and starts when somebody has said how it was cleared', () => {
    expect(actions(of, [])).toEqual(['start T1 #1']);
    expect(actions(of, [raised()])).toEqual([]);
    expect(actions(of, [raised(), cleared])).toEqual(['start T1 #1']);
  });

  it('starts when a person lets it go on, and the blocker stays open', () => {
    const story = [raised(), question, kept];
    expect(actions(of, story)).toEqual(['start T1 #1']);
    expect(openBlockers(after(of, ...story)).map((one) => one.id)).toEqual(['m-1']);
  });

  it('goes on while it runs, is shown as blocked, and is accepted when its checks pass', () => {
    const story = [prepared('T1'), running('T1'), raised()];
    const state = after(of, ...story, question);
    expect(state.tasks['T1']?.phase.name).toBe('running');
    expect(wordOf(state, taskId('T1'))).toBe('Blocked');
    const [view] = snapshot(of, state, { directory: '/i', running: true }).tasks;
    expect(view).toMatchObject({ state: 'blocked', word: 'Blocked', reason: 'medium: no schema' });
    expect(actions(of, [...story, accepted('T1')])).toEqual(['start T2 #1']);
  });

  it('is not sent round again by its failed checks before there is an answer; then it hears it and has all its tries', () => {
    expect(actions(of, [failing])).not.toEqual([]);
    const waits = [failing, raised()];
    expect(actions(of, waits)).toEqual([]);
    const state = after(of, ...waits, question, cleared);
    expect(state.decisions).toEqual([]);
    expect(state.tasks['T1']).toMatchObject({ phase: { name: 'rejected' }, tries: 0, feedback: 'no schema\nada: use v2' });
    expect(actions(of, [...waits, question, cleared])).toEqual(['start T1 #2']);
  });
});

describe('a question asked while work goes on', () => {
  it('survives that its task starts over, and is on record as asked for ever', () => {
    const reset: NewEvent = { type: 'task-reset', goto: [taskId('T1')], reset: [taskId('T1')], by: 'ada' };
    expect(after(of, raised(), question, reset).decisions.map((one) => one.id)).toEqual(['T1-blocker-m-1']);
    const state = after(of, raised(), question, cleared);
    expect([state.decisions, state.asked]).toEqual([[], ['T1-blocker-m-1']]);
  });

  it('a blocker raised twice under one id is one, and one cleared stays cleared', () => {
    expect(openBlockers(after(of, raised(), raised({ text: 'other' }))).map((one) => one.text)).toEqual(['no schema']);
    expect(openBlockers(after(of, raised(), cleared, raised()))).toEqual([]);
  });
});

describe('when a person hears of a blocker', () => {
  const during = (over: Partial<Raised>, waited: number): string | undefined => {
    const state = after(of, prepared('T1'), running('T1'), raised(over));
    const [blocker] = openBlockers(state);
    if (blocker === undefined) throw new Error('no blocker');
    const now = new Date(Date.parse(blocker.since) + waited).toISOString();
    return escalationOf(state, blocker, { now, within: TRIAGE_WITHIN });
  };

  it('at once when it asks for a person or is critical, else when the time to look at it is over', () => {
    expect([
      during({ escalate: true }, 0),
      during({ severity: 'critical' }, 0),
      during({ severity: 'high' }, TRIAGE_WITHIN - 1),
      during({ severity: 'high' }, TRIAGE_WITHIN),
    ]).toEqual(['it asks for a person', 'it is critical', undefined, 'nobody has looked at it in time']);
  });

  it('at once when its task stands still because of it', () => {
    const state = after(of, raised());
    const [blocker] = openBlockers(state);
    expect(blocker && escalationOf(state, blocker, { now: secondsAfterNoon(0), within: TRIAGE_WITHIN })).toBe(
      'its task cannot go on without an answer',
    );
  });
});

it('critical and high blockers stop a landing, the others are debts', () => {
  expect(BLOCKER_SEVERITIES.map(blockerLevel)).toEqual(['must', 'must', 'should', 'should']);
  expect([isAsBad('critical', 'high'), isAsBad('high', 'high'), isAsBad('medium', 'high')]).toEqual([true, true, false]);
});
