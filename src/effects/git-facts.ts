/** What is so in a repository: questions to git that change nothing. Which facts matter, and what follows from them, is for the engine. */
import { existsSync } from 'node:fs';
import type { CommitId, TreeId } from '../core/ids.ts';
import { commitId, treeId } from '../core/ids.ts';
import { git, gitBytes, gitResult, reader } from './git.ts';

export interface HeadFacts {
  /** Full name, `refs/heads/main`; absent when HEAD is detached. */
  readonly branch?: string;
  /** Absent on a branch without commits. */
  readonly commit?: CommitId;
}

/** Says what HEAD of a checkout is. */
export async function headFacts(root: string): Promise<HeadFacts> {
  const [branch, commit] = await Promise.all([
    gitResult(root, ['symbolic-ref', '--quiet', 'HEAD']),
    gitResult(root, ['rev-parse', '--quiet', '--verify', 'HEAD^{commit}']),
  ]);
  return {
    ...(branch.exitCode === 0 ? { branch: branch.stdout } : {}),
    ...(commit.exitCode === 0 ? { commit: commitId(commit.stdout) } : {}),
  };
}

/** Lists what differs from HEAD in index or files, untracked files included, leaving out everything below `except` (`iterations/`). Sorted. */
export async function uncommittedPaths(root: string, except?: string): Promise<string[]> {
  const status = await (await reader(root)).status(['--untracked-files=all', '--no-renames', '--ignored=no']);
  const paths = new Set(status.files.map((file) => file.path));
  return [...paths].filter((path) => except === undefined || !path.startsWith(except)).toSorted();
}

/** Lists the files of a checkout, tracked and untracked, without what is ignored. Sorted, each once. */
export async function workingFiles(root: string): Promise<string[]> {
  const listing = await git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  return [...new Set(listing.split('\0'))].filter((path) => path !== '').toSorted();
}

/** Finds the worktree that has a branch (`refs/heads/…`) checked out; worktrees whose folder is gone do not count. */
export async function checkedOutAt(root: string, ref: string): Promise<string | undefined> {
  const listing = await git(root, ['worktree', 'list', '--porcelain', '-z']);
  for (const entry of listing.split('\0\0')) {
    const lines = entry.split('\0');
    const folder = lines.find((line) => line.startsWith('worktree '))?.slice('worktree '.length);
    if (folder !== undefined && lines.includes(`branch ${ref}`) && existsSync(folder)) return folder;
  }
  return undefined;
}

/** Lists the paths in which two commits or trees differ; a rename counts as two paths. */
export async function changedPaths(root: string, base: CommitId | TreeId, head: CommitId | TreeId): Promise<string[]> {
  const listing = await git(root, ['diff-tree', '-r', '-z', '--name-only', '--no-renames', '--no-ext-diff', base, head]);
  return listing.split('\0').filter((path) => path !== '');
}

/** Changed files and added plus removed lines between two commits; binary files have no lines. */
export async function changeSize(
  root: string,
  base: CommitId,
  head: CommitId,
): Promise<{ readonly files: number; readonly lines: number }> {
  const out = await git(root, ['diff-tree', '-r', '--numstat', '--no-renames', '-z', base, head]);
  const entries = out.split('\0').filter((entry) => entry !== '');
  const counts = entries.map((entry) => entry.split('\t', 2).map((count) => Number.parseInt(count, 10) || 0));
  return { files: entries.length, lines: counts.flat().reduce((sum, count) => sum + count, 0) };
}

/** Lists the commits of `head` that are not in `base`, oldest first, following first parents only. */
export async function commitsBetween(root: string, base: CommitId, head: CommitId): Promise<CommitId[]> {
  const listing = await git(root, ['rev-list', '--reverse', '--first-parent', head, `^${base}`]);
  return listing
    .split('\n')
    .filter((line) => line !== '')
    .map(commitId);
}

export type BlobAnswer = { readonly bytes: Uint8Array } | { readonly problem: 'is a symbolic link' | 'is a directory' | 'is a submodule' };

/** Reads a file out of a tree, so that no link or later edit in a checkout can deceive; undefined when the tree has no such path. */
export async function readBlob(root: string, tree: CommitId | TreeId, path: string): Promise<BlobAnswer | undefined> {
  const wanted = path.split('/').filter((part) => part !== '' && part !== '.');
  if (wanted.includes('..')) return undefined;
  if (wanted.length === 0) return { problem: 'is a directory' };
  const entry = await git(root, ['ls-tree', '-z', '--full-tree', tree, '--', wanted.join('/')]);
  const [, mode, id] = /^([0-7]{6}) [a-z]+ ([0-9a-f]+)\t/.exec(entry) ?? [];
  if (mode === undefined || id === undefined) return undefined;
  if (mode === '120000') return { problem: 'is a symbolic link' };
  if (mode === '040000') return { problem: 'is a directory' };
  if (mode === '160000') return { problem: 'is a submodule' };
  return { bytes: await gitBytes(root, ['cat-file', 'blob', id]) };
}

/** Lists the files of a tree that these paths name, or that lie below them. */
export async function pathsIn(root: string, tree: CommitId | TreeId, paths: readonly string[]): Promise<string[]> {
  const listing = await git(root, ['ls-tree', '-r', '-z', '--name-only', '--full-tree', tree, '--', ...paths]);
  return listing.split('\0').filter((path) => path !== '');
}

/** Gives the tree of a commit; git is asked once for each, because what an id names never changes. */
export async function treeOf(root: string, commit: CommitId): Promise<TreeId> {
  const known = trees.get(commit);
  if (known !== undefined) return known;
  const tree = treeId(await git(root, ['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`]));
  trees.set(commit, tree);
  return tree;
}

const trees = new Map<CommitId, TreeId>();

export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** Signs what iter commits by itself. */
export const ITER_IDENTITY: Identity = { name: 'iter', email: 'iter@localhost' };

/** Gives the person's name and address as git is configured; iter's own where it is not. */
export async function identity(root: string): Promise<Identity> {
  const [name, email] = await Promise.all([
    gitResult(root, ['config', '--get', 'user.name']),
    gitResult(root, ['config', '--get', 'user.email']),
  ]);
  return name.exitCode === 0 && email.exitCode === 0 ? { name: name.stdout, email: email.stdout } : ITER_IDENTITY;
}
