/** Brings several commits together into one to start from, without touching any checkout; the same commits always give the same id. */
import type { CommitId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import { git, GitError, gitResult } from './git.ts';
import { ITER_IDENTITY } from './git-facts.ts';

export type MergedBase = { readonly commit: CommitId } | { readonly conflict: readonly string[] };

/** Merges commits in the order given, leaving out those that others contain; gives the conflicting paths of the first merge that does not go. */
export async function mergedBase(root: string, commits: readonly CommitId[], message: string): Promise<MergedBase> {
  const [first, ...rest] = await independent(root, commits);
  if (first === undefined) throw new Error('no commits to merge');
  if (rest.length === 0) return { commit: first };
  const env = await fixedSignature(root, commits);
  let tip = first;
  for (const next of rest) {
    const merged = await mergeTrees(root, tip, next);
    if ('conflict' in merged) return merged;
    tip = commitId(
      await git(root, ['commit-tree', merged.tree, '-p', tip, '-p', next, '-F', '-'], {
        env,
        input: message,
      }),
    );
  }
  return { commit: tip };
}

async function independent(root: string, commits: readonly CommitId[]): Promise<CommitId[]> {
  const distinct = [...new Set(commits)];
  if (distinct.length < 2) return distinct;
  const kept = new Set((await git(root, ['merge-base', '--independent', ...distinct])).split('\n'));
  return distinct.filter((commit) => kept.has(commit));
}

/** Author, committer and date that depend on nothing but the commits: the date is that of the newest. */
async function fixedSignature(root: string, commits: readonly CommitId[]): Promise<Readonly<Record<string, string>>> {
  const seconds = (await git(root, ['log', '--no-walk', '--format=%ct', ...commits])).split('\n').map(Number);
  const date = `${Math.max(...seconds)} +0000`;
  const { name, email } = ITER_IDENTITY;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}

async function mergeTrees(
  root: string,
  ours: CommitId,
  theirs: CommitId,
): Promise<{ readonly tree: string } | { readonly conflict: string[] }> {
  const argv = ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs];
  const result = await gitResult(root, argv);
  const [tree = '', ...paths] = result.stdout.split('\0').filter((part) => part !== '');
  if (result.exitCode === 0) return { tree: tree.trimEnd() };
  if (result.exitCode === 1) return { conflict: paths };
  throw new GitError(root, argv, result);
}
