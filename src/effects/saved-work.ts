/**
 * Turns what lies uncommitted in a worktree into commits: on a ref of iter's own, or on the branch itself.
 * Ignored files and iter's own `.iter` folder are left out; nothing else is.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CommitId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import type { GitOptions } from './git.ts';
import { git, gitResult } from './git.ts';
import type { Identity } from './git-facts.ts';
import { ITER_IDENTITY } from './git-facts.ts';
import { checkoutDirectory, locate } from './repository.ts';
import { clearStaleLocks, withFreeRefs } from './stale-locks.ts';
import { WorktreeError } from './worktree-place.ts';

/** Saves tracked and untracked files as a commit on top of HEAD that only `ref` names; the index stays as it is. Undefined when nothing differs from HEAD. */
export async function snapshot(worktree: string, ref: string, message: string): Promise<CommitId | undefined> {
  const commit = await commitAside(worktree, message);
  if (commit === undefined) return undefined;
  const { root } = placeOf(worktree);
  await withFreeRefs(root, [ref], () => git(root, ['update-ref', '-m', 'iter: snapshot', ref, commit], { writes: true }));
  return commit;
}

/** Makes a commit on top of HEAD of tracked and untracked files that nothing names; index and branch stay as they are. Undefined when nothing differs from HEAD. */
export async function commitAside(worktree: string, message: string): Promise<CommitId | undefined> {
  const place = placeOf(worktree);
  const folder = mkdtempSync(path.join(tmpdir(), 'iter-index-'));
  try {
    const options = {
      worktree,
      writes: true,
      env: { GIT_INDEX_FILE: path.join(folder, 'index'), ...signature(ITER_IDENTITY) },
    };
    const head = await headOf(place.root, worktree);
    await git(place.root, ['read-tree', head ?? '--empty'], options);
    await addEverything(place.root, options);
    const tree = await git(place.root, ['write-tree'], options);
    if (tree === (await treeAt(place.root, head))) return undefined;
    const parents = head === undefined ? [] : ['-p', head];
    const commit = await git(place.root, ['commit-tree', tree, ...parents, '-F', '-'], {
      ...options,
      input: message,
    });
    return commitId(commit);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface CommittedRest {
  readonly commit: CommitId;
  /** How many paths it changes. */
  readonly paths: number;
  /** Folders that are repositories of their own: git keeps only the id of their commit, not their files. */
  readonly embedded?: readonly string[];
}

/** A merge, rebase or cherry-pick that stopped at conflicts nobody has settled: committed as it lies there, the markers would be work. */
export interface Unsettled {
  /** Paths with both sides in them. */
  readonly unsettled: readonly string[];
}

export interface Rest {
  readonly message: string;
  readonly identity: () => Promise<Identity>;
  /** Paths that stay out of it with all below them. */
  readonly except?: readonly string[];
}

/** Commits whatever is uncommitted in a worktree onto what it has checked out, without running hooks; undefined when there is nothing. Unsettled conflicts are left as they are. */
export async function commitAll(
  worktree: string,
  { message, identity, except = [] }: Rest,
): Promise<CommittedRest | Unsettled | undefined> {
  const place = placeOf(worktree);
  await clearStaleLocks(worktree, [path.join(place.own, 'index.lock'), path.join(place.own, 'HEAD.lock')]);
  // mostly there is nothing: one question instead of five
  const status = ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=none'];
  const entries = (await git(place.root, status, { worktree, writes: true })).split('\0').filter((entry) => entry !== '');
  if (entries.length === 0) return undefined;
  const unsettled = entries.filter((entry) => UNMERGED.has(entry.slice(0, 2))).map((entry) => entry.slice(3));
  if (unsettled.length > 0) return { unsettled };
  const options = { worktree, writes: true, env: signature(await identity()) };
  await addEverything(place.root, options, except);
  const before = await treeAt(place.root, await headOf(place.root, worktree));
  const raw = await git(place.root, ['diff-index', '--cached', '--raw', '-z', '--no-renames', '--ignore-submodules=none', before], options);
  const changes = raw.split('\0').filter((_, index, all) => index % 2 === 0 && index + 1 < all.length);
  if (changes.length === 0) return undefined;
  await git(place.root, ['commit', '--quiet', '--no-verify', '--cleanup=whitespace', '-F', '-'], {
    ...options,
    input: message,
  });
  const commit = commitId(await git(place.root, ['rev-parse', '--verify', 'HEAD'], { worktree }));
  const names = raw.split('\0').filter((_, index) => index % 2 === 1);
  const embedded = names.filter((_, index) => / 160000 /.test(changes[index]?.replace(/^:\d+ (\d+) /, ' $1 ') ?? ''));
  return embedded.length === 0 ? { commit, paths: changes.length } : { commit, paths: changes.length, embedded };
}

/** What git-status(1) says of unmerged paths. */
const UNMERGED = new Set(['DD', 'AU', 'UD', 'UA', 'DU', 'AA', 'UU']);

/** The repository a worktree is registered in; throws WorktreeError when the worktree's own word is not confirmed there. */
function placeOf(worktree: string): { readonly root: string; readonly own: string } {
  const repository = locate(worktree);
  const own = repository === undefined ? undefined : checkoutDirectory(repository, worktree);
  if (repository === undefined || own === undefined) {
    throw new WorktreeError(worktree, 'it is not a worktree the repository knows', 'look at its .git file: an agent may have replaced it');
  }
  return { root: repository.root, own };
}

/** Puts every file into the index; `.iter` only as far as the project itself keeps files in it. */
async function addEverything(root: string, options: GitOptions, except: readonly string[] = []): Promise<void> {
  const paths = [':/', ':(top,exclude).iter', ...except.map((name) => `:(top,exclude,literal)${name}`)];
  await git(root, ['add', '--all', '--pathspec-from-file=-', '--pathspec-file-nul'], { ...options, input: paths.join('\0') });
  const tracked = await git(root, ['ls-files', '-z', '--', ':(top).iter'], options);
  if (tracked !== '') await git(root, ['add', '--update', '--', ':(top).iter'], options);
}

async function headOf(root: string, worktree: string): Promise<string | undefined> {
  const found = await gitResult(root, ['rev-parse', '--quiet', '--verify', 'HEAD^{commit}'], {
    worktree,
  });
  return found.exitCode === 0 ? found.stdout : undefined;
}

/** The tree of a commit; of no commit the empty tree. */
async function treeAt(root: string, commit: string | undefined): Promise<string> {
  if (commit === undefined) return git(root, ['hash-object', '-t', 'tree', '--stdin'], { input: '' });
  return git(root, ['rev-parse', '--verify', `${commit}^{tree}`]);
}

function signature(identity: Identity): Readonly<Record<string, string>> {
  return {
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
  };
}
