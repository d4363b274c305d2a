import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { cycleIn, downstreamOf, inDependencyOrder, taskOf } from '../../src/core/plan.ts';
import { plan } from '../rig/story.ts';

const DIAMOND = plan('T1 plan', 'T2 build < T1', 'T3 build < T1', 'T4 review < T2 T3', 'T5 notes');
const ids = (tasks: readonly { readonly id: string }[]): string[] => tasks.map((task) => task.id);

it('a task is found by its id; an id from elsewhere is our mistake', () => {
  expect(taskOf(DIAMOND, taskId('T3')).step).toBe('build');
  expect(() => taskOf(DIAMOND, taskId('T9'))).toThrow('no task T9 in the plan of 001-story');
});

it('downstream is everything that needs it, directly or not, without itself', () => {
  expect(downstreamOf(DIAMOND, [taskId('T1')])).toEqual(['T2', 'T3', 'T4']);
  expect(downstreamOf(DIAMOND, [taskId('T2'), taskId('T3')])).toEqual(['T4']);
  expect(downstreamOf(DIAMOND, [taskId('T4')])).toEqual([]);
});

it('downstream is found when a task stands above what it needs', () => {
  expect(downstreamOf(plan('T1 doc < T2', 'T2 review < T3', 'T3 build'), [taskId('T3')])).toEqual(['T1', 'T2']);
});

it('downstream of two of which one needs the other names neither', () => {
  expect(downstreamOf(DIAMOND, [taskId('T1'), taskId('T2')])).toEqual(['T3', 'T4']);
});

it('everything comes after what it needs, else in the order of the plan', () => {
  expect(ids(inDependencyOrder(plan('T1 doc < T3', 'T2 build', 'T3 review < T2', 'T4 notes').tasks))).toEqual(['T2', 'T3', 'T1', 'T4']);
});

it('a need outside the given tasks does not hold anything up', () => {
  expect(ids(inDependencyOrder(DIAMOND.tasks.filter((task) => task.id !== 'T1')))).toEqual(['T2', 'T3', 'T4', 'T5']);
});

it('members of a cycle are left out of the order, with what hangs below them', () => {
  const looped = plan('T1 a < T2', 'T2 b < T1', 'T3 c < T2', 'T4 d');
  expect(ids(inDependencyOrder(looped.tasks))).toEqual(['T4']);
});

it('a cycle is named by its members only', () => {
  expect(cycleIn(plan('T1 a < T2', 'T2 b < T1', 'T3 c < T2', 'T4 d < T3').tasks)).toEqual(['T1', 'T2']);
  expect(cycleIn(plan('T1 a < T1').tasks)).toEqual(['T1']);
  expect(cycleIn(DIAMOND.tasks)).toEqual([]);
});

it('any plan that looks only back is put in order whole', () => {
  const lines = fc.array(fc.array(fc.nat({ max: 20 }), { maxLength: 3 }), { minLength: 1, maxLength: 20 }).map((needs) =>
    needs.map((numbers, index) => {
      const earlier = [...new Set(numbers.filter((number) => number < index).map((number) => `T${number + 1}`))];
      return `T${index + 1} step${earlier.length === 0 ? '' : ` < ${earlier.join(' ')}`}`;
    }),
  );
  fc.assert(
    fc.property(lines, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (rows, random) => {
      const { tasks } = plan(...rows.toSorted(() => random.next().value - 0.5));
      const ordered = ids(inDependencyOrder(tasks));
      expect(ordered.toSorted()).toEqual(ids(tasks).toSorted());
      for (const task of tasks) for (const need of task.needs) expect(ordered.indexOf(need)).toBeLessThan(ordered.indexOf(task.id));
    }),
  );
});
