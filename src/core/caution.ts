/** Who may let a GO_WITH_CAUTION land, when the workflow names people (MODEL, "Decision"). */
import type { Verdict } from './check.ts';
import type { Plan } from './plan.ts';
import type { State } from './state.ts';

/** The people one of whom still has to approve this verdict; none when it may land. */
export function approversFor(plan: Pick<Plan, 'decision'>, state: Pick<State, 'caution'>, verdict: Verdict): readonly string[] {
  const approvers = plan.decision?.cautionApprovers ?? [];
  if (verdict.decision !== 'GO_WITH_CAUTION' || approvers.length === 0) return [];
  const { caution } = state;
  const approved = caution !== undefined && caution.tree === verdict.tree && caution.criteriaHash === verdict.criteriaHash;
  return approved && mayApprove(approvers, caution.by) ? [] : approvers;
}

/** True when this person is among those named; upper and lower case and outer space mean nothing. */
export function mayApprove(approvers: readonly string[], person: string): boolean {
  const plain = (name: string): string => name.trim().toLowerCase();
  return approvers.some((approver) => plain(approver) === plain(person));
}
