/** Tells that something in a folder is written, once for as often as somebody looks. What it was is not told, and nothing is read. */
import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';

export interface Bell {
  /** Rings at the next change from now on; hears nothing between a ring and this. */
  set(): void;
  close(): void;
}

/**
 * Rings once when something directly in a folder is written, and again only after it was set again: a hundred logs that grow all the time ring as seldom as somebody looks.
 * A folder that is not there, or a system without watches, does not ring.
 */
export function createBell(folder: string, rings: () => void): Bell {
  let watcher: FSWatcher | undefined;
  const close = (): void => {
    watcher?.close();
    watcher = undefined;
  };
  const set = (): void => {
    if (watcher !== undefined) return;
    try {
      watcher = watch(folder, () => {
        close();
        rings();
      }).on('error', close);
    } catch {
      // no folder yet, or no watches left: whoever sets it looks by the clock, too
    }
  };
  return { set, close };
}
