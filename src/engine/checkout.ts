/** A throw-away checkout of exactly one commit, in which commands judge it. */
import type { CommitId } from '../core/ids.ts';
import { exists } from '../effects/folder.ts';
import { addWorktree, removeWorktree } from '../effects/worktree.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { checkoutOf, repositoryLock } from './places.ts';
import { bringInto } from './provisions.ts';

export interface Checkout {
  readonly purpose: string;
  readonly commit: CommitId;
  readonly context: Context;
}

/** Makes the checkout, with what worktrees of tasks get, hands its path over, and removes it whatever happens. */
export async function withCheckout<Value>(
  iteration: Iteration,
  { purpose, commit, context }: Checkout,
  use: (path: string) => Promise<Value>,
): Promise<Value> {
  const { root, gitDirectory } = iteration.repository;
  const path = checkoutOf(iteration, purpose);
  const lock = repositoryLock(gitDirectory);
  const removal = { lock, discard: true };
  // a killed run may have left it: nothing of value is ever in it
  if (exists(path)) await removeWorktree(root, path, removal);
  await addWorktree(root, { path, commit, lock });
  try {
    await bringInto(iteration, path, context);
    return await use(path);
  } finally {
    await removeWorktree(root, path, removal);
  }
}
