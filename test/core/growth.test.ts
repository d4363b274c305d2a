import { describe, expect, it } from 'vitest';
import type { NewEvent } from '../../src/core/event.ts';
import { grow, MOST_PARTS, nextNumber } from '../../src/core/growth.ts';
import { commitId, taskId } from '../../src/core/ids.ts';
import { type Plan, type PlannedTask, taskOf, withParts } from '../../src/core/plan.ts';
import type { Step, Workflow } from '../../src/core/workflow.ts';
import { accepted, actions, after, plan, rejected } from '../rig/story.ts';

const step = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  title: `${id}: {{ target }}`,
  role: 'builder',
  deliverables: [],
  checks: [{ level: 'must', criterion: { check: 'commits', min: 1 } }],
  retries: 1,
  timeout: 60_000,
  permission: 'edit',
  estimate: 30,
  points: 1,
  ...more,
});

const targets: NonNullable<Step['targets']> = {
  from: { is: 'output', step: 'plan', field: 'parts' },
  strategy: 'one-each',
  onHigh: 'split',
};
const workflow: Workflow = {
  version: 1,
  name: 'grows',
  description: '',
  triggers: [],
  inputs: {},
  environments: {},
  concurrency: 3,
  steps: [
    step('plan'),
    step('build', { targets, when: "env == 'dev'" }),
    step('check', { targets: { ...targets, from: { is: 'step', step: 'build' } }, join: 'each' }),
  ],
  checks: [],
  merge: { strategy: 'linear' },
};

const base = plan('T1 plan', 'T2 build < T1', 'T3 check < T2', 'T4 doc < T3');
const wholes: Plan = {
  ...base,
  tasks: base.tasks.map((task) =>
    task.step === 'build' || task.step === 'check' ? { ...task, expands: { step: 'plan', field: 'parts' } } : task,
  ),
};

const grown = (parent: string, items: readonly string[], of: Plan = wholes, known: readonly PlannedTask[] = []) =>
  grow({
    workflow,
    roles: {},
    iteration: '001-story',
    slug: 'story',
    inputs: {},
    agent: 'rehearsal',
    environment: 'dev',
    plan: of,
    parent: taskOf(of, taskId(parent)),
    items,
    known,
    first: nextNumber([...of.tasks, ...known].map((task) => task.id)),
  });

const lines = (tasks: readonly PlannedTask[]): string[] =>
  tasks.map((task) => `${task.id} ${task.title} < ${task.needs.join(' ')}, part of ${task.parent ?? '-'}`);

describe('parts of a list', () => {
  it('that are known already have the same checks and prompts: whoever named them may have been ended before writing those down', () => {
    const first = grown('T2', ['tax', 'cart']);
    const again = grown('T2', ['tax', 'cart'], wholes, first.tasks);
    expect(again.fresh).toEqual([]);
    expect([...new Set(first.checks.map((check) => check.task))]).toEqual(first.tasks.map((task) => task.id));
    expect([again.checks, again.prompts]).toEqual([first.checks, first.prompts]);
  });

  it('are tasks with numbers of their own, checks, and what the whole needs', () => {
    const { tasks, fresh, checks, problems } = grown('T2', ['tax', 'cart', 'tax']);
    expect(problems).toEqual([]);
    expect(lines(tasks)).toEqual(['T5 build: tax < T1, part of T2', 'T6 build: cart < T1, part of T2']);
    expect(fresh).toEqual(['T5', 'T6']);
    expect(checks.map((check) => check.id)).toEqual(['T5.commits', 'T5.protected', 'T6.commits', 'T6.protected']);
    expect(tasks.every((task) => task.when === undefined)).toBe(true);
  });

  it('that are joined each wait for the part with their target', () => {
    const of = withParts(wholes, taskId('T2'), grown('T2', ['tax', 'cart']).tasks);
    expect(lines(grown('T3', ['tax', 'cart'], of).tasks)).toEqual(['T7 check: tax < T5, part of T3', 'T8 check: cart < T6, part of T3']);
  });

  it('that were there already stay what they were, and those that are gone are dropped', () => {
    const known = grown('T2', ['tax', 'cart']).tasks;
    const again = grown('T2', ['cart', 'ship'], withParts(wholes, taskId('T2'), known), known);
    expect(again.tasks.map((task) => task.id)).toEqual(['T6', 'T7']);
    expect({ fresh: again.fresh, dropped: again.dropped }).toEqual({ fresh: ['T7'], dropped: ['T5'] });
  });

  it('are refused when the list is no list of things to do', () => {
    const many = Array.from({ length: MOST_PARTS + 1 }, (_, index) => `part ${index}`);
    expect(grown('T2', many).problems.map((problem) => problem.what)).toEqual(['the list has 101 items, more than 100']);
    expect(grown('T2', many.slice(1)).problems).toEqual([]);
    expect(grown('T2', ['a\u0007b', 'x'.repeat(301)]).problems.map((problem) => problem.what)).toEqual([
      'the item "a\\u0007b" holds a control character',
      `the item "${'x'.repeat(40)}…" has 301 characters`,
    ]);
  });
});

describe('a whole', () => {
  const added = (tasks: string, dropped = ''): NewEvent => ({
    type: 'tasks-added',
    parent: taskId('T2'),
    tasks: tasks.split(' ').filter(Boolean).map(taskId),
    dropped: dropped.split(' ').filter(Boolean).map(taskId),
    commit: commitId('ground'),
    by: 'iter',
  });
  const of = withParts(wholes, taskId('T2'), grown('T2', ['tax', 'cart']).tasks);

  it('grows when its turn comes, waits for its parts, then stands for them', () => {
    expect(actions(wholes, [accepted('T1')])).toEqual(['expand T2']);
    expect(actions(of, [accepted('T1'), added('T5 T6')])).toEqual(['start T5 #1', 'start T6 #1']);
    expect(actions(of, [accepted('T1'), added('T5 T6'), accepted('T5')])).toEqual(['start T6 #1']);
    expect(actions(of, [accepted('T1'), added('T5 T6'), accepted('T5'), accepted('T6')])).toEqual(['gather T2']);
  });

  it('looks at the list again after its source has started over; no part starts before that', () => {
    const round = [accepted('T1'), added('T5 T6'), accepted('T5'), rejected('T4', 1, { goto: 'T1', reset: 'T1 T2 T3 T4 T5 T6' })];
    expect(actions(of, round)).toEqual(['start T1 #2']);
    expect(actions(of, [...round, accepted('T1', 2)])).toEqual(['expand T2']);
    expect(actions(of, [...round, accepted('T1', 2), added('T6', 'T5')])).toEqual(['start T6 #1']);
  });

  it('counts a part that is gone as skipped, from where the parts start', () => {
    expect(after(of, accepted('T1'), added('T5 T6'), added('T6', 'T5')).tasks['T5']?.phase).toEqual({
      name: 'skipped',
      commit: 'ground',
      reason: 'it is no longer in the list it came from',
    });
    expect(after(of, accepted('T1'), added('T5 T6'), added('T6', 'T5'), added('T5 T6')).tasks['T5']?.phase.name).toBe('waiting');
  });
});
