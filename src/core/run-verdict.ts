/** How the run of an agent went, in one word and in the words people read. `agents/verdict.ts` finds the word; whether the work is any good is for the checks. */

export type RunVerdict = 'ok' | 'error' | 'unfinished' | 'limit' | 'rate_limited' | 'auth' | 'killed' | 'timeout';

export interface EndOfRun {
  readonly exit?: number;
  /** Absent for programs that say nothing of their end. */
  readonly verdict?: RunVerdict;
  /** What the agent said of the error it ended with. */
  readonly reason?: string;
}

/** What a run that ended by itself says against its work; undefined for nothing. */
export function againstWork({ exit, verdict, reason }: EndOfRun): string | undefined {
  const why = reason === undefined ? '' : `: ${reason}`;
  const bad = exit === undefined || exit === 0 ? undefined : `exit ${exit}`;
  if (verdict === 'limit') return `the agent came to its own limit of turns or money${bad === undefined ? '' : `, ${bad}`}${why}`;
  if (bad !== undefined) return `the agent ended with ${bad}${why}`;
  switch (verdict) {
    case 'error':
      return `the agent ended with an error${why}`;
    case 'unfinished':
      return 'the agent ended with exit 0 in the middle: its output has no end';
    default:
      return undefined;
  }
}
