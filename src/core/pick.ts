/** Which of several alternatives is taken: by a rule or a score over figures of each. Evaluates no expression itself; a caller hands in what they give. */
import type { FieldValue } from './fields.ts';
import type { TaskId } from './ids.ts';
import type { Selection } from './plan.ts';
import type { ScorePart } from './workflow.ts';

/** One alternative that has passed its checks, with the figures a rule may speak of as `alternative`. */
export interface Candidate {
  /** The way it was done, as the workflow names it. */
  readonly id: string;
  readonly task: TaskId;
  readonly agent: string;
  readonly attempts: number;
  /** Checks of level should and nice that failed. */
  readonly warnings: number;
  /** Changed files and changed lines of its own commits; a binary file counts as no lines. */
  readonly files: number;
  readonly lines: number;
  /** Wall clock from the first start to acceptance. */
  readonly minutes: number;
  readonly outputs: Readonly<Record<string, FieldValue>>;
}

export type Picked =
  | { readonly winner: TaskId; readonly reason: string }
  /** The rule does not settle it: these are as good as each other. */
  | { readonly tied: readonly TaskId[]; readonly reason: string }
  | { readonly problem: string };

/** The value of an expression, for one candidate where it speaks of `alternative`. */
export type Evaluate = (expression: string, candidate?: Candidate) => { readonly value: unknown } | { readonly problem: string };

/** Applies the rule of a selection; candidates are in the order of the workflow. There has to be one. */
export function pickOne(rule: Pick<Selection, 'by' | 'score' | 'tie'>, candidates: readonly Candidate[], evaluate: Evaluate): Picked {
  const [only, ...others] = candidates;
  if (only === undefined) return { problem: 'there is nothing to pick from' };
  if (others.length === 0) return { winner: only.task, reason: `${only.id} is the only one that passed` };
  const found = rule.by === undefined ? scored(rule.score ?? [], candidates, evaluate) : ruled(rule.by, candidates, evaluate);
  if ('problem' in found) return found;
  const [first, ...more] = found.best;
  if (first === undefined) return { problem: `${found.reason}: none of ${candidates.map((one) => one.id).join(', ')} qualifies` };
  if (more.length === 0) return { winner: first.task, reason: found.reason };
  if (rule.tie === 'first') return { winner: first.task, reason: `${found.reason}; the first of equals` };
  return { tied: found.best.map((one) => one.task), reason: `${found.reason}: ${found.best.map((one) => one.id).join(', ')} are equal` };
}

type Best = { readonly best: readonly Candidate[]; readonly reason: string } | { readonly problem: string };

/** A rule names the winner, or gives each candidate a number or a yes. */
function ruled(by: string, candidates: readonly Candidate[], evaluate: Evaluate): Best {
  const values: unknown[] = [];
  for (const candidate of candidates) {
    const found = evaluate(by, candidate);
    if ('problem' in found) return found;
    values.push(found.value);
  }
  const numbers = values.map(numberOf);
  if (numbers.every((value) => value !== undefined)) {
    const highest = Math.max(...numbers);
    return { best: candidates.filter((_, index) => numbers[index] === highest), reason: `${by} is highest: ${figure(highest)}` };
  }
  if (values.every((value) => typeof value === 'boolean')) {
    return { best: candidates.filter((_, index) => values[index] === true), reason: `${by} holds` };
  }
  const [named] = values;
  if (typeof named !== 'string' || values.some((value) => value !== named)) {
    return { problem: `${by} gives ${JSON.stringify(values)}; it has to name one alternative, or give each a number or true and false` };
  }
  const winner = candidates.find((one) => one.id === named.trim());
  if (winner !== undefined) return { best: [winner], reason: `${by} is ${winner.id}` };
  return { problem: `${by} is "${named}", which is none of ${candidates.map((one) => one.id).join(', ')}` };
}

/** Sums closer than this are equal. */
const EPSILON = 1e-9;

/**
 * score = Σ weight · share / Σ weight, where share is (value − lowest) / (highest − lowest) among the candidates, 1 − that where lower is better,
 * and 1 for all when they do not differ: min–max normalisation with a weighted sum.
 */
function scored(parts: readonly ScorePart[], candidates: readonly Candidate[], evaluate: Evaluate): Best {
  const total = parts.reduce((sum, part) => sum + part.weight, 0);
  const sums = candidates.map(() => 0);
  for (const part of parts) {
    const values: number[] = [];
    for (const candidate of candidates) {
      const found = evaluate(part.metric, candidate);
      if ('problem' in found) return found;
      const value = numberOf(found.value);
      if (value === undefined) return { problem: `${part.metric} gives ${JSON.stringify(found.value)} for ${candidate.id}, not a number` };
      values.push(value);
    }
    const [low, high] = [Math.min(...values), Math.max(...values)];
    values.forEach((value, index) => {
      const share = high === low ? 1 : (value - low) / (high - low);
      sums[index] = (sums[index] ?? 0) + (part.weight * (part.better === 'lower' && high !== low ? 1 - share : share)) / total;
    });
  }
  const highest = Math.max(...sums);
  const shown = candidates.map((one, index) => `${one.id} ${figure(sums[index] ?? 0)}`).join(', ');
  return { best: candidates.filter((_, index) => highest - (sums[index] ?? 0) < EPSILON), reason: `score: ${shown}` };
}

/** CEL counts in 64-bit integers. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** At most three places behind the point. */
function figure(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
