/** When the monitor looks at the run again: soon when looking is cheap, seldom when it costs much, so that keys find time in between. Pure: time is handed in. */

/** Milliseconds between the end of one look and the next. */
export const SHORTEST_PAUSE = 100;
/** However much looks cost, the picture does not get older than this by waiting. */
const LONGEST_PAUSE = 1000;
/** A look may take a fifth of the time. */
const PAUSE_PER_COST = 4;

export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Calls back once after so many milliseconds; returns how to prevent that. */
  after(milliseconds: number, then: () => void): () => void;
}

export interface Pace {
  /** Asks for a look: now, or after the pause when one is under way. */
  ask(): void;
  /** What was looked at is on the screen. */
  drawn(): void;
  end(): void;
}

/**
 * Looks when asked; what is asked for meanwhile is one look at the end of the pause.
 *
 *   resting ── ask ──> looking ── drawn ──> pausing ── over, asked ──> looking
 *      ^                                       └────── over ─────┐
 *      └─────────────────────────────────────────────────────────┘
 */
export function createPace(look: () => void, clock: Clock): Pace {
  let begun: number | undefined;
  let pause: (() => void) | undefined;
  let asked = false;
  const ask = (): void => {
    if (begun !== undefined || pause !== undefined) {
      asked = true;
      return;
    }
    asked = false;
    begun = clock.now();
    look();
  };
  return {
    ask,
    drawn: () => {
      if (begun === undefined) return;
      const cost = clock.now() - begun;
      begun = undefined;
      pause = clock.after(pauseAfter(cost), () => {
        pause = undefined;
        if (asked) ask();
      });
    },
    end: () => pause?.(),
  };
}

/** The clock of a machine may be set while a look goes on. */
const pauseAfter = (cost: number): number => Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, cost * PAUSE_PER_COST));
