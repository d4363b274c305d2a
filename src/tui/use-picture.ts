/** Keeps the drawn picture in step with the feed, at a pace that leaves time for keys, and once a second for the clock alone. Only here the feed is read: a key draws what is known. */
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { TaskId } from '../core/ids.ts';
import type { Snapshot } from '../core/view.ts';
import type { MonitorFeed } from './feed.ts';
import type { LogInView } from './in-view.ts';
import { createPace } from './pace.ts';
import type { Pace } from './pace.ts';

const CLOCK_TICK = 1000;
/** Logs that are opened between two drawings when keys bring them into view: opening one takes milliseconds. */
const OPENED_AT_ONCE = 8;

export interface Picture {
  readonly snapshot: Snapshot;
  readonly now: number;
  /** The ends of the logs that are in view, as far as they were read, or have been. */
  readonly logs: ReadonlyMap<TaskId, LogEnd>;
}

export interface LogEnd {
  /** How many lines were asked for. */
  readonly asked: number;
  readonly lines: readonly string[];
}

/** Tells which logs the picture of a run shows, for where the person is now. */
export type InView = (snapshot: Snapshot) => readonly LogInView[];

/** The picture to draw. Logs that come into view are read after that is drawn, the picture keeps what it had of them until then. */
export function usePicture(feed: MonitorFeed, inView: InView): Picture {
  const [picture, show] = useState(() => look(feed, inView, new Map()));
  const shown = useRef(inView);
  const pace = useRef<Pace>(undefined);
  useLayoutEffect(() => {
    shown.current = inView;
  });
  useEffect(() => {
    // looked at while rendering: a feed that throws ends the monitor with its error, the terminal restored
    const looks = createPace(() => show(({ logs }) => look(feed, shown.current, logs)), { now: () => feed.now(), after });
    pace.current = looks;
    const unsubscribe = feed.subscribe(() => looks.ask());
    const tick = setInterval(() => looks.ask(), CLOCK_TICK);
    return () => {
      unsubscribe();
      clearInterval(tick);
      looks.end();
    };
  }, [feed]);
  // the frame is written by now: ink draws before effects of the layout run
  useLayoutEffect(() => pace.current?.drawn());
  useEffect(() => {
    const missing = inView(picture.snapshot).filter(({ task, lines }) => (picture.logs.get(task)?.asked ?? 0) < lines);
    if (missing.length === 0) return undefined;
    const opened = missing.slice(0, OPENED_AT_ONCE);
    // in a turn of its own: a key that has come meanwhile is answered first
    return after(0, () => show((now) => ({ ...now, logs: new Map([...now.logs, ...ends(feed, opened)]) })));
  }, [feed, inView, picture]);
  return picture;
}

/** A log that is not in view now keeps the end it had. */
function look(feed: MonitorFeed, inView: InView, before: Picture['logs']): Picture {
  const snapshot = feed.snapshot();
  return { snapshot, now: feed.now(), logs: new Map([...before, ...ends(feed, inView(snapshot))]) };
}

const ends = (feed: MonitorFeed, logs: readonly LogInView[]): (readonly [TaskId, LogEnd])[] =>
  logs.map(({ task, lines }) => [task, { asked: lines, lines: feed.tail(task, lines) }]);

function after(milliseconds: number, then: () => void): () => void {
  const timer = setTimeout(then, milliseconds);
  return () => clearTimeout(timer);
}
