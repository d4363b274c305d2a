import { expect, it } from 'vitest';
import type { ReviewVerdict } from '../../src/core/review.ts';
import { judged, passes } from '../../src/core/review.ts';
import { finding } from '../rig/story.ts';

/** The recomputed verdict, and the ids of its findings. */
function recomputed(verdict: ReviewVerdict, ...findings: readonly string[]): string {
  const review = judged({ verdict, findings: findings.map(finding) });
  return [review.verdict, ...review.findings.map((one) => one.id), passes(review) ? 'passes' : 'stops'].join(' ');
}

it.each([
  ['approved', [], 'approved passes'],
  ['approved', ['should F1'], 'approved_with_suggestions F1 passes'],
  ['approved', ['nice F1'], 'approved_with_suggestions F1 passes'],
  ['approved', ['must F1'], 'changes_requested F1 stops'],
  ['approved_with_suggestions', [], 'approved passes'],
  ['approved_with_suggestions', ['should F1', 'must F2'], 'changes_requested F1 F2 stops'],
  ['changes_requested', ['must F1'], 'changes_requested F1 stops'],
  ['rejected', ['must F1', 'nice F2'], 'rejected F1 F2 stops'],
] as const)('%s with %j counts as %s', (verdict, findings, expected) => {
  expect(recomputed(verdict, ...findings)).toBe(expected);
});

it.each(['changes_requested', 'rejected'] as const)('%s that names nothing to change is itself a finding', (verdict) => {
  expect(recomputed(verdict)).toBe(`${verdict} verdict stops`);
  expect(recomputed(verdict, 'should F1')).toBe(`${verdict} F1 verdict stops`);
  expect(judged({ verdict, findings: [] }).findings).toEqual([
    { id: 'verdict', level: 'must', title: `the verdict is "${verdict}" but no MUST finding says why; name what has to change` },
  ]);
});
