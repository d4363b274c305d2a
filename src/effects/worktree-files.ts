/** Fills registered worktrees with their files, as many at once as there are cores. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { git } from './git.ts';
import type { Repository } from './repository.ts';
import { checkoutDirectory } from './repository.ts';
import { clearStaleLocks } from './stale-locks.ts';
import { isUntouched } from './worktree-place.ts';

/** Fills a worktree that has no index yet: git writes the index last, so without one the files are nobody's work but git's. */
export async function checkOut(repository: Repository, place: string): Promise<void> {
  const own = checkoutDirectory(repository, place);
  if (own === undefined || !isUntouched(place, own)) return;
  await withSlot(async () => {
    await clearStaleLocks(place, [path.join(own, 'index.lock'), path.join(own, 'HEAD.lock')]);
    await git(repository.root, ['reset', '--hard', '--quiet'], { worktree: place, writes: true });
  });
}

let slots = availableParallelism();
const waiting: (() => void)[] = [];

/** Runs at most as many check-outs at once as there are cores: more only take the disk from each other. */
async function withSlot(act: () => Promise<void>): Promise<void> {
  if (slots > 0) slots -= 1;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    await act();
  } finally {
    const next = waiting.shift();
    if (next === undefined) slots += 1;
    else next();
  }
}
