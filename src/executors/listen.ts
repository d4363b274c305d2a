/** Listens to what an agent writes while it runs, and tells what it comes to. The log is read where the agent writes it: nothing stands between the two. */
import { createReader } from '../agents/stream.ts';
import type { StreamFormat } from '../core/agent-descriptor.ts';
import type { StreamSummary } from '../agents/stream-summary.ts';
import { createFollower } from '../effects/follow.ts';
import { turn } from '../effects/turns.ts';

/** Milliseconds between two looks at the log. */
const LOOK = 500;

export interface Listener {
  /** What there was to read up to the end of the agent. */
  readonly end: () => Promise<StreamSummary>;
}

/** Listens from the present end of the log on; `heard` is told after each look that found something. */
export function listen(log: string, format: StreamFormat, heard: (summary: StreamSummary) => void): Listener {
  const reader = createReader(format);
  const more = createFollower(log);
  const look = async (): Promise<boolean> => {
    const pieces = more();
    for (let found = false; ; found = true) {
      // of a hundred agents that talk none is to keep iter from the others, nor from people
      await turn();
      const piece = pieces.next();
      if (piece.done === true) return found;
      reader.push(piece.value);
    }
  };
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    if (looking !== undefined) return;
    const one = look().then((found) => {
      if (found) heard(reader.summary());
      looking = undefined;
    });
    // who ends it hears of it
    one.catch(() => undefined);
    looking = one;
  }, LOOK);
  timer.unref();
  return {
    end: async () => {
      clearInterval(timer);
      await looking;
      await look();
      reader.end();
      return reader.summary();
    },
  };
}
