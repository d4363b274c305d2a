import { describe, expect, it } from 'vitest';
import { accountText, accountsOf, questionId, sum, tokensOf, usedUp } from '../../src/core/budget.ts';
import { decide } from '../../src/core/decide.ts';
import type { NewEvent } from '../../src/core/event.ts';
import { taskId } from '../../src/core/ids.ts';
import type { Plan, PlannedTask } from '../../src/core/plan.ts';
import { fold } from '../../src/core/reduce.ts';
import { plan as storyOf } from '../rig/story.ts';

const T1 = taskId('T1');
const T2 = taskId('T2');
const NOW = '2026-01-01T12:00:00.000Z';
const minutes = (count: number): string => new Date(Date.parse(NOW) + count * 60_000).toISOString();

function taskNamed(id: string, changes: Partial<PlannedTask> = {}): PlannedTask {
  const [task] = storyOf(`${id} build`).tasks;
  if (task === undefined) throw new Error('no task');
  return { ...task, ...changes };
}

const planOf = (tasks: readonly PlannedTask[], changes: Partial<Plan> = {}): Plan => ({ ...storyOf(), ...changes, tasks });

function stateAfter(plan: Plan, ...events: readonly (NewEvent & { readonly at?: string })[]) {
  const created: NewEvent = { type: 'iteration-created', iteration: plan.iteration, workflow: 'w', tasks: plan.tasks.map(({ id }) => id) };
  return fold([created, ...events].map((event) => ({ at: NOW, ...event })));
}

const used = (task: typeof T1, tokens: number, usd?: number, started = NOW): NewEvent => ({
  type: 'usage-reported',
  task,
  attempt: 1,
  started,
  usage: { inputTokens: tokens, outputTokens: 0, ...(usd === undefined ? {} : { usd }) },
});

const asked = (plan: Plan, state: ReturnType<typeof stateAfter>, now = NOW) =>
  decide(plan, state, { maxParallel: 4, busy: new Set(), now });

describe('what counts', () => {
  it('is what was read and written anew, not what the provider still knew', () => {
    expect(tokensOf({ inputTokens: 100, cachedTokens: 90, outputTokens: 5 })).toBe(15);
  });

  it('is the last figure of each start, over all starts', () => {
    const plan = planOf([taskNamed('T1')], { budget: { tokens: 1000 } });
    const state = stateAfter(plan, used(T1, 100), used(T1, 300), used(T1, 50, 0.25, minutes(5)));
    expect(sum(Object.values(state.tasks['T1']?.usage ?? {}))).toEqual({ tokens: 350, usd: 0.25 });
  });

  it('is nothing where nobody told of anything', () => expect(sum([])).toEqual({}));
});

describe('a budget that is used up', () => {
  const two = (budget: Plan['budget'], extra = {}): Plan =>
    planOf([taskNamed('T1', extra), taskNamed('T2')], budget === undefined ? {} : { budget });

  it('keeps everything from starting and asks once, at the limit and not below it', () => {
    const plan = two({ usd: 5 });
    expect(asked(plan, stateAfter(plan, used(T1, 1, 4.99))).map((action) => action.do)).toEqual(['start', 'start']);
    const actions = asked(plan, stateAfter(plan, used(T1, 1, 5)));
    expect(actions).toMatchObject([
      { do: 'ask', kind: 'budget', id: 'budget-run-usd-1', task: 'T1', about: 'run-usd', options: [{ id: 'more' }, { id: 'end' }] },
    ]);
    expect(actions).toMatchObject([{ question: expect.stringContaining('5 of 5 USD') as string }]);
  });

  const question = (plan: Plan): NewEvent => {
    const [action] = asked(plan, stateAfter(plan, used(T1, 100, 5)));
    if (action?.do !== 'ask') throw new Error('nothing was asked');
    const { id, kind, task, question: text, options, about = '' } = action;
    return { type: 'decision-requested', id, kind, task, question: text, options, beside: true, about };
  };
  const answer = (option: string): NewEvent => ({ type: 'decision-made', id: 'budget-run-usd-1', option, by: 'ada' });

  it('asks no second time while the question is open, and no task leaves its state for it', () => {
    const plan = two({ usd: 5 });
    const state = stateAfter(plan, used(T1, 100, 5), question(plan));
    expect(asked(plan, state)).toEqual([]);
    expect([state.tasks['T1']?.phase.name, state.decisions.length]).toEqual(['waiting', 1]);
  });

  it('is given once more by "more", and asks again at the end of that', () => {
    const plan = two({ usd: 5 });
    const more = stateAfter(plan, used(T1, 100, 5), question(plan), answer('more'));
    expect(accountsOf(plan, more, NOW)).toMatchObject([{ limit: 10, step: 5, used: 5 }]);
    expect(asked(plan, more).map((action) => action.do)).toEqual(['start', 'start']);
    const again = stateAfter(plan, used(T1, 100, 5), question(plan), answer('more'), used(T1, 100, 10));
    expect(asked(plan, again)).toMatchObject([{ do: 'ask', id: 'budget-run-usd-2' }]);
  });

  it('gives up what waits for it by "end"', () => {
    const plan = two({ usd: 5 });
    const ended = stateAfter(plan, used(T1, 100, 5), question(plan), answer('end'));
    expect(asked(plan, ended)).toMatchObject([
      { do: 'fail', task: 'T1', reason: expect.stringContaining('ada wants nothing more started') as string },
      { do: 'fail', task: 'T2' },
    ]);
  });

  it('of one task or role holds up nobody else', () => {
    const own = two(undefined, { budget: { tokens: 100 } });
    expect(asked(own, stateAfter(own, used(T1, 100)))).toMatchObject([
      { do: 'ask', id: 'budget-task-T1-tokens-1' },
      { do: 'start', task: 'T2' },
    ]);
    const roles = two({ roles: { reviewer: { tokens: 100 } } }, { role: 'reviewer' });
    expect(asked(roles, stateAfter(roles, used(T1, 100)))).toMatchObject([
      { do: 'ask', id: 'budget-role-reviewer-tokens-1', task: 'T1' },
      { do: 'start', task: 'T2' },
    ]);
  });

  it('does not keep people and commands from starting, except when the time is over', () => {
    const plan = planOf([taskNamed('T1', { role: 'run' }), taskNamed('T2')], { budget: { tokens: 100, wall: 60_000 } });
    expect(asked(plan, stateAfter(plan, used(T2, 100))).map((action) => `${action.do} ${action.task}`)).toEqual(['start T1', 'ask T2']);
    const late = stateAfter(plan, { type: 'launch-started', pid: 1, host: 'h', maxParallel: 1 });
    expect(asked(plan, late, minutes(1))).toMatchObject([{ do: 'ask', id: 'budget-run-wall-1', task: 'T1' }]);
  });

  it('is only said where the workflow wants no more than that', () => {
    const plan = two({ usd: 5, onExceed: 'warn' });
    expect(asked(plan, stateAfter(plan, used(T1, 1, 6))).map((action) => action.do)).toEqual(['start', 'start']);
  });
});

describe('the budget of time', () => {
  const launch = (at: string): NewEvent & { at: string } => ({ type: 'launch-started', pid: 1, host: 'h', maxParallel: 1, at });
  const end = (at: string): NewEvent & { at: string } => ({ type: 'launch-ended', outcome: 'waiting', at });

  it('runs while a launch is at work and not in between', () => {
    const plan = planOf([taskNamed('T1')], { budget: { wall: 600_000 } });
    const state = stateAfter(plan, launch(minutes(0)), end(minutes(3)), launch(minutes(100)));
    expect(accountsOf(plan, state, minutes(104)).map(({ used: spent }) => spent)).toEqual([7 * 60_000]);
    expect(accountsOf(plan, state, minutes(104)).map(accountText)).toEqual(['7 of 10 minutes']);
  });

  it('counts a launch that was killed up to the last that is known of it', () => {
    const plan = planOf([taskNamed('T1')], { budget: { wall: 600_000 } });
    const failed = { type: 'task-failed', task: T1, attempt: 0, reason: 'r', at: minutes(2) } as const;
    const state = stateAfter(plan, launch(minutes(0)), failed, launch(minutes(50)), end(minutes(51)));
    expect(state.worked).toBe(3 * 60_000);
  });
});

it('a warning counts for the time a budget was given, and a question gets a new number each time', () => {
  const plan = planOf([taskNamed('T1')], { budget: { tokens: 100 } });
  const state = stateAfter(plan, { type: 'budget-warned', account: 'run-tokens', used: 80, limit: 100 });
  expect(state.budgets).toEqual({ 'run-tokens': { times: 0, warned: 1 } });
  const [account] = accountsOf(plan, state, NOW);
  if (account === undefined) throw new Error('no account');
  expect([questionId(account, state), usedUp([account], plan, taskNamed('T1'))]).toEqual(['budget-run-tokens-1', undefined]);
});
