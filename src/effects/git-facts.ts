/** What is so in a repository: questions to git that change nothing. Which facts matter, and what follows from them, is for the engine. */
import { existsSync } from 'node:fs';
import type { CommitId, TreeId } from '../core/ids.ts';
import { commitId, treeId } from '../core/ids.ts';
import { readHead } from './ref-files.ts';
import { checkoutDirectory, locate, registrations } from './repository.ts';
import { git, gitBytes, gitResult, reader } from './git.ts';

export interface HeadFacts {
  /** Full name, `refs/heads/main`; absent when HEAD is detached. */
  readonly branch?: string;
  /** Absent on a branch without commits. */
  readonly commit?: CommitId;
}

/** Says what HEAD of a checkout is; with `worktree`, of that worktree of `root`, by iter's own record of it. */
export async function headFacts(root: string, worktree?: string): Promise<HeadFacts> {
  const repository = locate(root);
  const own = repository === undefined ? undefined : checkoutDirectory(repository, worktree ?? repository.worktree);
  const known = own === undefined ? undefined : readHead(own);
  if (known !== undefined) return known;
  const where = worktree === undefined ? {} : { worktree };
  const [branch, commit] = await Promise.all([
    gitResult(root, ['symbolic-ref', '--quiet', 'HEAD'], where),
    gitResult(root, ['rev-parse', '--quiet', '--verify', 'HEAD^{commit}'], where),
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
  const heads = headsOnDisk(root);
  if (heads !== undefined) return heads.find(({ folder, branch }) => branch === ref && existsSync(folder))?.folder;
  const listing = await git(root, ['worktree', 'list', '--porcelain', '-z']);
  for (const entry of listing.split('\0\0')) {
    const lines = entry.split('\0');
    const folder = lines.find((line) => line.startsWith('worktree '))?.slice('worktree '.length);
    if (folder !== undefined && lines.includes(`branch ${ref}`) && existsSync(folder)) return folder;
  }
  return undefined;
}

/** Every checkout with its branch, by git's files; undefined where one of them does not say it plainly. */
function headsOnDisk(root: string): { readonly folder: string; readonly branch: string | undefined }[] | undefined {
  const repository = locate(root);
  if (repository === undefined || repository.bare) return undefined;
  const heads: { folder: string; branch: string | undefined }[] = [];
  const linked = registrations(repository.gitDirectory).map(({ directory, checkout }) => ({ directory, checkout }));
  for (const { directory, checkout } of [{ directory: repository.gitDirectory, checkout: repository.root }, ...linked]) {
    const head = readHead(directory);
    if (head === undefined || checkout === undefined) return undefined;
    heads.push({ folder: checkout, branch: head.branch });
  }
  return heads;
}

/** Lists the paths in which two commits or trees differ; a rename counts as two paths. */
export async function changedPaths(root: string, base: CommitId | TreeId, head: CommitId | TreeId): Promise<string[]> {
  if ((base as string) === head) return [];
  const listing = await git(root, [
    'diff-tree',
    '-r',
    '-z',
    '--name-only',
    '--no-renames',
    '--no-ext-diff',
    '--ignore-submodules=none',
    base,
    head,
  ]);
  return listing.split('\0').filter((path) => path !== '');
}

/** Paths of a worktree with both sides in them, because a merge, rebase or cherry-pick has stopped there. */
export async function conflictedPaths(root: string, worktree: string): Promise<string[]> {
  const listing = await git(root, ['ls-files', '--unmerged', '-z'], { worktree });
  // a line for each side: mode, object and number, a tab, the path
  return [...new Set(listing.split('\0').flatMap((line) => (line === '' ? [] : [line.slice(line.indexOf('\t') + 1)])))];
}

/** A conflict somebody has committed as it was: the line its marker stands in. */
export interface LeftMarker {
  readonly path: string;
  readonly line: number;
}

/** The beginnings of conflicts that were added between two commits with their markers, where the end of one is there, too. */
export async function leftMarkers(root: string, base: CommitId, head: CommitId): Promise<LeftMarker[]> {
  if (base === head) return [];
  // git takes seven equals signs for a marker: the underline of a heading as well
  const suspects = await gitResult(root, ['diff-tree', '-r', '--check', '--no-renames', '--no-ext-diff', base, head]);
  const paths = suspects.stdout.split('\n').flatMap((line) => /^(.+):\d+: leftover conflict marker/.exec(line)?.[1] ?? []);
  if (paths.length === 0) return [];
  const files = [...new Set(paths)].map((path) => `:(top,literal)${path}`);
  const found = await gitResult(root, ['grep', '-z', '-n', '-I', '-E', '-e', '^(<{7}|>{7}) ', head, '--', ...files]);
  const lines = found.stdout.split('\n').flatMap((line) => {
    const [name = '', number, text = ''] = line.split('\0');
    return number === undefined ? [] : [{ path: name.slice(head.length + 1), line: Number(number), opens: text.startsWith('<') }];
  });
  const closed = new Set(lines.filter(({ opens }) => !opens).map(({ path }) => path));
  return lines.filter(({ opens, path }) => opens && closed.has(path)).map(({ path, line }) => ({ path, line }));
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
  if (base === head) return [];
  const listing = await git(root, ['rev-list', '--reverse', '--first-parent', head, `^${base}`]);
  return listing
    .split('\n')
    .filter((line) => line !== '')
    .map(commitId);
}

export type BlobAnswer = { readonly bytes: Uint8Array } | { readonly problem: 'is a symbolic link' | 'is a directory' | 'is a submodule' };

/**
 * Reads files out of a tree, so that no link or later edit in a checkout can deceive. By the paths as they were given; one the tree does
 * not have is not in the answer. Asks git twice however many there are, and once more for every 64 MB.
 */
export async function readBlobs(root: string, tree: CommitId | TreeId, paths: readonly string[]): Promise<ReadonlyMap<string, BlobAnswer>> {
  const wanted = new Map(paths.map((path) => [path, path.split('/').filter((part) => part !== '' && part !== '.')]));
  const names = [...new Set([...wanted.values()].map((parts) => parts.join('/')))].filter(
    (name) => name !== '' && !name.split('/').includes('..'),
  );
  const entries = await entriesOf(root, tree, names);
  const blobs = await contentsOf(
    root,
    names.flatMap((name) => entries.get(name) ?? []),
  );
  const answers = new Map<string, BlobAnswer>();
  for (const [path, parts] of wanted) {
    if (parts.includes('..')) continue;
    const entry = entries.get(parts.join('/'));
    if (parts.length === 0) answers.set(path, { problem: 'is a directory' });
    else if (entry !== undefined) answers.set(path, KINDS[entry.mode] ?? { bytes: blobs.get(entry.id) ?? new Uint8Array() });
  }
  return answers;
}

const KINDS: Readonly<Record<string, BlobAnswer>> = {
  '120000': { problem: 'is a symbolic link' },
  '040000': { problem: 'is a directory' },
  '160000': { problem: 'is a submodule' },
};

interface TreeEntry {
  readonly mode: string;
  readonly id: string;
  /** Bytes; 0 for what is no file. */
  readonly size: number;
}

/** More names than this, and listing the whole tree is cheaper than naming them. */
const FEW = 200;

async function entriesOf(root: string, tree: string, names: readonly string[]): Promise<ReadonlyMap<string, TreeEntry>> {
  if (names.length === 0) return new Map();
  const which = names.length > FEW ? ['-r', '-t'] : [];
  const listing = await git(root, ['ls-tree', '-z', '-l', ...which, '--full-tree', tree, ...(which.length > 0 ? [] : ['--', ...names])]);
  const entries = new Map<string, TreeEntry>();
  for (const line of listing.split('\0')) {
    const [, mode, id, size, name] = /^([0-7]{6}) [a-z]+ ([0-9a-f]+) +(\d+|-)\t([^]*)$/.exec(line) ?? [];
    if (mode !== undefined && id !== undefined && name !== undefined)
      entries.set(name, { mode, id, size: size === '-' ? 0 : Number(size) });
  }
  return entries;
}

const CHUNK = 64 * 1024 * 1024;

/** The contents of blobs by id, in chunks, through `git cat-file --batch` (its output: id, type, size, line feed, content, line feed). */
async function contentsOf(root: string, entries: readonly TreeEntry[]): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map(entries.filter((entry) => KINDS[entry.mode] === undefined).map((entry) => [entry.id, entry]));
  const chunks: TreeEntry[][] = [];
  let room = 0;
  for (const entry of files.values()) {
    if (chunks.length === 0 || room < entry.size) {
      chunks.push([]);
      room = CHUNK;
    }
    chunks.at(-1)?.push(entry);
    room -= entry.size;
  }
  const contents = new Map<string, Uint8Array>();
  for (const chunk of chunks) {
    const output = await gitBytes(root, ['cat-file', '--batch'], { input: `${chunk.map((entry) => entry.id).join('\n')}\n` });
    let at = 0;
    for (const { id } of chunk) {
      const end = output.indexOf(10, at);
      const size = Number(/ blob (\d+)$/.exec(Buffer.from(output.subarray(at, end)).toString('latin1'))?.[1]);
      if (!Number.isSafeInteger(size)) throw new Error(`git cat-file did not give the blob ${id}`);
      contents.set(id, output.subarray(end + 1, end + 1 + size));
      at = end + 1 + size + 1;
    }
  }
  return contents;
}

/** Reads one file; undefined when the tree has no such path. */
export async function readBlob(root: string, tree: CommitId | TreeId, path: string): Promise<BlobAnswer | undefined> {
  return (await readBlobs(root, tree, [path])).get(path);
}

/** The lines two commits differ by, without context, for programs: no colours, no prefixes, no renames, binary files only named. */
export async function bareDiff(root: string, base: CommitId | TreeId, head: CommitId | TreeId): Promise<string> {
  const flags = ['--unified=0', '--no-prefix', '--no-color', '--no-renames', '--no-ext-diff', '--no-textconv', '--no-indent-heuristic'];
  return Buffer.from(await gitBytes(root, ['diff-tree', '-r', '-p', ...flags, base, head])).toString('utf8');
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
  // the promise is kept, not its value: many ask for the same commit at the same moment
  const asked = git(root, ['rev-parse', '--verify', '--end-of-options', `${commit}^{tree}`]).then(treeId);
  trees.set(commit, asked);
  asked.catch(() => trees.delete(commit));
  return asked;
}

const trees = new Map<CommitId, Promise<TreeId>>();

export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** Signs what iter commits by itself. */
export const ITER_IDENTITY: Identity = { name: 'iter', email: 'iter@localhost' };

/** Gives the person's name and address as git is configured; iter's own where it is not. */
export async function identity(root: string): Promise<Identity> {
  return identityIn(await settingsOf(root));
}

/** Everything git is set to in a repository, whatever file it comes from: `key LF value NUL` each, where the last one of a key holds. */
export async function settingsOf(root: string): Promise<string> {
  return (await gitResult(root, ['config', '-z', '--list'])).stdout;
}

/** The name and address among the settings. */
export function identityIn(settings: string): Identity {
  const values = new Map(settings.split('\0').map((entry) => entry.split(/\n([^]*)/, 2) as [string, string | undefined]));
  const [name, email] = [values.get('user.name'), values.get('user.email')];
  return name === undefined || email === undefined ? ITER_IDENTITY : { name, email };
}
