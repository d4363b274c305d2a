import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allocate, type AllocationLimits, type Batch, type Load } from '../../src/core/allocate.ts';
import { risk, tokensFor } from '../../src/core/risk.ts';

const unlimited: AllocationLimits = { maxTargets: Infinity, maxPoints: Infinity };
const stories = (count: number, points: number) =>
  Array.from({ length: count }, (_, index) => ({ id: `s${String(index + 1).padStart(2, '0')}`, points }));
const picture = (batches: readonly Batch[]): string[] => batches.map(({ ids, points }) => `${ids.join(' ')} = ${points}`);

/** Seed 002's developer: 5 stories, 50,000 tokens, one stage before. */
const calm = ({ targets, points }: Load): boolean =>
  risk({ tokens: tokensFor(2000, 1, points), tokenBudget: 50_000, targets, complexityThreshold: 5, pathOverlap: 0, depth: 1 }).level !==
  'high';

describe('known values', () => {
  test('twelve 5-point stories with a threshold of 5 are three developers with four each', () => {
    const batches = allocate(stories(12, 5), { maxTargets: 5, maxPoints: Infinity, fits: calm });
    expect(picture(batches)).toEqual(['s01 s04 s07 s10 = 20', 's02 s05 s08 s11 = 20', 's03 s06 s09 s12 = 20']);
  });

  test('an analyst with ten stories is split, and two with five each are not', () => {
    const analyst = ({ targets, points }: Load): boolean =>
      risk({ tokens: tokensFor(2000, 1, points), tokenBudget: 30_000, targets, complexityThreshold: 10, pathOverlap: 0, depth: 0 })
        .level !== 'high';
    expect(allocate(stories(10, 3), { maxTargets: 10, maxPoints: Infinity, fits: analyst }).map((batch) => batch.targets)).toEqual([5, 5]);
    expect(allocate(stories(10, 3), { maxTargets: 10, maxPoints: Infinity }).map((batch) => batch.targets)).toEqual([10]);
  });

  test('a developer holds five stories, and six are two developers with three each', () => {
    const limits = { maxTargets: 5, maxPoints: Infinity, fits: calm };
    expect([5, 6].map((count) => allocate(stories(count, 5), limits).map((batch) => batch.targets))).toEqual([[5], [3, 3]]);
  });
});

test('the longest goes first, into the batch with fewest points, and ties are decided by name', () => {
  const targets = [
    { id: 'd', points: 1 },
    { id: 'c', points: 2 },
    { id: 'b', points: 5 },
    { id: 'a', points: 2 },
  ];
  expect(picture(allocate(targets, { maxTargets: 3, maxPoints: Infinity }))).toEqual(['b = 5', 'd c a = 5']);
});

test('a limit that is met exactly is kept', () => {
  expect(allocate(stories(4, 5), { ...unlimited, maxPoints: 20 }).length).toBe(1);
  expect(allocate(stories(4, 5), { ...unlimited, maxPoints: 19 }).length).toBe(2);
});

test('a target that is too much even alone has a batch of its own', () => {
  const targets = [...stories(3, 1), { id: 'huge', points: 100 }];
  expect(picture(allocate(targets, { ...unlimited, maxPoints: 3 }))).toEqual(['huge = 100', 's01 s02 s03 = 3']);
});

test('nothing to share out needs nobody', () => {
  expect(allocate([], unlimited)).toEqual([]);
});

test('every target lands in exactly one batch, no batch of several exceeds a limit, and the order given does not matter', () => {
  const target = fc.record({ id: fc.uuid(), points: fc.integer({ min: 1, max: 30 }) });
  const limits = fc.record({ maxTargets: fc.integer({ min: 1, max: 8 }), maxPoints: fc.integer({ min: 1, max: 60 }) });
  fc.assert(
    fc.property(fc.uniqueArray(target, { selector: ({ id }) => id, maxLength: 60 }), limits, (targets, { maxTargets, maxPoints }) => {
      const batches = allocate(targets, { maxTargets, maxPoints });
      expect(batches.flatMap((batch) => batch.ids).toSorted()).toEqual(targets.map(({ id }) => id).toSorted());
      for (const batch of batches) expect(batch.targets === 1 || (batch.targets <= maxTargets && batch.points <= maxPoints)).toBe(true);
      const sets = (all: readonly Batch[]): string[] => all.map((batch) => batch.ids.toSorted().join(' '));
      expect(sets(allocate(targets.toReversed(), { maxTargets, maxPoints }))).toEqual(sets(batches));
    }),
  );
});
