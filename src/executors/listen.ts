/** Listens to what an agent writes while it runs, and tells what it comes to. The log is read where the agent writes it: nothing stands between the two. */
import { createReader } from '../agents/stream.ts';
import type { StreamFormat } from '../core/agent-descriptor.ts';
import type { StreamSummary } from '../agents/stream-summary.ts';
import { createFollower } from '../effects/follow.ts';

/** Milliseconds between two looks at the log. */
const LOOK = 500;

export interface Listener {
  /** What there was to read up to the end of the agent. */
  readonly end: () => StreamSummary;
}

/** Listens from the present end of the log on; `heard` is told after each look that found something. */
export function listen(log: string, format: StreamFormat, heard: (summary: StreamSummary) => void): Listener {
  const reader = createReader(format);
  const more = createFollower(log);
  const look = (): boolean => {
    let found = false;
    for (const bytes of more()) {
      reader.push(bytes);
      found = true;
    }
    return found;
  };
  const timer = setInterval(() => {
    if (look()) heard(reader.summary());
  }, LOOK);
  timer.unref();
  return {
    end: () => {
      clearInterval(timer);
      look();
      reader.end();
      return reader.summary();
    },
  };
}
