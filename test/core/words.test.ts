import { expect, it } from 'vitest';
import { wordFor } from '../../src/core/words.ts';

it.each([
  ['waiting', 'Not Started'],
  ['starting', 'In Progress'],
  ['running', 'In Progress'],
  ['checking', 'In Progress'],
  ['checked', 'In Progress'],
  ['rejected', 'In Progress'],
  ['awaiting-human', 'Blocked'],
  ['accepted', 'Completed'],
  ['merged', 'Completed'],
  ['failed', 'Failed'],
] as const)('a task that is %s shows %s', (phase, word) => {
  expect(wordFor(phase)).toBe(word);
});
