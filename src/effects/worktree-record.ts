/**
 * Makes the record of a linked worktree the way `git worktree add --no-checkout` leaves it (gitrepository-layout: worktrees/<id>/gitdir, commondir,
 * HEAD), with one git process in place of the three of that command. Where anything about a repository is unusual, git does it.
 */
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CommitId } from '../core/ids.ts';
import { git } from './git.ts';
import { readRef } from './ref-files.ts';
import type { Repository } from './repository.ts';

export interface WorktreeRecord {
  readonly path: string;
  /** `refs/heads/…` */
  readonly branch: string;
  readonly commit: CommitId;
}

/**
 * Makes a branch that is not there yet and a worktree on it, without files; false when git has to do it. The caller holds the lock of the repository,
 * and `path` is free. Throws GitError when somebody else makes the branch at that moment. Cut off anywhere it leaves no record or a whole one.
 */
export async function recordWorktree(repository: Repository, wanted: WorktreeRecord): Promise<boolean> {
  const { gitDirectory, root } = repository;
  const id = path.basename(wanted.path);
  const record = path.join(gitDirectory, 'worktrees', id);
  if (!isPlain(repository) || !PLAIN_NAME.test(id) || existsSync(record) || readRef(gitDirectory, wanted.branch) !== 'none') return false;
  const made = ['update-ref', '-m', `branch: Created from ${wanted.commit}`, wanted.branch, wanted.commit, ABSENT];
  await git(root, made, { writes: true });
  // first where the record leads: a record that leads nowhere may be pruned
  mkdirSync(wanted.path, { recursive: true });
  const pointer = path.join(realpathSync(wanted.path), '.git');
  writeFileSync(pointer, `gitdir: ${record}\n`);
  const draft = path.join(gitDirectory, 'iter', 'worktree-record');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const files = { gitdir: `${pointer}\n`, commondir: '../..\n', HEAD: `ref: ${wanted.branch}\n` };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(draft, name), text);
  mkdirSync(path.dirname(record), { recursive: true });
  renameSync(draft, record);
  return true;
}

/** What update-ref takes for "there is none yet"; true of repositories with ids of forty digits, the only ones this is for. */
const ABSENT = '0'.repeat(40);

/** Names git would take for the record as they are. */
const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;

/** Nothing in the settings of the repository that worktrees get more for than these files, or that could say so elsewhere. */
const UNUSUAL = /^\s*\[\s*(extensions|include|includeif)\b|\bsparse|sharedrepository|^\s*worktree\s*=/im;

function isPlain({ gitDirectory, bare }: Repository): boolean {
  return !bare && path.basename(gitDirectory) === '.git' && !UNUSUAL.test(readFileSync(path.join(gitDirectory, 'config'), 'utf8'));
}
