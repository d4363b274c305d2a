/**
 * Checkouts for tasks: made one registration at a time, verified, saved and removed without losing anything.
 * It decides nothing about tasks, and it never deletes a folder that holds content it did not write itself.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CommitId } from '../core/ids.ts';
import { git, gitResult } from './git.ts';
import { headFacts } from './git-facts.ts';
import { readRef } from './ref-files.ts';
import { acquire } from './lock.ts';
import { findByEnvironment } from './process-table.ts';
import type { Repository } from './repository.ts';
import { checkoutDirectory, locate, registeredNames, registrations } from './repository.ts';
import { clearStaleLocks, gitsEnded, withFreeRefs } from './stale-locks.ts';
import { recordWorktree } from './worktree-record.ts';

export interface NewWorktree {
  readonly path: string;
  /** `refs/heads/…`, made or moved to `commit`; left out for a detached HEAD. */
  readonly branch?: string;
  readonly commit: CommitId;
  /** File of the lock of the repository: registrations are made one at a time. */
  readonly lock: string;
  readonly signal?: AbortSignal;
}

export interface Worktree {
  readonly path: string;
  /** It was there already, with whatever is uncommitted in it. */
  readonly reused: boolean;
}

/** A worktree is not what it should be, and repairing it could lose work. */
export class WorktreeError extends Error {
  override readonly name = 'WorktreeError';
  readonly path: string;
  readonly fix: string;

  constructor(place: string, what: string, fix: string) {
    super(`${place}: ${what}; ${fix}`);
    this.path = place;
    this.fix = fix;
  }
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
/** Milliseconds to wait for git commands that a killed iter left running. */
const ORPHAN_PATIENCE = 60_000;

function repositoryAt(root: string): Repository {
  const repository = locate(root);
  if (repository === undefined) throw new WorktreeError(root, 'there is no git repository', 'call iter inside one');
  return repository;
}

/** The git directory of a linked worktree; the main checkout is never touched here. */
function registeredAt(repository: Repository, place: string): string | undefined {
  const own = checkoutDirectory(repository, place);
  if (own === repository.gitDirectory) throw new Error(`${place} is the main checkout, not a worktree`);
  return own;
}

/**
 * Before a registration iter notes what is registered. The note is gone when git has finished, so a note found later means that iter
 * was killed meanwhile: what is new since and cannot be read would make every later worktree command of git fail.
 */
async function recoverInterruptedAdd(repository: Repository): Promise<void> {
  const file = noteOf(repository);
  if (!existsSync(file)) return;
  const note = readNote(file);
  if (note !== undefined && note.engine !== process.pid) await outlive(note.engine);
  const known = new Set(note?.registered);
  for (const registration of registrations(repository.gitDirectory)) {
    if (!registration.complete && !known.has(path.basename(registration.directory)))
      rmSync(registration.directory, { recursive: true, force: true });
  }
  rmSync(file, { force: true });
}

interface Note {
  readonly engine: number;
  readonly registered: readonly string[];
}

function readNote(file: string): Note | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Note;
  } catch {
    return undefined;
  }
}

function noteOf(repository: Repository): string {
  return path.join(repository.gitDirectory, 'iter', 'adding-worktree.json');
}

/** Waits until the git commands of a killed iter have ended by themselves. */
async function outlive(engine: number): Promise<void> {
  const deadline = performance.now() + ORPHAN_PATIENCE;
  while (findByEnvironment(`ITER_ENGINE=${engine}\0`).length > 0 && performance.now() < deadline) await pause(10);
}

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

/** Nothing but git's own pointer, as `worktree add --no-checkout` leaves it, or nothing at all. */
function isEmpty(repository: Repository, place: string): boolean {
  return !existsSync(place) || readdirSync(place).every((name) => name === '.git' && isPointer(repository, path.join(place, name)));
}

function isPointer(repository: Repository, file: string): boolean {
  if (!statSync(file).isFile()) return false;
  const text = readFileSync(file, 'utf8');
  return text === '' || text.startsWith(`gitdir: ${repository.gitDirectory}/`);
}

async function register(repository: Repository, wanted: NewWorktree): Promise<void> {
  const { root } = repository;
  const branch = wanted.branch === undefined ? undefined : shortName(wanted.branch);
  if (wanted.branch !== undefined) await keepAbandoned(repository, wanted.branch, wanted.commit);
  mkdirSync(path.dirname(wanted.path), { recursive: true });
  const note = noteOf(repository);
  mkdirSync(path.dirname(note), { recursive: true });
  const registered = registeredNames(repository.gitDirectory);
  writeFileSync(note, JSON.stringify({ engine: process.pid, registered } satisfies Note));
  const how = branch === undefined ? ['--detach'] : ['--no-track', '-B', branch];
  const record = wanted.branch === undefined ? undefined : { path: wanted.path, branch: wanted.branch, commit: wanted.commit };
  if (record === undefined || !(await recordWorktree(repository, record)))
    await git(root, ['worktree', 'add', '--quiet', '--no-checkout', ...how, '--', wanted.path, wanted.commit], { writes: true });
  rmSync(note, { force: true });
}

function shortName(branch: string): string {
  if (!branch.startsWith('refs/heads/')) throw new Error(`not the full name of a branch: ${branch}`);
  return branch.slice('refs/heads/'.length);
}

/** Pins the commits a branch would lose by moving to `commit`. */
async function keepAbandoned({ root, gitDirectory }: Repository, branch: string, commit: CommitId): Promise<void> {
  const onDisk = readRef(gitDirectory, branch);
  if (onDisk === 'none' || onDisk === commit) return;
  const found = await gitResult(root, ['rev-parse', '--quiet', '--verify', '--end-of-options', `${branch}^{commit}`]);
  if (found.exitCode !== 0 || found.stdout === commit) return;
  const inside = await gitResult(root, ['merge-base', '--is-ancestor', found.stdout, commit]);
  if (inside.exitCode === 0) return;
  const kept = `refs/iter/keep/${shortName(branch)}/${found.stdout}`;
  await withFreeRefs(root, [kept], () => git(root, ['update-ref', kept, found.stdout], { writes: true }));
}

/** Fills a worktree that has no index yet: git writes the index last, so without one the files are nobody's work but git's. */
async function checkOut(repository: Repository, place: string): Promise<void> {
  const own = checkoutDirectory(repository, place);
  if (own === undefined || !isUntouched(place, own)) return;
  await withSlot(async () => {
    await clearStaleLocks(place, [path.join(own, 'index.lock'), path.join(own, 'HEAD.lock')]);
    await git(repository.root, ['reset', '--hard', '--quiet'], { worktree: place, writes: true });
  });
}

function isUntouched(place: string, own: string): boolean {
  return !existsSync(path.join(own, 'index')) || !existsSync(place);
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

async function refuseUncommitted(root: string, place: string): Promise<void> {
  const listing = await git(root, ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames'], { worktree: place });
  const entries = listing.split('\0').filter((entry) => entry !== '');
  if (entries.length === 0) return;
  throw new WorktreeError(
    place,
    `it has ${entries.length === 1 ? '1 uncommitted path' : `${entries.length} uncommitted paths`}, the first is "${entries[0]?.slice(3)}"`,
    'commit or snapshot them first',
  );
}

function signalOf(wanted: NewWorktree): { readonly signal?: AbortSignal } {
  return wanted.signal === undefined ? {} : { signal: wanted.signal };
}
