/** How likely an allocation is to go wrong, as a number from 0 to 100. What follows from it is decided elsewhere. */

/** Tokens one complexity point is taken to cost until there is history to calibrate it. */
const TOKENS_PER_POINT = 1000;

export interface Allocation {
  /** Tokens the task is expected to use: see `tokensFor`. */
  readonly tokens: number;
  readonly tokenBudget: number;
  readonly targets: number;
  /** Targets one agent of the role may hold. */
  readonly complexityThreshold: number;
  /** Share of the targets that another task of the same group holds too, 0 to 1. */
  readonly pathOverlap: number;
  /** How far earlier estimates of this kind were off, 0 to 1; left out when there is no history, which counts as 0.5. */
  readonly historyError?: number;
  /** Steps in the longest chain before this one. */
  readonly depth: number;
}

export interface Risk {
  readonly score: number;
  readonly level: 'low' | 'medium' | 'high';
}

/** Tokens a task is expected to use: what its prompt starts with, and each target by its complexity points (seed 002). */
export function tokensFor(promptTokens: number, targets: number, points: number): number {
  return promptTokens + targets * points * TOKENS_PER_POINT;
}

/**
 * Scores an allocation by the risk formula of the design model: 40 for tokens, 20 for targets, 15 for overlap, 15 for
 * history, 10 for depth, and 20 more when a limit is exceeded. A limit is kept when it is met exactly.
 */
export function risk(allocation: Allocation): Risk {
  const { tokens, tokenBudget, targets, complexityThreshold, pathOverlap, historyError = 0.5, depth } = allocation;
  const exceeded = tokens > tokenBudget || targets > complexityThreshold;
  const sum =
    40 * clamp(tokens / tokenBudget) +
    20 * clamp(targets / complexityThreshold) +
    15 * clamp(pathOverlap) +
    15 * clamp(historyError) +
    10 * clamp(depth / 5) +
    (exceeded ? 20 : 0);
  const score = Math.min(100, Math.round(sum));
  return { score, level: levelOf(score) };
}

/** low < 40 ≤ medium < 70 ≤ high */
function levelOf(score: number): Risk['level'] {
  if (score < 40) return 'low';
  return score < 70 ? 'medium' : 'high';
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value));
}
