/** Puts on record what agents say they have used: now and then while they run, and at their end. */
import { priced } from '../agents/prices.ts';
import type { StreamSummary } from '../agents/stream-summary.ts';
import type { Prices, Usage } from '../core/budget.ts';
import { tokensOf } from '../core/budget.ts';
import type { TaskId } from '../core/ids.ts';
import { usedSince, type SessionUsage } from '../core/session.ts';
import type { Run } from './run.ts';

/** Milliseconds between two records of an agent that goes on. */
const BETWEEN = 10_000;

export interface Meter {
  /** What the agent has said so far. */
  readonly heard: (summary: StreamSummary) => void;
  /** Records the last figures, if there are any. */
  readonly end: (summary: StreamSummary | undefined) => Promise<void>;
}

interface Measured {
  readonly task: TaskId;
  readonly attempt: number;
  /** ISO time at which the agent was started. */
  readonly started: string;
  /** As the plan names it; what the agent itself says is not asked. */
  readonly model?: string;
  readonly prices: Prices;
  /** What the agent counts as well, though an earlier run has used it. */
  readonly before?: SessionUsage;
}

/** Measures one agent from its start to its end. */
export function meter(run: Run, { task, attempt, started, model, prices, before }: Measured): Meter {
  let last = '';
  let next = performance.now() + BETWEEN;
  let writing: Promise<void> = Promise.resolve();
  const record = async (summary: StreamSummary): Promise<void> => {
    const usage = usageOf(summary, model, before);
    if (usage === undefined) return;
    const known = await priced(usage, prices);
    const text = JSON.stringify(known);
    if (text === last) return;
    last = text;
    await run.record({ type: 'usage-reported', task, attempt, started, usage: known });
  };
  return {
    heard: (summary) => {
      if (performance.now() < next) return;
      next = performance.now() + BETWEEN;
      writing = writing.then(() => record(summary));
      // what fails here is thrown at the end, where somebody waits for it
      writing.catch(() => undefined);
    },
    end: async (summary) => {
      await writing;
      if (summary !== undefined) await record(summary);
    },
  };
}

/** Nothing where the agent told of nothing: zero would be a claim. */
function usageOf({ usage, costUsd }: StreamSummary, model: string | undefined, before: SessionUsage | undefined): Usage | undefined {
  if (usage === undefined && costUsd === undefined) return undefined;
  const { inputTokens = 0, outputTokens = 0, cachedTokens } = usage ?? {};
  const figures: Usage = usedSince(before, {
    inputTokens,
    outputTokens,
    ...(cachedTokens === undefined ? {} : { cachedTokens }),
    ...(costUsd === undefined ? {} : { usd: costUsd }),
    ...(model === undefined ? {} : { model }),
  });
  return tokensOf(figures) === 0 && (costUsd ?? 0) === 0 ? undefined : figures;
}
