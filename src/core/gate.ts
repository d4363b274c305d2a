/** The decision before anything lands, as a pure function of the results (MODEL.md, "Decision"). */
import type { Decision, Result } from './check.ts';

/**
 * NO_GO when a MUST check failed by more than its caution margin; GO_WITH_CAUTION when one failed within it, when a SHOULD failed, or when
 * a person waived a MUST or a SHOULD; else GO. A NICE never stops anything.
 */
export function gate(results: readonly Result[]): Decision {
  if (results.some(stops)) return 'NO_GO';
  return results.some((result) => isDebt(result) && result.level !== 'nice') ? 'GO_WITH_CAUTION' : 'GO';
}

/** True for what no landing and no acceptance goes past. */
export function stops(result: Result): boolean {
  return result.level === 'must' && !result.pass && result.caution === undefined;
}

/** True for what did not pass by itself. */
export function isDebt(result: Result): boolean {
  return !result.pass || result.waived !== undefined;
}

/** One sentence for each check that did not pass or passed by a waiver only, MUST before SHOULD before NICE, else in the given order. */
export function missed(results: readonly Result[]): string[] {
  const rank = { must: 0, should: 1, nice: 2 };
  return results
    .filter(isDebt)
    .toSorted((a, b) => rank[a.level] - rank[b.level])
    .map((result) => `${result.level.toUpperCase()} ${result.id}: ${result.message}`);
}
