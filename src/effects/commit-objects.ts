/** Reads, merges and writes commits as objects: no ref, index or checkout is touched. What is merged in which order is for the engine. */
import type { CommitId, TreeId } from '../core/ids.ts';
import { commitId, treeId } from '../core/ids.ts';
import { git, gitResult } from './git.ts';
import { ITER_IDENTITY } from './git-facts.ts';
import type { Identity } from './git-facts.ts';

export interface Signature extends Identity {
  /** Seconds since 1970 and offset, as git keeps it: `1700000000 +0100`. */
  readonly date: string;
}

export interface CommitText {
  readonly parents: readonly CommitId[];
  readonly author: Signature;
  readonly committer: Signature;
  /** Without blank lines at its end. */
  readonly message: string;
}

/** Reads parents, signatures and message of a commit. */
export async function readCommit(root: string, id: CommitId): Promise<CommitText> {
  const format = '%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B';
  const text = await git(root, ['show', '-s', '--no-show-signature', '--date=raw', `--format=${format}`, id]);
  const [parents = '', name = '', email = '', date = '', committerName = '', committerEmail = '', committed = '', ...message] =
    text.split('\0');
  return {
    parents: parents.split(' ').flatMap((parent) => (parent === '' ? [] : [commitId(parent)])),
    author: { name, email, date },
    committer: { name: committerName, email: committerEmail, date: committed },
    message: message.join('\0').trimEnd(),
  };
}

export type MergedTree = { readonly tree: TreeId } | { readonly paths: readonly string[] };

/** Merges two commits at their own merge base; gives the tree, or the paths that conflict, sorted. */
export async function mergeCommits(root: string, ours: CommitId, theirs: CommitId): Promise<MergedTree> {
  const merged = await gitResult(root, ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs]);
  const [tree = '', ...paths] = merged.stdout.split('\0');
  if (merged.exitCode === 0) return { tree: treeId(tree) };
  if (merged.exitCode === 1) return { paths: [...new Set(paths.filter((path) => path !== ''))].toSorted() };
  throw new Error(`git merge-tree ended with ${merged.exitCode}: ${merged.stderr}`);
}

export interface Change {
  readonly from: CommitId;
  readonly to: CommitId;
}

const BEGINNING: Signature = { ...ITER_IDENTITY, date: '0 +0000' };

/**
 * Applies the change between two commits to a tree. git 2.39's merge-tree takes no merge base of its own, so a stand-in commit with that tree
 * and `from` as its only parent is merged with `to`: their merge base is then `from`.
 */
export async function applyChange(root: string, tree: TreeId, { from, to }: Change): Promise<MergedTree> {
  const standIn = await writeCommit(root, { tree, parents: [from], message: 'stand-in\n', author: BEGINNING, committer: BEGINNING });
  return mergeCommits(root, standIn, to);
}

export interface NewCommit {
  readonly tree: TreeId;
  readonly parents: readonly CommitId[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

/** Writes a commit object; the same content gives the same id, unless it is signed: with the person's key, by git's settings (git-commit-tree, -S). */
export async function writeCommit(
  root: string,
  { tree, parents, message, author, committer }: NewCommit,
  { sign, signal }: { readonly sign?: boolean; readonly signal?: AbortSignal } = {},
): Promise<CommitId> {
  const id = await git(
    root,
    ['commit-tree', ...(sign === true ? ['-S'] : []), tree, ...parents.flatMap((parent) => ['-p', parent]), '-F', '-'],
    {
      input: message,
      ...(signal === undefined ? {} : { signal }),
      env: {
        GIT_AUTHOR_NAME: nameOf(author),
        GIT_AUTHOR_EMAIL: author.email,
        GIT_AUTHOR_DATE: `@${author.date}`,
        GIT_COMMITTER_NAME: nameOf(committer),
        GIT_COMMITTER_EMAIL: committer.email,
        GIT_COMMITTER_DATE: `@${committer.date}`,
      },
    },
  );
  return commitId(id);
}

/** git refuses a name without a single letter or digit, which other programs do write: the address has to do. */
function nameOf({ name, email }: Identity): string {
  return /[^\s\p{Cc}.,:;<>"\\']/u.test(name) ? name : (email.split('@')[0] ?? '') || 'unknown';
}
