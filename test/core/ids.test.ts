import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byNumber } from '../../src/core/ids.ts';

test('numbers in names count as numbers', () => {
  const names = ['T10', 'T2', '010-b', '9-a', 'T2a', 'T1', '10-a', 'T', '002-x', '1000-y', 'T02'];

  expect(names.toSorted(byNumber)).toEqual(['002-x', '9-a', '010-b', '10-a', '1000-y', 'T', 'T1', 'T02', 'T2', 'T2a', 'T10']);
});

test('the order does not depend on the order things came in', () => {
  const name = fc.stringMatching(/^[T-]?[0-9]{0,3}[-a]?[0-9]{0,2}$/);
  fc.assert(
    fc.property(fc.array(name), (names) => {
      expect(names.toReversed().toSorted(byNumber)).toEqual(names.toSorted(byNumber));
    }),
  );
});
