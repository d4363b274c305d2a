/** Tells when one of a few files, or something directly in one of a few folders, changes. Watches files that matter, never trees (the cost would grow with the repository). */
import { watch } from 'chokidar';

/** Milliseconds between two calls where files cannot be watched. */
const WITHOUT_WATCHES = 1000;

export interface Watch {
  /** Watches more; what is watched already is not watched twice. */
  add(files: readonly string[]): void;
  close(): Promise<void>;
}

/** Calls `changed` once it watches, and after any of the files was written, made or removed; judging what changed is the caller's, by content. */
export function watchFiles(files: readonly string[], changed: () => void): Watch {
  const watcher = watch([...files], { ignoreInitial: true, depth: 0 });
  watcher.on('all', () => changed());
  // what was written before the watches stood
  watcher.on('ready', () => changed());
  const known = new Set(files);
  let slow: NodeJS.Timeout | undefined;
  // the system may have no watches left to give: then the clock stands in for them
  watcher.on('error', () => (slow ??= setInterval(changed, WITHOUT_WATCHES).unref()));
  return {
    add: (more) => {
      const fresh = more.filter((file) => !known.has(file));
      for (const file of fresh) known.add(file);
      if (fresh.length > 0) watcher.add(fresh);
    },
    close: async () => {
      clearInterval(slow);
      await watcher.close();
    },
  };
}
