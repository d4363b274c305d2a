/** Finds what in a checkout is in the way of a move from one commit to another: edits of a person in what the move touches, and files unknown to git where others are to be put. */
import type { Stats } from 'node:fs';
import { lstatSync } from 'node:fs';
import path from 'node:path';
import type { Between } from './commit-changes.ts';
import { commitChanges } from './commit-changes.ts';
import { git } from './git.ts';

export interface InTheWay {
  /** Changed, staged or untracked, at a path that the move touches, above it or below it. Sorted. */
  readonly dirty: readonly string[];
  /** Ignored by git, and therefore not among these, at a path of the move or above it. Sorted. Not every git command spares them. */
  readonly ignored: readonly string[];
}

/** More paths than this, and the whole checkout is looked at. */
const FEW = 200;

/** Looks at a checkout whose HEAD is `before`, leaving out what lies below `except` (`iterations/`). */
export async function inTheWay(root: string, checkout: string, between: Between, except: string): Promise<InTheWay> {
  const changes = await commitChanges(root, between);
  const touched = changes.map((change) => change.path);
  if (touched.length === 0) return { dirty: [], ignored: [] };
  const places = touched.map((name) => ({ name, found: firstFileAt(checkout, name) }));
  // asked for what lies in it, git would not name a repository itself
  const uncommitted = await uncommittedAt(root, checkout, [...new Set(places.map(({ name, found }) => found ?? name))]);
  const dirty = uncommitted.filter((name) => !name.startsWith(except) && touched.some((other) => overlap(name, other)));
  // what lies above a path that comes was a file before, and is gone after: it is among the changes, too
  const tracked = new Set(changes.flatMap((change) => (change.before === undefined ? [] : [change.path])));
  const there = [...new Set(places.flatMap(({ found }) => found ?? []))];
  const ignored = there.filter((name) => !tracked.has(name) && !dirty.includes(name)).toSorted();
  return { dirty, ignored };
}

/** What differs from HEAD in index or files, untracked files included, at one of these paths or below it; with many of them, anywhere. Sorted. */
async function uncommittedAt(root: string, checkout: string, paths: readonly string[]): Promise<string[]> {
  const which = paths.length > FEW ? [] : ['--', ...paths];
  const listing = await git(root, ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames', '--ignored=no', ...which], {
    worktree: checkout,
    env: { GIT_LITERAL_PATHSPECS: '1' },
  });
  // two letters for index and file, a space, the path
  return listing
    .split('\0')
    .flatMap((line) => (line === '' ? [] : [line.slice(3)]))
    .toSorted();
}

/** The same path, or one of them is a folder above the other. */
function overlap(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short === long || long.startsWith(short.endsWith('/') ? short : `${short}/`);
}

/** The path itself or the first part of it that is a file, a link, or a repository of its own, into which git does not look. */
function firstFileAt(checkout: string, name: string): string | undefined {
  const parts = name.split('/');
  for (let count = 1; count <= parts.length; count += 1) {
    const part = parts.slice(0, count).join('/');
    const entry = look(path.join(checkout, part));
    if (entry === undefined) return undefined;
    if (!entry.isDirectory() || look(path.join(checkout, part, '.git')) !== undefined) return part;
  }
  return undefined;
}

function look(file: string): Stats | undefined {
  return lstatSync(file, { throwIfNoEntry: false });
}
