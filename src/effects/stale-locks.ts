/** Clears lock files that a killed git left behind, so that the next git command is not refused. Locks of running gits are waited for. */
import { existsSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { CAN_LOOK, gitProcessesIn } from './process-table.ts';

/** Milliseconds to wait for a git command that is still at work. */
const PATIENCE = 10_000;

/** Removes these lock files of a checkout once no git works in it; where processes cannot be seen they stay, and git names them. */
export async function clearStaleLocks(checkout: string, files: readonly string[]): Promise<void> {
  if (!CAN_LOOK || !files.some((file) => existsSync(file)) || !(await gitsEnded(checkout))) return;
  for (const file of files) rmSync(file, { force: true });
}

/** Waits until no git command works in a checkout; false when one still does after a while. */
export async function gitsEnded(checkout: string): Promise<boolean> {
  const deadline = performance.now() + PATIENCE;
  while (gitProcessesIn(checkout).length > 0) {
    if (performance.now() >= deadline) return false;
    await pause(20);
  }
  return true;
}
