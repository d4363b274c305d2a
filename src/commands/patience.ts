/** One piece of work that may take longer than who asks for it waits: it goes on by itself, and who asks again gets its result. */
import { setTimeout } from 'node:timers/promises';

export interface Patience<Result> {
  /** Begins the work, or takes up what was begun before; undefined when it is not done within the limit. */
  readonly ask: () => Promise<{ readonly result: Result; readonly takenUp: boolean } | undefined>;
  /** Ends what still goes on, and comes back when it has ended. */
  readonly end: () => Promise<void>;
}

/** Work that throws does so to the one who asks for its result. The limit is in milliseconds. */
export function patiently<Result>(work: (signal: AbortSignal) => Promise<Result>, limit: number): Patience<Result> {
  const ending = new AbortController();
  let begun: Promise<Result> | undefined;
  return {
    ask: async () => {
      const takenUp = begun !== undefined;
      const going = (begun ??= work(ending.signal));
      const forget = (): void => {
        if (begun === going) begun = undefined;
      };
      const waiting = new AbortController();
      const over = setTimeout(limit, 'over' as const, { signal: waiting.signal }).catch(() => 'over' as const);
      try {
        const first = await Promise.race([going.then((result) => ({ result, takenUp })), over]);
        if (first === 'over') return undefined;
        forget();
        return first;
      } catch (error) {
        forget();
        throw error;
      } finally {
        waiting.abort();
      }
    },
    end: async () => {
      ending.abort();
      await Promise.allSettled([begun]);
    },
  };
}
