import { expect, it } from 'vitest';
import { addressed, waitingText } from '../../src/core/escalation.ts';
import type { Plan } from '../../src/core/plan.ts';
import { actions, claimed, ended, judged, plan, running, secondsAfterNoon } from '../rig/story.ts';

const LEAD = { to: 'tech lead', triageWithin: 600_000 };

it('a question that goes to a person names who the workflow says should hear it', () => {
  const told = [running('T1'), claimed('T1', 'Blocked', 'agent', 'which one?'), ended('T1'), judged('T1', 1, { fails: ['tests'] })];
  const own = plan('T1 build');
  const asks = (of: Plan): string[] => actions(of, told).map((action) => action.slice(action.indexOf(': ') + 2));
  expect([asks(own), asks({ ...own, escalation: LEAD })]).toEqual([
    ['T1 is blocked: which one?'],
    ['tech lead: T1 is blocked: which one?'],
  ]);
});

it('says how long an answer may take, and when it is overdue; nothing where no time is set', () => {
  expect(waitingText(LEAD, secondsAfterNoon(0), secondsAfterNoon(600))).toBe('to be looked at within 10m: 0ms left');
  expect(waitingText(LEAD, secondsAfterNoon(0), secondsAfterNoon(601))).toBe('to be looked at within 10m: overdue by 1s');
  expect(waitingText({ to: 'x' }, secondsAfterNoon(0), secondsAfterNoon(601))).toBeUndefined();
  expect(addressed(undefined, 'Why?')).toBe('Why?');
});
