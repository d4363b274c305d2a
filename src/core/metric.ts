/** Numbers against their targets: whether a comparison holds, and whether a target was missed by little enough for a caution (MODEL, "Decision"). */
import type { Comparison } from './check.ts';
import { unreachable } from './unreachable.ts';

/** Percent by which a metric may miss its target for a caution, unless the check or the workflow says otherwise. */
export const CAUTION_MARGIN = 10;

/** True when the comparison holds; the target itself is within `>=`, `<=` and `==`. */
export function holds(measured: number, op: Comparison, target: number): boolean {
  switch (op) {
    case '>=':
      return measured >= target;
    case '>':
      return measured > target;
    case '<=':
      return measured <= target;
    case '<':
      return measured < target;
    case '==':
      return measured === target;
    case '!=':
      return measured !== target;
    default:
      return unreachable(op);
  }
}

/** True when a number is off its target by at most `margin` percent of the target, the bound included. */
export function isNear(measured: number, target: number, margin: number): boolean {
  return exact(Math.abs(exact(measured - target)) * 100) <= exact(margin * Math.abs(target));
}

/** The number that is better than `baseline` by `percent` of it. */
export function improvedBy(baseline: number, direction: 'lower' | 'higher', percent: number): number {
  const change = (Math.abs(baseline) * percent) / 100;
  return exact(direction === 'lower' ? baseline - change : baseline + change);
}

/** The change from `before` to `after` in percent of `before`; undefined from 0. */
export function changeInPercent(before: number, after: number): number | undefined {
  return before === 0 ? undefined : exact(((after - before) * 100) / Math.abs(before));
}

/** Takes off what binary fractions add: twelve digits are more than anybody measures. */
export function exact(value: number): number {
  return Number(value.toPrecision(12));
}
