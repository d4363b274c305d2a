/** The conversation of an agent with its model, which its next attempt may go on with: what is on record of it, and when it is gone on with. Pure. */
import type { RunVerdict } from './run-verdict.ts';

/** What an agent counts for a session as a whole. */
export interface SessionUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens?: number;
  /** US dollars. */
  readonly usd?: number;
}

/** As an event has it. */
export interface SessionLeft {
  readonly agent: string;
  /** As the agent calls it. */
  readonly id: string;
  /** All that was used in it so far, of an agent that counts so. */
  readonly used?: SessionUsage;
}

export interface Session extends SessionLeft {
  /** Hash of what it was told of the task. */
  readonly told: string;
}

/** Ends after which a session is sound: by itself, at its limit of turns, or refused by its provider. After anything else what is in it may be the trouble. */
const SOUND: ReadonlySet<RunVerdict> = new Set(['ok', 'limit', 'rate_limited', 'auth']);

/** What an attempt that ended so leaves to the next one. */
export function sessionAfter(
  left: SessionLeft | undefined,
  { told, verdict }: { readonly told: string | undefined; readonly verdict: RunVerdict | undefined },
): Session | undefined {
  if (left === undefined || told === undefined || verdict === undefined || !SOUND.has(verdict)) return undefined;
  return { ...left, told };
}

/** True when this agent can be sent on with no more than what is new: it has been told the rest in this session. */
export function goesOn(session: Session | undefined, now: { readonly agent: string; readonly told: string }): session is Session {
  return session !== undefined && session.agent === now.agent && session.told === now.told;
}

/** What one run has used, of figures that count its session; the figures themselves when one is less, because then they count something else. */
export function usedSince<Figures extends SessionUsage>(before: SessionUsage | undefined, figures: Figures): Figures {
  if (before === undefined || figures.inputTokens < before.inputTokens || figures.outputTokens < before.outputTokens) return figures;
  const { cachedTokens: cached, usd: cost } = figures;
  if (cost !== undefined && cost < (before.usd ?? 0)) return figures;
  const cachedTokens = cached === undefined ? undefined : Math.max(0, cached - (before.cachedTokens ?? 0));
  // what is left over behind the ninth digit is not money
  const usd = cost === undefined ? undefined : Math.round((cost - (before.usd ?? 0)) * 1e9) / 1e9;
  return {
    ...figures,
    inputTokens: figures.inputTokens - before.inputTokens,
    outputTokens: figures.outputTokens - before.outputTokens,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    ...(usd === undefined ? {} : { usd }),
  };
}
