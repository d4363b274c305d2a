/**
 * Everything a worktree holds as one commit, and a worktree from such a commit again: files as they lie there, the index, HEAD and the branch.
 * Not kept: empty folders, times, and ignored files unless asked for. Line endings are those of the files, not of `core.autocrlf`.
 */
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CommitId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import type { GitOptions } from './git.ts';
import { git, gitResult } from './git.ts';
import { ITER_IDENTITY } from './git-facts.ts';
import { checkoutDirectory, locate } from './repository.ts';
import { withFreeRefs } from './stale-locks.ts';
import { addWorktree } from './worktree.ts';
import { WorktreeError } from './worktree-place.ts';

export interface Backup {
  readonly commit: CommitId;
  /** Something besides ignored files and iter's own `.iter` differs from HEAD. */
  readonly uncommitted: boolean;
}

export interface BackupRequest {
  readonly worktree: string;
  /** `refs/heads/…`: kept with its commit even when the worktree has something else checked out. */
  readonly branch: string;
  readonly ref: string;
  /** Ignored files, too. */
  readonly ignored: boolean;
}

/** The bytes of the files, whatever the configuration would make of their line endings. */
const AS_IT_LIES = ['-c', 'core.autocrlf=false', '-c', 'core.safecrlf=false'];

/** Saves a worktree under a new ref. Throws WorktreeError for a repository inside it: git would keep only the id of its commit. */
export async function backUp(root: string, { worktree, branch, ref, ignored }: BackupRequest): Promise<Backup> {
  const own = ownDirectory(root, worktree);
  const folder = mkdtempSync(path.join(tmpdir(), 'iter-backup-'));
  try {
    const options: GitOptions = { worktree, writes: true, env: { GIT_INDEX_FILE: path.join(folder, 'index') } };
    const head = commitId(await git(root, ['rev-parse', '--verify', 'HEAD^{commit}'], { worktree }));
    await git(root, ['read-tree', head], options);
    await git(root, [...AS_IT_LIES, 'add', '--all', '--', ':/', ':(top,exclude).iter'], options);
    const plain = await git(root, ['write-tree'], options);
    await refuseEmbedded(root, worktree, { head, tree: plain });
    if (ignored) await git(root, [...AS_IT_LIES, 'add', '--all', '--force', '--', ':/'], options);
    else if (existsSync(path.join(worktree, '.iter')))
      await git(root, [...AS_IT_LIES, 'add', '--all', '--force', '--', ':(top).iter'], options);
    const tree = await git(root, ['write-tree'], options);
    const index = await indexTree(root, { worktree, own, folder });
    const indexCommit = await commitTree(root, {
      tree: index ?? (await git(root, ['rev-parse', `${head}^{tree}`])),
      parents: [head],
      message: 'Index',
    });
    const at = await gitResult(root, ['rev-parse', '-q', '--verify', `${branch}^{commit}`]);
    const symbolic = await gitResult(root, ['symbolic-ref', '-q', 'HEAD'], { worktree });
    const checkedOut = symbolic.exitCode === 0 ? symbolic.stdout : 'detached';
    const message = `Backup of a worktree\n\nIter-Head: ${checkedOut}\nIter-Branch: ${branch} ${at.exitCode === 0 ? at.stdout : 'none'}\n`;
    const parents = [head, indexCommit, ...(at.exitCode === 0 && at.stdout !== head ? [at.stdout] : [])];
    const commit = await commitTree(root, { tree, parents, message });
    await withFreeRefs(root, [ref], () => git(root, ['update-ref', '-m', 'iter: backup', ref, commit, ''], { writes: true }));
    return { commit, uncommitted: plain !== (await git(root, ['rev-parse', `${head}^{tree}`])) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Saves a branch whose worktree is gone. */
export async function backUpBranch(root: string, branch: string, ref: string): Promise<CommitId> {
  const head = await git(root, ['rev-parse', '--verify', `${branch}^{commit}`]);
  const tree = await git(root, ['rev-parse', `${head}^{tree}`]);
  const index = await commitTree(root, { tree, parents: [head], message: 'Index' });
  const message = `Backup of a branch\n\nIter-Head: ${branch}\nIter-Branch: ${branch} ${head}\n`;
  const commit = await commitTree(root, { tree, parents: [head, index], message });
  await withFreeRefs(root, [ref], () => git(root, ['update-ref', '-m', 'iter: backup', ref, commit, ''], { writes: true }));
  return commit;
}

/** Makes branch and worktree again from a backup. Throws WorktreeError when something is in their place, GitError when the branch is elsewhere by now. */
export async function bringBack(
  root: string,
  from: { readonly backup: CommitId; readonly path: string; readonly lock: string },
): Promise<void> {
  const [head = '', index = ''] = (await git(root, ['rev-parse', `${from.backup}^1`, `${from.backup}^2`])).split('\n');
  const message = await git(root, ['log', '-1', '--format=%B', from.backup]);
  const checkedOut = /^Iter-Head: (\S+)$/m.exec(message)?.[1] ?? 'detached';
  const [, branch = '', at = 'none'] = /^Iter-Branch: (\S+) (\S+)$/m.exec(message) ?? [];
  const now = await gitResult(root, ['rev-parse', '-q', '--verify', `${branch}^{commit}`]);
  if (now.exitCode === 0 && now.stdout !== at)
    throw new WorktreeError(from.path, `its branch ${branch} is at ${now.stdout.slice(0, 10)} by now`, `rename it first: git branch -m`);
  if (now.exitCode !== 0 && at !== 'none') await git(root, ['update-ref', '-m', 'iter: restore', branch, at, ''], { writes: true });
  const place = { path: from.path, commit: commitId(head), lock: from.lock };
  await addWorktree(root, checkedOut === 'detached' ? place : { ...place, branch: checkedOut });
  const options = { worktree: from.path, writes: true };
  await git(root, [...AS_IT_LIES, 'read-tree', '--reset', '-u', from.backup], options);
  await git(root, ['read-tree', index], options);
}

function ownDirectory(root: string, worktree: string): string {
  const repository = locate(root);
  const own = repository === undefined ? undefined : checkoutDirectory(repository, worktree);
  if (own === undefined) throw new WorktreeError(worktree, 'it is not a worktree the repository knows', 'look what it is');
  return own;
}

/** The tree of the index as it is; undefined while it has conflicts in it, or when there is none. */
async function indexTree(root: string, at: { worktree: string; own: string; folder: string }): Promise<string | undefined> {
  const index = path.join(at.own, 'index');
  if (!existsSync(index)) return undefined;
  const copy = path.join(at.folder, 'own-index');
  cpSync(index, copy);
  const written = await gitResult(root, ['write-tree'], { worktree: at.worktree, writes: true, env: { GIT_INDEX_FILE: copy } });
  return written.exitCode === 0 ? written.stdout : undefined;
}

async function refuseEmbedded(root: string, worktree: string, { head, tree }: { head: string; tree: string }): Promise<void> {
  const raw = await git(root, ['diff-tree', '-r', '--raw', '-z', '--no-renames', '--ignore-submodules=none', head, tree]);
  const [, name] = /:\d+ 160000 [^\0]*\0([^\0]+)\0/.exec(`${raw}\0`) ?? [];
  if (name !== undefined)
    throw new WorktreeError(worktree, `"${name}" in it is a repository of its own`, 'move it away: its files cannot be saved here');
}

async function commitTree(
  root: string,
  { tree, parents, message }: { tree: string; parents: readonly string[]; message: string },
): Promise<CommitId> {
  const { name, email } = ITER_IDENTITY;
  const env = { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
  const argv = ['commit-tree', tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'];
  return commitId(await git(root, argv, { writes: true, env, input: message }));
}
