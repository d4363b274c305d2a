/** A throw-away checkout that looks as right before a commit: HEAD is what there was, files and index are what would be committed. */
import path from 'node:path';
import { copyFile, exists, moveFile, removeFolder } from './folder.ts';
import { git, gitResult } from './git.ts';
import type { HookPlace } from './commit-settings.ts';
import type { TreeId } from '../core/ids.ts';

export interface Staging {
  readonly tree: TreeId;
  /** Stays as HEAD has it, whatever the tree says; files of the main checkout that were never committed are added. */
  readonly hooks: HookPlace;
}

/** Changes a fresh checkout into that; gives what git says where it cannot. */
export async function stage(root: string, checkout: string, { tree, hooks }: Staging): Promise<string | undefined> {
  // the whole folder at the top: nothing above it can be a link somebody made
  const [top] = hooks.inside?.split('/') ?? [];
  const own = top === undefined ? undefined : path.join(checkout, top);
  const aside = `${checkout}.hooks`;
  removeFolder(aside);
  if (own !== undefined && exists(own)) moveFile(own, aside);
  const staged = await gitResult(root, ['read-tree', '--reset', '-u', tree], { worktree: checkout, writes: true });
  if (own !== undefined) {
    removeFolder(own);
    if (exists(aside)) moveFile(aside, own);
    for (const name of await uncommitted(root, hooks.inside ?? '')) {
      if (!exists(path.join(checkout, name))) copyFile(path.join(root, name), path.join(checkout, name));
    }
  }
  return staged.exitCode === 0 ? undefined : staged.stderr.trim();
}

/** Files of the main checkout that git does not have, those it is told to ignore included. */
async function uncommitted(root: string, folder: string): Promise<string[]> {
  const listing = await git(root, ['ls-files', '-z', '--others', '--', `:(top,literal)${folder}`]);
  return listing.split('\0').filter((name) => name !== '' && !name.endsWith('/'));
}

/** Paths in which the index of a checkout differs from a tree, sorted. */
export async function stagedBesides(root: string, checkout: string, tree: TreeId): Promise<string[]> {
  const listing = await git(root, ['diff-index', '--cached', '-z', '--name-only', '--no-renames', '--ignore-submodules=none', tree], {
    worktree: checkout,
  });
  return listing.split('\0').filter((name) => name !== '');
}
