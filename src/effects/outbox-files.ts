/** What an agent has put into the folders of its worktree that are for iter, the outbox above all: regular files only. An agent may have put a link anywhere on the way, and nothing is followed. */
import { lstatSync, readFileSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface OutboxEntry {
  /** Relative to the outbox, with `/`; at most one folder deep. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly changed: number;
  /** Undefined for what is refused. */
  readonly text?: string;
  /** Why, as what follows "it". */
  readonly refused?: string;
}

/** The entries but for those in `taken/`, sorted by name; none when a folder on the way is a link. `most` is the largest file read, in bytes. */
export function outboxFiles(worktree: string, most: number): OutboxEntry[] {
  const outbox = join(worktree, '.iter', 'outbox');
  if (!isPlainFolder(join(worktree, '.iter')) || !isPlainFolder(outbox) || isLink(join(outbox, 'taken'))) return [];
  const names = readdirSync(outbox).toSorted();
  const values = names.includes('ctx') && isPlainFolder(join(outbox, 'ctx')) ? readdirSync(join(outbox, 'ctx')).toSorted() : [];
  return [...names, ...values.map((name) => `ctx/${name}`)].flatMap((name) => entryOf(outbox, name, most));
}

/** One file of another folder in `.iter`; undefined when it is not there, or a folder on the way is a link. `most` is in bytes. */
export function plainFile(
  worktree: string,
  folder: string,
  { name, most }: { readonly name: string; readonly most: number },
): OutboxEntry | undefined {
  if (isBehindLink(worktree, `.iter/${folder}/${name}`)) return undefined;
  return entryOf(join(worktree, '.iter', folder), name, most)[0];
}

function entryOf(outbox: string, name: string, most: number): OutboxEntry[] {
  const entry = lstatSync(join(outbox, name), { throwIfNoEntry: false });
  if (entry === undefined || entry.isDirectory()) return [];
  const about = { name, changed: entry.mtimeMs };
  if (entry.isSymbolicLink()) return [{ ...about, refused: 'is a symbolic link' }];
  if (!entry.isFile()) return [{ ...about, refused: 'is no regular file' }];
  if (entry.nlink > 1) return [{ ...about, refused: 'has a second name somewhere else' }];
  if (entry.size > most) return [{ ...about, refused: `is larger than ${most} bytes` }];
  return [{ ...about, text: readFileSync(join(outbox, name), 'utf8') }];
}

/** The regular files directly in a folder that are no larger than so many bytes, with their text; none where there is no folder. */
export function plainFiles(folder: string, most: number): { readonly name: string; readonly text: string }[] {
  if (!isPlainFolder(folder)) return [];
  const entries = readdirSync(folder)
    .toSorted()
    .flatMap((name) => entryOf(folder, name, most));
  return entries.flatMap(({ name, text }) => (text === undefined ? [] : [{ name, text }]));
}

/** True when a folder on the way from the worktree to a file of it is a link; `file` is relative, with `/`. */
export function isBehindLink(worktree: string, file: string): boolean {
  const folders = file.split('/').slice(0, -1);
  return folders.some((_folder, index) => isLink(join(worktree, ...folders.slice(0, index + 1))));
}

/** Takes away what of these names in `.iter` is a link, and `.iter` itself where it is one: what iter writes there stays in the worktree. */
export function clearOfLinks(worktree: string, names: readonly string[]): void {
  const folder = join(worktree, '.iter');
  for (const place of [folder, ...names.map((name) => join(folder, name))]) if (isLink(place)) unlinkSync(place);
}

function isPlainFolder(folder: string): boolean {
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
