import { expect, test } from 'vitest';
import { said } from '../../src/core/said.ts';

test('a member without a value is not there, not even as undefined; the others keep their order', () => {
  const members = said({ title: 'a', goal: undefined as string | undefined, checks: [], max: 0, fresh: false, note: '' });
  expect(Object.entries(members)).toEqual([
    ['title', 'a'],
    ['checks', []],
    ['max', 0],
    ['fresh', false],
    ['note', ''],
  ]);
});
