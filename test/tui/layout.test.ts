import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { columnsFor, MARK, spanAround } from '../../src/tui/layout.ts';

it('columns are dropped as the terminal gets narrower, the state last', () => {
  const names = [120, 80, 79, 71].map((width) =>
    columnsFor(width, 2)
      .map((column) => column.name)
      .join(' '),
  );
  expect(names).toEqual([
    'id title role agent state time doing',
    'id title role state time doing',
    'id title role state time',
    'id title state time',
  ]);
});

it('at any width the columns fill the line exactly, and none is too narrow to read', () => {
  fc.assert(
    fc.property(fc.integer({ min: 60, max: 300 }), fc.integer({ min: 0, max: 5 }), (width, longestId) => {
      const widths = columnsFor(width, longestId).map((column) => column.width);
      expect(widths.reduce((sum, one) => sum + one, MARK)).toBe(width);
      expect(Math.min(...widths)).toBeGreaterThanOrEqual(5);
    }),
  );
});

it('the selected row is always among those shown, and no line of the height is wasted', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), fc.integer({ min: 1, max: 60 }), (selected, more, height) => {
      const length = selected + more + 1;
      const { first, end } = spanAround(selected, length, height);
      expect(first <= selected && selected < end).toBe(true);
      expect(end - first).toBe(Math.min(length, height));
    }),
  );
});
