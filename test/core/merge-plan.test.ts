import { expect, it } from 'vitest';
import type { AcceptedWork } from '../../src/core/merge-plan.ts';
import { landable, planMerge } from '../../src/core/merge-plan.ts';
import { commitId } from '../../src/core/ids.ts';
import type { MergeStrategy } from '../../src/core/plan.ts';
import { accepted, after, checked, landed, landing, plan, running } from '../rig/story.ts';

const PLAN = plan('T1 doc < T3', 'T2 build < T4', 'T3 review < T2', 'T4 plan');

const work = (...commits: readonly string[]): AcceptedWork => ({
  base: commitId('base'),
  head: commitId(commits.at(-1) ?? 'base'),
  commits: commits.map(commitId),
});

/** The steps, like `pick T1 c1`. */
function steps(strategy: MergeStrategy, works: Readonly<Record<string, AcceptedWork>>): string[] {
  return planMerge({ plan: PLAN, strategy, work: works }).map((step) => {
    if (step.do === 'pick') return `pick ${step.task} ${step.commit}`;
    return step.do === 'squash' ? `squash ${step.task} ${step.base}..${step.head}` : `merge ${step.task} ${step.head}`;
  });
}

const ALL = { T1: work('d1'), T2: work('b1', 'b2'), T3: work(), T4: work('p1') };

it('linear: every commit of its own, oldest first, tasks after what they need', () => {
  expect(steps('linear', ALL)).toEqual(['pick T4 p1', 'pick T2 b1', 'pick T2 b2', 'pick T1 d1']);
});

it('squash: each task once, from where it started', () => {
  expect(steps('squash', ALL)).toEqual(['squash T4 base..p1', 'squash T2 base..b2', 'squash T1 base..d1']);
});

it('merge-commit: the head of each task', () => {
  expect(steps('merge-commit', ALL)).toEqual(['merge T4 p1', 'merge T2 b2', 'merge T1 d1']);
});

it('cherry-pick: every commit of its own but those the target was given', () => {
  const plan = planMerge({ plan: PLAN, strategy: 'cherry-pick', work: ALL, picked: new Set([commitId('b1')]) });
  expect(plan.map((step) => (step.do === 'pick' ? [step.task, step.commit, step.source] : step))).toEqual([
    ['T4', 'p1', true],
    ['T2', 'b2', true],
    ['T1', 'd1', true],
  ]);
});

it('a task without work has no step', () => {
  expect(steps('linear', { T2: work('b1') })).toEqual(['pick T2 b1']);
});

it('accepted and merged work may land, anything else is open', () => {
  const told = [accepted('T4'), landing(), landed('T4'), accepted('T2'), checked('T3'), running('T1')];
  expect(landable(PLAN, after(PLAN, ...told))).toEqual({ ready: ['T2', 'T4'], open: ['T1', 'T3'] });
  expect(landable(PLAN, after(PLAN))).toEqual({ ready: [], open: ['T1', 'T2', 'T3', 'T4'] });
});
