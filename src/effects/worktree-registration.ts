/** Registers worktrees with git, one at a time, and clears up after a registration that was cut off. The caller holds the lock of the repository. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { CommitId } from '../core/ids.ts';
import { git, gitResult } from './git.ts';
import { findByEnvironment } from './process-table.ts';
import { readRef } from './ref-files.ts';
import type { Repository } from './repository.ts';
import { registeredNames, registrations } from './repository.ts';
import { withFreeRefs } from './stale-locks.ts';
import { recordWorktree } from './worktree-record.ts';

/** Milliseconds to wait for git commands that a killed iter left running. */
const ORPHAN_PATIENCE = 60_000;

/** A worktree that is to be registered. */
export interface Registration {
  readonly path: string;
  /** `refs/heads/…`, made or moved to `commit`; left out for a detached HEAD. */
  readonly branch?: string;
  readonly commit: CommitId;
}

/** Registers a worktree without files; what its branch held and loses is kept under `refs/iter/keep/`. */
export async function register(repository: Repository, wanted: Registration): Promise<void> {
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

/**
 * Before a registration iter notes what is registered. The note is gone when git has finished, so a note found later means that iter
 * was killed meanwhile: what is new since and cannot be read would make every later worktree command of git fail.
 */
export async function recoverInterruptedAdd(repository: Repository): Promise<void> {
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
