import { expect, test } from 'vitest';
import { depthsOf, letterOf, needsOf, stagesOf, upstreamOf } from '../../src/core/stages.ts';

const steps = [{ id: 'plan' }, { id: 'a', stage: 'make' }, { id: 'b', stage: 'make' }, { id: 'free', needs: [] }, { id: 'end' }];

test('consecutive steps of one name are one stage', () => {
  expect(stagesOf(steps).map((stage) => stage.map((step) => step.id))).toEqual([['plan'], ['a', 'b'], ['free'], ['end']]);
});

test('a step needs the stage before it unless it says what it needs', () => {
  expect([...needsOf(steps)]).toEqual([
    ['plan', []],
    ['a', ['plan']],
    ['b', ['plan']],
    ['free', []],
    ['end', ['free']],
  ]);
});

test('upstream is everything a step waits for, and on a cycle the step itself', () => {
  const needs = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['a']],
    ['d', ['a']],
  ]);
  expect([...upstreamOf('d', needs)].sort()).toEqual(['a', 'b', 'c']);
  expect(upstreamOf('a', needs).has('a')).toBe(true);
});

test('depth is the longest chain before a step, and a cycle does not hang it', () => {
  expect([
    ...depthsOf(
      new Map([
        ['a', []],
        ['b', ['a']],
        ['c', ['a', 'b']],
      ]),
    ),
  ]).toEqual([
    ['a', 0],
    ['b', 1],
    ['c', 2],
  ]);
  expect(
    depthsOf(
      new Map([
        ['a', ['b']],
        ['b', ['a']],
      ]),
    ).size,
  ).toBe(2);
});

test('letters go on after Z with two', () => {
  expect([0, 25, 26, 51, 52, 701, 702].map(letterOf)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
});
