/** Clears lock files that a killed git left behind, so that the next git command is not refused. Locks of running gits are waited for. */
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { GitError } from './git.ts';
import { CAN_LOOK, gitProcessesIn } from './process-table.ts';
import { checkoutDirectory, locate } from './repository.ts';

/** Milliseconds to wait for a git command that is still at work. */
const PATIENCE = 10_000;

/** Removes these lock files of a checkout once no git works in it; where processes cannot be seen they stay, and git names them. */
export async function clearStaleLocks(checkout: string, files: readonly string[]): Promise<void> {
  if (!CAN_LOOK || !files.some((file) => existsSync(file)) || !(await gitsEnded(checkout))) return;
  for (const file of files) rmSync(file, { force: true });
}

/** Clears what a git that was killed while it moved these refs may have left, in the checkout that has them and in the repository. */
export async function clearRefLocks(root: string, checkout: string | undefined, refs: readonly string[]): Promise<void> {
  const repository = locate(root);
  if (repository === undefined) throw new Error(`${root} is no repository`);
  const common = repository.gitDirectory;
  const own = checkout === undefined ? [] : [checkoutDirectory(repository, checkout)].filter((directory) => directory !== undefined);
  const files = own.flatMap((directory) => ['index.lock', 'HEAD.lock', 'ORIG_HEAD.lock'].map((name) => path.join(directory, name)));
  await clearStaleLocks(checkout ?? root, [...files, ...refs.map((ref) => path.join(common, `${ref}.lock`))]);
}

/** Does something that writes these refs; where git finds one of them locked by a git that was killed, the lock is cleared and it is done once more. */
export async function withFreeRefs<Value>(root: string, refs: readonly string[], write: () => Promise<Value>): Promise<Value> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof GitError) || !/\.lock': File exists/.test(error.stderr)) throw error;
    await clearRefLocks(root, undefined, refs);
    return write();
  }
}

/** Waits until no git command works in a checkout that works there now; false when one still does after a while. Those that begin later do not count. */
export async function gitsEnded(checkout: string): Promise<boolean> {
  const deadline = performance.now() + PATIENCE;
  for (let working = gitProcessesIn(checkout); working.length > 0;) {
    if (performance.now() >= deadline) return false;
    await pause(20);
    const still = new Set(gitProcessesIn(checkout));
    working = working.filter((pid) => still.has(pid));
  }
  return true;
}
