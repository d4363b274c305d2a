/** A review as a reviewer wrote it, and the verdict recomputed from its findings: what a reviewer claims is never taken as it stands. */
import type { Level } from './check.ts';
import type { TaskId } from './ids.ts';

export const VERDICTS = ['approved', 'approved_with_suggestions', 'changes_requested', 'rejected'] as const;
export type ReviewVerdict = (typeof VERDICTS)[number];

export interface Finding {
  readonly id: string;
  readonly level: Level;
  readonly title: string;
  /** The task whose work it is about; without it the whole step goes back. */
  readonly task?: TaskId;
  readonly where?: string;
}

export interface Review {
  readonly verdict: ReviewVerdict;
  readonly findings: readonly Finding[];
}

/** Recomputes the verdict: any MUST finding asks for changes; a verdict that its findings do not carry is itself a MUST finding. */
export function judged(written: Review): Review {
  const open = written.findings.filter((finding) => finding.level === 'must');
  const negative = written.verdict === 'changes_requested' || written.verdict === 'rejected';
  if (open.length > 0) {
    return { verdict: written.verdict === 'rejected' ? 'rejected' : 'changes_requested', findings: written.findings };
  }
  if (negative) {
    const mismatch: Finding = {
      id: 'verdict',
      level: 'must',
      title: `the verdict is "${written.verdict}" but no MUST finding says why; name what has to change`,
    };
    return { verdict: written.verdict, findings: [...written.findings, mismatch] };
  }
  const suggestions = written.findings.length > 0;
  return { verdict: suggestions ? 'approved_with_suggestions' : 'approved', findings: written.findings };
}

/** True when the gate lets the work pass. */
export function passes(review: Review): boolean {
  return review.verdict === 'approved' || review.verdict === 'approved_with_suggestions';
}
