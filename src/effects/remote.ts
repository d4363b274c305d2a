/** What iter asks of a remote: which one a branch goes to, what it has, and one branch that is pushed there. */
import type { CommitId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import { git } from './git.ts';

export interface Remote {
  readonly name: string;
  readonly url: string;
}

/** The remote a branch is pushed to by the settings of git, else `origin`, else the only one; undefined when that leaves none. */
export async function remoteFor(root: string, branch: string): Promise<Remote | undefined> {
  const [wanted, listing] = await Promise.all([git(root, ['for-each-ref', '--format=%(push:remotename)', branch]), git(root, ['remote'])]);
  const names = listing.split('\n').filter((name) => name !== '');
  const name = [wanted, 'origin', ...(names.length === 1 ? names : [])].find((one) => names.includes(one));
  return name === undefined ? undefined : { name, url: await git(root, ['remote', 'get-url', '--push', name]) };
}

/** Where these branches (full names) are on a remote, as far as it has them. */
export async function remoteTips(root: string, remote: string, refs: readonly string[]): Promise<ReadonlyMap<string, CommitId>> {
  const listing = await git(root, ['ls-remote', '--', remote, ...refs]);
  const tips = listing.split('\n').flatMap((line): [string, CommitId][] => {
    const [id, ref] = line.split('\t');
    return id === undefined || ref === undefined ? [] : [[ref, commitId(id)]];
  });
  return new Map(tips.filter(([ref]) => refs.includes(ref)));
}

/** Makes a branch of a remote this commit, if it is still where it was seen (git-push, --force-with-lease); throws GitError when it is not. */
export async function push(
  root: string,
  remote: string,
  {
    ref,
    commit,
    seen,
    signal,
  }: { readonly ref: string; readonly commit: CommitId; readonly seen: CommitId | undefined; readonly signal: AbortSignal },
): Promise<void> {
  await git(root, ['push', '--quiet', `--force-with-lease=${ref}:${seen ?? ''}`, remote, `${commit}:${ref}`], { signal });
}
