/** What ends an attempt that has not come to its end by itself: its time, a limit of its step, a person, the end of iter. */

/** Why an attempt is ended that goes beyond what its step allows: it counts as one that did not end in time. */
export class BeyondLimit extends Error {
  override readonly name = 'BeyondLimit';
}

export interface Interruption {
  readonly cause: 'killed' | 'timeout';
  readonly reason: string;
}

/** Resolves after so many milliseconds, or when the signal aborts. */
export function interruption(timeout: number, signal: AbortSignal): Promise<Interruption> {
  return new Promise((resolve) => {
    const late: Interruption = { cause: 'timeout', reason: `no end within ${Math.round(timeout / 1000)} s` };
    const timer = setTimeout(() => resolve(late), Math.min(timeout, 2 ** 31 - 1));
    timer.unref();
    const abort = (): void => resolve(because(signal.reason));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
}

function because(reason: unknown): Interruption {
  if (reason instanceof BeyondLimit) return { cause: 'timeout', reason: reason.message };
  if (reason instanceof Error) return { cause: 'killed', reason: reason.message };
  return { cause: 'killed', reason: typeof reason === 'string' ? reason : 'stopped' };
}
