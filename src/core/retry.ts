/** Which ends of an attempt count as worth another try (`retry.on`), and which end one had. Pure. */
import type { RunVerdict } from './run-verdict.ts';
import { againstWork } from './run-verdict.ts';

/** Worst first: of several that apply the first is the cause, what follows it comes of it. A refusal of the provider is none: it is waited for and uses up no try. */
export const RETRY_CAUSES = ['crash', 'timeout', 'missing-deliverable', 'invalid-output'] as const;
export type RetryCause = (typeof RETRY_CAUSES)[number];

/** What is on record of the end of an attempt. */
export interface AttemptEnd {
  readonly outcome: 'exited' | 'killed' | 'timeout' | 'not-started';
  readonly exit?: number;
  readonly signal?: string;
  readonly verdict?: RunVerdict;
}

/** Why an attempt that did not pass did not; `end` is undefined where a person did the work. */
export function causeOf(end: AttemptEnd | undefined, missing: boolean): RetryCause {
  if (end?.outcome === 'timeout' || end?.verdict === 'limit') return 'timeout';
  if (end !== undefined && endedBadly(end)) return 'crash';
  return missing ? 'missing-deliverable' : 'invalid-output';
}

function endedBadly(end: AttemptEnd): boolean {
  if (end.outcome === 'not-started') return true;
  return end.outcome === 'exited' && (end.signal !== undefined || againstWork(end) !== undefined);
}

/** Why another try is not wanted after this end; undefined when it is. An end nobody has put on record is worth one. */
export function notWorthTrying(on: readonly RetryCause[] | undefined, cause: RetryCause | undefined): string | undefined {
  if (on === undefined || cause === undefined || on.includes(cause)) return undefined;
  return `it ended with ${CAUSE_TEXT[cause]}, and the workflow has another try only after ${on.join(', ')}`;
}

const CAUSE_TEXT: Readonly<Record<RetryCause, string>> = {
  crash: 'a crash',
  timeout: 'a timeout',
  'missing-deliverable': 'a missing deliverable',
  'invalid-output': 'invalid output',
};
