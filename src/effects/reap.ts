/** Ends what a killed iter left running: every process whose mark begins with a prefix. */
import { setTimeout as pause } from 'node:timers/promises';
import { findByCookie, signalOne } from './process.ts';

/** Milliseconds after which processes that even SIGKILL does not end are given up. */
const LIMIT = 10_000;

/** Ends all marked processes, the polite way first for `grace` milliseconds; gives how many there were. */
export async function reap(prefix: string, grace: number): Promise<number> {
  const seen = new Set<number>();
  const started = performance.now();
  let clean = 0;
  while (clean < 2 && performance.now() - started < LIMIT + grace) {
    const found = findByCookie(prefix);
    const name = performance.now() - started < grace ? 'SIGTERM' : 'SIGKILL';
    for (const pid of found) {
      if (name === 'SIGKILL' || !seen.has(pid)) signalOne(pid, name);
      seen.add(pid);
    }
    clean = found.length === 0 ? clean + 1 : 0;
    if (clean < 2) await pause(15);
  }
  return seen.size;
}
