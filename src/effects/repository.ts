/**
 * Where am I: finds the repository around a folder by reading files only, so that reading commands start no process.
 * It does not say what is in the repository (git-facts.ts does) and ignores GIT_DIR: iter works on the folder it is called in.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';

export interface Repository {
  /** The main checkout; of a bare repository the repository itself. */
  readonly root: string;
  /** The common git directory, the same for all worktrees. */
  readonly gitDirectory: string;
  /** The checkout we are in; of a bare repository the repository itself. */
  readonly worktree: string;
  readonly bare: boolean;
  /** The checkout of the repository this one is a submodule of. */
  readonly submoduleOf?: string;
}

/** Finds the repository that `start` lies in; undefined when there is none, or when a `.git` file points nowhere. */
export function locate(start: string): Repository | undefined {
  let folder = realPath(start);
  while (folder !== undefined) {
    const entry = path.join(folder, '.git');
    const kind = kindOf(entry);
    if (kind === 'directory' && isGitDirectory(entry)) return { root: folder, gitDirectory: entry, worktree: folder, bare: false };
    if (kind === 'file') return behindFile(folder);
    if (isBare(folder)) return { root: folder, gitDirectory: folder, worktree: folder, bare: true };
    const above = path.dirname(folder);
    folder = above === folder ? undefined : above;
  }
  return undefined;
}

/** Finds the git directory of one checkout (`…/.git` or `…/.git/worktrees/<name>`) by the repository's own records, not by the checkout's `.git` file. */
export function checkoutDirectory(repository: Repository, checkout: string): string | undefined {
  const real = realPath(checkout);
  const wanted = real ?? path.resolve(checkout);
  if (!repository.bare && wanted === repository.root) return repository.gitDirectory;
  // git names a record after the folder when it can: of hundreds, the one that is most likely it is looked at first
  const likely = path.join(repository.gitDirectory, 'worktrees', path.basename(wanted));
  if (samePlace(checkoutOf(likely), wanted)) return likely;
  const folder = path.join(repository.gitDirectory, 'worktrees');
  // what is not there has no second name that leads to it
  const isIt = (place: string | undefined): boolean => (real === undefined ? place === wanted : samePlace(place, wanted));
  return registeredNames(repository.gitDirectory)
    .toSorted()
    .map((name) => path.join(folder, name))
    .find((directory) => isIt(checkoutOf(directory)));
}

/** One folder below `worktrees/`: `checkout` is undefined when `git worktree add` was cut off before it wrote where it leads. */
export interface Registration {
  readonly directory: string;
  readonly checkout?: string;
  /** HEAD, commondir and gitdir are all there: other git commands can read it. */
  readonly complete: boolean;
}

/** Lists the linked worktrees as they are registered, broken ones included, in the order of their names. */
export function registrations(gitDirectory: string): Registration[] {
  const folder = path.join(gitDirectory, 'worktrees');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .map((name) => recordAt(path.join(folder, name)));
}

/** The names of all records of linked worktrees, broken ones included. */
export function registeredNames(gitDirectory: string): string[] {
  const folder = path.join(gitDirectory, 'worktrees');
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Where a record leads, when it says so. */
function checkoutOf(directory: string): string | undefined {
  const gitFile = firstLine(path.join(directory, 'gitdir'));
  return gitFile === undefined ? undefined : path.dirname(path.resolve(directory, gitFile));
}

function recordAt(directory: string): Registration {
  const checkout = checkoutOf(directory);
  const complete =
    checkout !== undefined &&
    firstLine(path.join(directory, 'commondir')) !== undefined &&
    firstLine(path.join(directory, 'HEAD')) !== undefined;
  return checkout === undefined ? { directory, complete } : { directory, checkout, complete };
}

/** `.git` is a file: a linked worktree, a submodule, or a repository whose git directory is kept elsewhere. */
function behindFile(worktree: string): Repository | undefined {
  const pointer = /^gitdir: (.+)$/.exec(firstLine(path.join(worktree, '.git')) ?? '')?.[1];
  const own = pointer === undefined ? undefined : realPath(path.resolve(worktree, pointer));
  if (own === undefined) return undefined;
  const shared = firstLine(path.join(own, 'commondir'));
  const gitDirectory = shared === undefined ? own : realPath(path.resolve(own, shared));
  if (gitDirectory === undefined || !isGitDirectory(gitDirectory)) return undefined;
  const main = shared === undefined ? worktree : mainCheckout(gitDirectory);
  const above = /^(.+)\/\.git\/modules\//.exec(gitDirectory)?.[1];
  const place = { root: main ?? gitDirectory, gitDirectory, worktree, bare: main === undefined };
  return above === undefined ? place : { ...place, submoduleOf: above };
}

/** The checkout a common git directory belongs to; undefined when it is bare. */
function mainCheckout(gitDirectory: string): string | undefined {
  const configuration = read(path.join(gitDirectory, 'config')) ?? '';
  const elsewhere = /^\s*worktree\s*=\s*(.+?)\s*$/m.exec(configuration)?.[1];
  if (elsewhere !== undefined) return realPath(path.resolve(gitDirectory, elsewhere));
  return path.basename(gitDirectory) === '.git' && !BARE.test(configuration) ? path.dirname(gitDirectory) : undefined;
}

const BARE = /^\s*bare\s*=\s*true\s*$/im;

function isBare(folder: string): boolean {
  return path.basename(folder) !== '.git' && isGitDirectory(folder) && BARE.test(read(path.join(folder, 'config')) ?? '');
}

function isGitDirectory(folder: string): boolean {
  return existsSync(path.join(folder, 'HEAD')) && existsSync(path.join(folder, 'objects')) && existsSync(path.join(folder, 'refs'));
}

function samePlace(checkout: string | undefined, wanted: string): boolean {
  if (checkout === undefined) return false;
  return checkout === wanted || realPath(checkout) === wanted;
}

function kindOf(entry: string): 'directory' | 'file' | undefined {
  const found = statSync(entry, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  return found.isDirectory() ? 'directory' : 'file';
}

function firstLine(file: string): string | undefined {
  const line = read(file)?.split('\n', 1)[0]?.trimEnd();
  return line === '' ? undefined : line;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function realPath(place: string): string | undefined {
  try {
    return realpathSync(place);
  } catch {
    return undefined;
  }
}
