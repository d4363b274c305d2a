/**
 * Checkouts for tasks: made one registration at a time, verified, and removed without losing anything.
 * It decides nothing about tasks, and it never deletes a folder that holds content it did not write itself.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { headFacts } from './git-facts.ts';
import { acquire } from './lock.ts';
import type { Repository } from './repository.ts';
import { locate } from './repository.ts';
import { gitsEnded } from './stale-locks.ts';
import { checkOut } from './worktree-files.ts';
import { isEmpty, isUntouched, refuseUncommitted, registeredAt, repositoryAt, WorktreeError } from './worktree-place.ts';
import type { Registration } from './worktree-registration.ts';
import { recoverInterruptedAdd, register } from './worktree-registration.ts';

export interface NewWorktree extends Registration {
  /** File of the lock of the repository: registrations are made one at a time. */
  readonly lock: string;
  readonly signal?: AbortSignal;
}

export interface Worktree {
  readonly path: string;
  /** It was there already, with whatever is uncommitted in it. */
  readonly reused: boolean;
}

/**
 * Makes a worktree and checks out `commit`, or takes the one that is there on the same branch.
 * What a killed run left half-made is cleared first; what a branch held that moves is kept under `refs/iter/keep/`. Throws WorktreeError when content is in the way.
 */
export async function addWorktree(root: string, wanted: NewWorktree): Promise<Worktree> {
  const repository = repositoryAt(root);
  const lock = await acquire(wanted.lock, {
    what: `adding the worktree ${wanted.path}`,
    wait: PATIENCE,
    ...signalOf(wanted),
  });
  let reused: boolean;
  try {
    await recoverInterruptedAdd(repository);
    reused = await claimPlace(repository, wanted);
    if (!reused) await register(repository, wanted);
  } finally {
    lock.release();
  }
  // the one who made it may have been killed while its git goes on
  if (reused) await gitsEnded(wanted.path);
  await checkOut(repository, wanted.path);
  await verify(wanted);
  return { path: wanted.path, reused };
}

export interface Removal {
  readonly lock: string;
  /** What is uncommitted in it was saved before, or is worth nothing; without this it stops the removal. */
  readonly discard?: boolean;
}

/** Removes a worktree and its registration, never its branch; throws WorktreeError when uncommitted content would be lost. One that is not there is fine. */
export async function removeWorktree(root: string, place: string, removal: Removal): Promise<void> {
  const repository = repositoryAt(root);
  const lock = await acquire(removal.lock, {
    what: `removing the worktree ${place}`,
    wait: PATIENCE,
  });
  try {
    await recoverInterruptedAdd(repository);
    const own = registeredAt(repository, place);
    if (own === undefined) {
      if (!isEmpty(repository, place))
        throw new WorktreeError(place, 'it is not a worktree of this repository', 'look what it is and remove it by hand');
      rmSync(place, { recursive: true, force: true });
      return;
    }
    if (removal.discard !== true && !isUntouched(place, own)) await refuseUncommitted(root, place);
    // out of the way first, so that a kill in the middle does not leave half a worktree
    if (existsSync(place)) renameSync(place, `${place}${REMOVED}${process.pid}-${performance.now().toFixed(0)}`);
    rmSync(own, { recursive: true, force: true });
  } finally {
    lock.release();
  }
  await sweepRemoved(path.dirname(place));
}

/** Between the name of a worktree that is on its way out and the number of the process that removes it. */
const REMOVED = '.iter-removed-';

/** Two removals at once sweep the same remains and get into each other's way; what stays now, the next one sweeps. */
async function sweepRemoved(parent: string): Promise<void> {
  if (!existsSync(parent)) return;
  const left = readdirSync(parent).filter((name) => name.includes(REMOVED));
  await Promise.all(
    left.map((name) => rm(path.join(parent, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)),
  );
}

/** Milliseconds to wait for the repository lock: a hundred tasks that start together take turns, at more than a second each on a machine with much else to do. */
const PATIENCE = 10 * 60_000;
/** True when the worktree is there and right; otherwise the place is free afterwards, or a WorktreeError says what is in the way. */
async function claimPlace(repository: Repository, wanted: NewWorktree): Promise<boolean> {
  const own = registeredAt(repository, wanted.path);
  if (own === undefined) {
    if (!isEmpty(repository, wanted.path))
      throw new WorktreeError(wanted.path, 'the folder is in the way and is no worktree of this repository', 'move it away');
    rmSync(wanted.path, { recursive: true, force: true });
    return false;
  }
  if (!existsSync(path.join(wanted.path, '.git')) && !isEmpty(repository, wanted.path)) {
    throw new WorktreeError(wanted.path, 'its .git file is gone but files are left', 'move the folder away');
  }
  if (isEmpty(repository, wanted.path)) {
    rmSync(wanted.path, { recursive: true, force: true });
    rmSync(own, { recursive: true, force: true });
    return false;
  }
  const head = readFileSync(path.join(own, 'HEAD'), 'utf8').trim();
  const branch = head.startsWith('ref: ') ? head.slice('ref: '.length) : undefined;
  if (branch === wanted.branch) return true;
  throw new WorktreeError(
    wanted.path,
    `it has ${branch ?? 'a detached HEAD'} checked out, not ${wanted.branch ?? 'a detached HEAD'}`,
    'remove the worktree after saving what is in it',
  );
}

/** Looks at the worktree as an agent in it will. */
async function verify(wanted: NewWorktree): Promise<void> {
  const facts = await headFacts(wanted.path);
  const folder = locate(wanted.path)?.worktree;
  const expected = {
    folder: realpathSync(wanted.path),
    branch: wanted.branch ?? 'a detached HEAD',
    commit: wanted.commit,
  };
  const found = { folder, branch: facts.branch ?? 'a detached HEAD', commit: facts.commit };
  for (const key of ['folder', 'branch', 'commit'] as const) {
    if (found[key] === expected[key]) continue;
    throw new WorktreeError(
      wanted.path,
      `its ${key} is ${found[key] ?? 'missing'}, not ${expected[key]}`,
      'save what is in it and remove the worktree',
    );
  }
}

function signalOf(wanted: NewWorktree): { readonly signal?: AbortSignal } {
  return wanted.signal === undefined ? {} : { signal: wanted.signal };
}
