/** Brings several commits together into one to start from, without touching any checkout; the same commits always give the same id. */
import type { CommitId } from '../core/ids.ts';
import { mergeCommits, writeCommit } from './commit-objects.ts';
import type { Signature } from './commit-objects.ts';
import { git } from './git.ts';
import { ITER_IDENTITY } from './git-facts.ts';

export type MergedBase = { readonly commit: CommitId } | { readonly conflict: readonly string[] };

/** Merges commits in the order given, leaving out those that others contain; gives the conflicting paths of the first merge that does not go. */
export async function mergedBase(root: string, commits: readonly CommitId[], message: string): Promise<MergedBase> {
  const [first, ...rest] = await independent(root, commits);
  if (first === undefined) throw new Error('no commits to merge');
  if (rest.length === 0) return { commit: first };
  const signature = await fixedSignature(root, commits);
  let tip = first;
  for (const next of rest) {
    const merged = await mergeCommits(root, tip, next);
    if ('paths' in merged) return { conflict: merged.paths };
    tip = await writeCommit(root, { tree: merged.tree, parents: [tip, next], message, author: signature, committer: signature });
  }
  return { commit: tip };
}

async function independent(root: string, commits: readonly CommitId[]): Promise<CommitId[]> {
  const distinct = [...new Set(commits)];
  if (distinct.length < 2) return distinct;
  const kept = new Set((await git(root, ['merge-base', '--independent', ...distinct])).split('\n'));
  return distinct.filter((commit) => kept.has(commit));
}

/** A signature that depends on nothing but the commits: the date is that of the newest. */
async function fixedSignature(root: string, commits: readonly CommitId[]): Promise<Signature> {
  const seconds = (await git(root, ['log', '--no-walk', '--format=%ct', ...commits])).split('\n').map(Number);
  return { ...ITER_IDENTITY, date: `${Math.max(...seconds)} +0000` };
}
