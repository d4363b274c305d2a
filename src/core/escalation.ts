/** Whom an escalated decision is for, and whether it has waited too long. */
import { durationText, formatDuration } from './duration.ts';
import type { Escalation } from './plan.ts';

/** The question with the name of who should hear it in front; as it is when nobody is named. */
export function addressed(escalation: Escalation | undefined, question: string): string {
  return escalation === undefined ? question : `${escalation.to}: ${question}`;
}

/** How long a decision has waited measured by `triage_within`, in words; nothing when no time is set. Times are ISO 8601. */
export function waitingText(escalation: Escalation | undefined, since: string, now: string): string | undefined {
  if (escalation?.triageWithin === undefined) return undefined;
  const left = Date.parse(since) + escalation.triageWithin - Date.parse(now);
  const limit = `to be looked at within ${durationText(escalation.triageWithin)}`;
  return left >= 0 ? `${limit}: ${formatDuration(left)} left` : `${limit}: overdue by ${formatDuration(-left)}`;
}
