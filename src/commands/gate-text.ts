/** A verdict for people. */
import type { Verdict } from '../core/check.ts';

/** The decision first, then what was missed, then the counts. */
export function verdictText(verdict: Verdict): string {
  const passed = verdict.results.filter((result) => result.pass).length;
  const lines = verdict.missed.map((line) => `  ${line}`);
  return [
    `${verdict.decision.replaceAll('_', ' ')} on tree ${verdict.tree.slice(0, 10)}: ${passed} of ${verdict.results.length} checks passed`,
    ...lines,
  ].join('\n');
}

/** The object `iter validate --json` prints. */
export function verdictJson(verdict: Verdict): Record<string, unknown> {
  const { decision, tree, criteriaHash, missed } = verdict;
  const results = verdict.results.map(({ id, task, level, check, pass, message, file, line, measured, expected }) => ({
    id,
    task: task ?? null,
    level,
    check,
    pass,
    message,
    file: file ?? null,
    line: line ?? null,
    measured: measured ?? null,
    expected: expected ?? null,
  }));
  return { decision, tree, criteriaHash, results, missed };
}
