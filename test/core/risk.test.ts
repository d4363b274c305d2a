import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Allocation, risk, tokensFor } from '../../src/core/risk.ts';

/** Seed 002: an analyst has 3 points a story, a developer 5; both start from a prompt of 2,000 tokens. */
const analyst = (stories: number): Allocation => ({
  tokens: tokensFor(2000, stories, 3),
  tokenBudget: 30_000,
  targets: stories,
  complexityThreshold: 10,
  pathOverlap: 0,
  depth: 0,
});
/** Designing waits for analysis: one step before it. */
const developer = (stories: number): Allocation => ({
  tokens: tokensFor(2000, stories, 5),
  tokenBudget: 50_000,
  targets: stories,
  complexityThreshold: 5,
  pathOverlap: 0,
  depth: 1,
});

describe('known values', () => {
  test.each([
    ['an analyst with 10 stories', analyst(10), { score: 88, level: 'high' }],
    ['an analyst with 5 stories', analyst(5), { score: 40, level: 'medium' }],
    ['a developer with 5 stories', developer(5), { score: 51, level: 'medium' }],
    ['a developer with 6 stories', developer(6), { score: 75, level: 'high' }],
  ])('%s', (_name, allocation, expected) => {
    expect(risk(allocation)).toEqual(expected);
  });
});

describe('limits', () => {
  const calm: Allocation = { tokens: 0, tokenBudget: 1000, targets: 0, complexityThreshold: 10, pathOverlap: 0, historyError: 0, depth: 0 };

  test('a limit that is met exactly is kept; one more exceeds it', () => {
    expect(risk({ ...calm, tokens: 1000 }).score).toBe(40);
    expect(risk({ ...calm, tokens: 1001 }).score).toBe(60);
    expect(risk({ ...calm, targets: 10 }).score).toBe(20);
    expect(risk({ ...calm, targets: 11 }).score).toBe(40);
  });

  test('exceeding both limits counts once', () => {
    expect(risk({ ...calm, tokens: 5000, targets: 50 }).score).toBe(80);
  });

  test('no history counts as half wrong', () => {
    const { historyError: _known, ...unknown } = calm;
    expect(risk(unknown).score).toBe(8);
    expect(risk({ ...calm, historyError: 1 }).score).toBe(15);
  });

  test('overlap and depth weigh 15 and 10 at most', () => {
    expect(risk({ ...calm, pathOverlap: 1 }).score).toBe(15);
    expect(risk({ ...calm, depth: 5 }).score).toBe(10);
    expect(risk({ ...calm, depth: 50 }).score).toBe(10);
  });

  test('levels begin at 40 and 70', () => {
    const at = (tokens: number, more: Partial<Allocation>) => risk({ ...calm, tokens, ...more });
    expect(at(975, {})).toEqual({ score: 39, level: 'low' });
    expect(at(1000, {})).toEqual({ score: 40, level: 'medium' });
    expect(at(2000, { targets: 4.5 })).toEqual({ score: 69, level: 'medium' });
    expect(at(2000, { targets: 5 })).toEqual({ score: 70, level: 'high' });
  });
});

test('the score is a whole number from 0 to 100 that more work never lowers', () => {
  const size = fc.nat(200_000);
  fc.assert(
    fc.property(size, size, fc.nat(100), (tokens, more, targets) => {
      const base = { tokenBudget: 50_000, complexityThreshold: 5, pathOverlap: 0.5, depth: 2, targets };
      const low = risk({ ...base, tokens }).score;
      const high = risk({ ...base, tokens: tokens + more, targets: targets + 1 }).score;
      expect(Number.isInteger(low) && low >= 0 && high <= 100 && low <= high).toBe(true);
    }),
  );
});
