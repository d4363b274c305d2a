/** The decision before anything lands, as a pure function of the results (MODEL.md, "Decision"). */
import type { Decision, Result } from './check.ts';

/** NO_GO when a MUST check failed, GO_WITH_CAUTION when only a SHOULD did, else GO; a NICE never stops anything. */
export function gate(results: readonly Result[]): Decision {
  const failed = results.filter((result) => !result.pass);
  if (failed.some((result) => result.level === 'must')) return 'NO_GO';
  if (failed.some((result) => result.level === 'should')) return 'GO_WITH_CAUTION';
  return 'GO';
}

/** One sentence for each check that did not pass, MUST before SHOULD before NICE, else in the given order. */
export function missed(results: readonly Result[]): string[] {
  const rank = { must: 0, should: 1, nice: 2 };
  return results
    .filter((result) => !result.pass)
    .toSorted((a, b) => rank[a.level] - rank[b.level])
    .map((result) => `${result.level.toUpperCase()} ${result.id}: ${result.message}`);
}
