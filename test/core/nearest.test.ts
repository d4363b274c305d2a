import { expect, test } from 'vitest';
import { didYouMean, nearest } from '../../src/core/nearest.ts';

test.each([
  ['stpes', 'steps'],
  ['Steps', 'steps'],
  ['step', 'steps'],
  ['tsage', 'stage'],
  ['xyz', undefined],
  ['needs', undefined],
])('%s may mean %s', (word, meant) => {
  expect(nearest(word, ['stage', 'steps'])).toBe(meant);
});

test('without a good guess, everything allowed is named', () => {
  expect(didYouMean('xyz', ['stage', 'steps'])).toBe('use one of stage, steps');
  expect(didYouMean('stag', ['stage', 'steps'])).toBe('did you mean "stage"?');
  expect(didYouMean('xyz', [])).toBe('there is none to choose from');
});
