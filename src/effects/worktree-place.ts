/** What is at the place of a worktree, or where one is to be: a registered checkout, nothing, or something that must not be lost. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { git } from './git.ts';
import type { Repository } from './repository.ts';
import { checkoutDirectory, locate } from './repository.ts';

/** A worktree is not what it should be, and repairing it could lose work. */
export class WorktreeError extends Error {
  override readonly name = 'WorktreeError';
  readonly path: string;
  readonly fix: string;

  constructor(place: string, what: string, fix: string) {
    super(`${place}: ${what}; ${fix}`);
    this.path = place;
    this.fix = fix;
  }
}

/** Throws WorktreeError outside of any repository. */
export function repositoryAt(root: string): Repository {
  const repository = locate(root);
  if (repository === undefined) throw new WorktreeError(root, 'there is no git repository', 'call iter inside one');
  return repository;
}

/** The git directory of a linked worktree; the main checkout is never touched here. */
export function registeredAt(repository: Repository, place: string): string | undefined {
  const own = checkoutDirectory(repository, place);
  if (own === repository.gitDirectory) throw new Error(`${place} is the main checkout, not a worktree`);
  return own;
}

/** Nothing but git's own pointer, as `worktree add --no-checkout` leaves it, or nothing at all. */
export function isEmpty(repository: Repository, place: string): boolean {
  return !existsSync(place) || readdirSync(place).every((name) => name === '.git' && isPointer(repository, path.join(place, name)));
}

function isPointer(repository: Repository, file: string): boolean {
  if (!statSync(file).isFile()) return false;
  const text = readFileSync(file, 'utf8');
  return text === '' || text.startsWith(`gitdir: ${repository.gitDirectory}/`);
}

/** True before git has filled it: git writes the index last. */
export function isUntouched(place: string, own: string): boolean {
  return !existsSync(path.join(own, 'index')) || !existsSync(place);
}

/** Throws WorktreeError when something in it is not committed. */
export async function refuseUncommitted(root: string, place: string): Promise<void> {
  const listing = await git(root, ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames'], { worktree: place });
  const entries = listing.split('\0').filter((entry) => entry !== '');
  if (entries.length === 0) return;
  throw new WorktreeError(
    place,
    `it has ${entries.length === 1 ? '1 uncommitted path' : `${entries.length} uncommitted paths`}, the first is "${entries[0]?.slice(3)}"`,
    'commit or snapshot them first',
  );
}
