/** Shares the event loop among many that have much to do: one of them at a time, with everything else in between. */

const waiting: (() => void)[] = [];

/** Comes when it is the caller's turn: of all that wait, one for each round of the event loop, in the order they asked. What it then does at once should take milliseconds. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(next);
  });
}

function next(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(next);
}
