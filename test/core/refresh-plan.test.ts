import { expect, test } from 'vitest';
import { fateOf } from '../../src/core/refresh-plan.ts';

const path = 'a.md';

test('a file iter wrote and nobody edited is written anew when it would be another one today', () => {
  expect([
    fateOf({ path, fresh: 'new', found: 'old', written: 'old' }),
    fateOf({ path, fresh: 'old', found: 'old', written: 'old' }),
  ]).toEqual([{ is: 'written' }, { is: 'unchanged' }]);
});

test('what a person edited is kept, with news only when iter has something else to say than last time', () => {
  expect([
    fateOf({ path, fresh: 'new', found: 'mine', written: 'old' }),
    fateOf({ path, fresh: 'old', found: 'mine', written: 'old' }),
  ]).toEqual([
    { is: 'kept', news: true },
    { is: 'kept', news: false },
  ]);
});

test('a file that is not on record is taken for a person’s; one that is gone is made again', () => {
  expect([fateOf({ path, fresh: 'new', found: 'x' }), fateOf({ path, fresh: 'new', written: 'old' })]).toEqual([
    { is: 'kept', news: true },
    { is: 'written' },
  ]);
});

test.each([
  ['waiting', 'written'],
  ['rejected', 'written'],
  ['failed', 'written'],
  ['awaiting-human', 'written'],
  ['starting', 'left'],
  ['running', 'left'],
  ['checking', 'left'],
  ['accepted', 'left'],
  ['merged', 'left'],
  ['skipped', 'left'],
] as const)('the prompt of a task that is %s is %s', (phase, is) => {
  expect(fateOf({ path, fresh: 'new', found: 'old', written: 'old', phase }).is).toBe(is);
});
