import { describe, expect, it } from 'vitest';
import type { RunVerdict } from '../../src/core/run-verdict.ts';
import { goesOn, sessionAfter, usedSince } from '../../src/core/session.ts';

const LEFT = { agent: 'codex', id: 's1' };

describe('the session of an agent', () => {
  it('is left to the next attempt by runs that came to their end, their limit or a refusal of the provider, not by others', () => {
    const verdicts: RunVerdict[] = ['ok', 'error', 'unfinished', 'limit', 'rate_limited', 'auth', 'killed', 'timeout'];
    expect(verdicts.filter((verdict) => sessionAfter(LEFT, { told: 'h', verdict }) !== undefined)).toEqual([
      'ok',
      'limit',
      'rate_limited',
      'auth',
    ]);
  });

  it('is not left where nobody knows how the run went, or what was told in it', () => {
    expect([
      sessionAfter(LEFT, { told: 'h', verdict: undefined }),
      sessionAfter(LEFT, { told: undefined, verdict: 'ok' }),
      sessionAfter(undefined, { told: 'h', verdict: 'ok' }),
    ]).toEqual([undefined, undefined, undefined]);
  });

  it('is gone on with by the same agent that is told the same', () => {
    const session = { ...LEFT, told: 'h' };
    expect([
      goesOn(session, { agent: 'codex', told: 'h' }),
      goesOn(session, { agent: 'qwen', told: 'h' }),
      goesOn(session, { agent: 'codex', told: 'other' }),
      goesOn(undefined, { agent: 'codex', told: 'h' }),
    ]).toEqual([true, false, false, false]);
  });

  it('has used before what a later run of it counts again; a smaller count is one of its own', () => {
    const before = { inputTokens: 100, outputTokens: 10, cachedTokens: 40 };
    expect([
      usedSince(before, { inputTokens: 150, outputTokens: 10, cachedTokens: 60 }),
      usedSince(before, { inputTokens: 30, outputTokens: 20 }),
      usedSince(undefined, { inputTokens: 30, outputTokens: 20 }),
    ]).toEqual([
      { inputTokens: 50, outputTokens: 0, cachedTokens: 20 },
      { inputTokens: 30, outputTokens: 20 },
      { inputTokens: 30, outputTokens: 20 },
    ]);
    const paid = { inputTokens: 0, outputTokens: 0, usd: 0.3 };
    expect([usedSince(paid, { ...paid, usd: 0.4 }), usedSince(paid, { ...paid, usd: 0.1 })]).toEqual([
      { inputTokens: 0, outputTokens: 0, usd: 0.1 },
      { inputTokens: 0, outputTokens: 0, usd: 0.1 },
    ]);
  });
});
