/** Keeps the drawn picture in step with the feed: at most ten looks a second, and one a second for the clock alone. */
import { useEffect, useState } from 'react';
import type { Snapshot } from '../core/view.ts';
import type { MonitorFeed } from './feed.ts';

/** Milliseconds between two redraws. */
export const SHORTEST_PAUSE = 100;
const CLOCK_TICK = 1000;

export interface Picture {
  readonly snapshot: Snapshot;
  readonly now: number;
}

/** The picture to draw; a burst of changes is drawn once at its start and once at its end. */
export function usePicture(feed: MonitorFeed): Picture {
  const [picture, show] = useState(() => look(feed));
  useEffect(() => {
    let pause: ReturnType<typeof setTimeout> | undefined;
    let missed = false;
    const refresh = (): void => {
      if (pause !== undefined) {
        missed = true;
        return;
      }
      pause = setTimeout(() => {
        pause = undefined;
        if (!missed) return;
        missed = false;
        refresh();
      }, SHORTEST_PAUSE);
      // looked at while rendering: a feed that throws ends the monitor with its error, the terminal restored
      show(() => look(feed));
    };
    const unsubscribe = feed.subscribe(refresh);
    const tick = setInterval(refresh, CLOCK_TICK);
    return () => {
      unsubscribe();
      clearInterval(tick);
      clearTimeout(pause);
    };
  }, [feed]);
  return picture;
}

const look = (feed: MonitorFeed): Picture => ({ snapshot: feed.snapshot(), now: feed.now() });
