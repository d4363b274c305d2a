/** Tells when one of a few files changes. Watches files that matter, never trees (the cost would grow with the repository). */
import { watch } from 'chokidar';

export interface Watch {
  close(): Promise<void>;
}

/** Calls `changed` after any of the files was written, made or removed; judging what changed is the caller's, by content. */
export function watchFiles(files: readonly string[], changed: () => void): Watch {
  const watcher = watch([...files], { ignoreInitial: true, depth: 0 });
  watcher.on('all', () => changed());
  return { close: () => watcher.close() };
}
