/**
 * Mends a checkout after a fast-forward in it was killed half-way: HEAD is still the old commit, files and index may be a mixture.
 * A file is put back only if it is the new version, a torn beginning of it, or gone; anything else is the person's: it stays, and is reported.
 */
import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync, rmSync, rmdirSync } from 'node:fs';
import path from 'node:path';
import type { Entry as Side, PathChange } from '../core/path-merge.ts';
import type { Between } from './commit-changes.ts';
import { commitChanges } from './commit-changes.ts';
import { GitError, git, gitBytes } from './git.ts';

export interface Repair {
  /** Paths that were put back to the old commit. */
  readonly restored: readonly string[];
  /** Paths with content that is neither old nor new: left as they are. */
  readonly foreign: readonly string[];
}

/** Puts the paths that differ between two commits back to `before`; the caller holds the repository lock and knows that HEAD is `before`. */
export async function repairCheckout(root: string, checkout: string, between: Between): Promise<Repair> {
  const changes = await commitChanges(root, between);
  const verdicts = new Map<PathChange, 'old' | 'ours' | 'foreign'>();
  for (const change of changes) verdicts.set(change, await compare(root, checkout, change));
  const ours = changes.filter((change) => verdicts.get(change) === 'ours');
  const list = (some: readonly PathChange[]): string => some.map((change) => `${change.path}\0`).join('');
  const literal = { worktree: checkout, writes: true, env: { GIT_LITERAL_PATHSPECS: '1' } };
  if (changes.length > 0)
    await git(root, ['reset', '-q', '--pathspec-from-file=-', '--pathspec-file-nul'], { ...literal, input: list(changes) });
  for (const change of ours.filter((one) => one.before === undefined)) takeAway(checkout, change.path);
  // a file may have become a folder; it comes back if nothing but new files was in it
  const cleared = changes.filter((change) => verdicts.get(change) === 'foreign' && entryAt(path.join(checkout, change.path)) === undefined);
  const back = [...ours.filter((change) => change.before !== undefined), ...cleared];
  if (back.length > 0)
    await git(root, ['checkout-index', '-f', '-u', '-z', '--stdin'], { worktree: checkout, writes: true, input: list(back) });
  const foreign = changes.filter((change) => verdicts.get(change) === 'foreign' && !cleared.includes(change));
  return { restored: [...ours, ...cleared].map((change) => change.path), foreign: foreign.map((change) => change.path) };
}

/** Removes a file, and the folders above it that it leaves empty. */
function takeAway(checkout: string, name: string): void {
  rmSync(path.join(checkout, name), { force: true });
  for (let folder = path.dirname(name); folder !== '.'; folder = path.dirname(folder)) {
    const place = path.join(checkout, folder);
    if (!existsSync(place) || readdirSync(place).length > 0) return;
    rmdirSync(place);
  }
}

async function compare(root: string, checkout: string, change: PathChange): Promise<'old' | 'ours' | 'foreign'> {
  const found = entryAt(path.join(checkout, change.path));
  const { before, after } = change;
  // a folder where a file is to be: what is in it has paths of its own
  if (found === undefined || (found.kind === 'folder' && before === undefined)) return before === undefined ? 'old' : 'ours';
  if (found.kind !== 'file') return 'foreign';
  const id = blobId(found.bytes, (before ?? after)?.id.length ?? 0);
  // with the same content before and after, the mode tells which one it is
  if (id === before?.id) return after?.id === id && after.mode === found.mode ? 'ours' : 'old';
  if (id === after?.id || (await begins(root, after, found.bytes))) return 'ours';
  // settings may give the file other bytes than its blob has: line ends, and what filters make of it
  const old = await asCheckedOut(root, checkout, { side: before, name: change.path });
  if (old?.equals(found.bytes) === true) return 'old';
  const next = await asCheckedOut(root, checkout, { side: after, name: change.path });
  return next?.subarray(0, found.bytes.length).equals(found.bytes) === true ? 'ours' : 'foreign';
}

/** The id git gives to this content, in the kind of repository whose ids are this long. */
function blobId(bytes: Buffer, length: number): string {
  return createHash(length === 64 ? 'sha256' : 'sha1')
    .update(`blob ${bytes.length}\0`)
    .update(bytes)
    .digest('hex');
}

async function begins(root: string, side: Side | undefined, bytes: Buffer): Promise<boolean> {
  if (side === undefined || side.mode === SUBMODULE) return false;
  const whole = Buffer.from(await gitBytes(root, ['cat-file', 'blob', side.id]));
  return whole.subarray(0, bytes.length).equals(bytes);
}

/** The bytes git would write for a file; undefined when there is none, or when a filter fails. */
async function asCheckedOut(
  root: string,
  checkout: string,
  { side, name }: { readonly side: Side | undefined; readonly name: string },
): Promise<Buffer | undefined> {
  if (side === undefined || side.mode === SUBMODULE || side.mode === LINK) return undefined;
  try {
    return Buffer.from(await gitBytes(root, ['cat-file', '--filters', `--path=${name}`, side.id], { worktree: checkout }));
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

const LINK = '120000';
const SUBMODULE = '160000';

type Entry = { readonly kind: 'file'; readonly bytes: Buffer; readonly mode: string } | { readonly kind: 'folder' | 'other' };

/** What has this name; nothing when a folder above it is a file or a link now. */
function entryAt(file: string): Entry | undefined {
  if (look(path.dirname(file))?.isDirectory() !== true) return undefined;
  const entry = look(file);
  if (entry === undefined) return undefined;
  if (entry.isSymbolicLink()) return { kind: 'file', bytes: Buffer.from(readlinkSync(file)), mode: LINK };
  if (entry.isDirectory()) return { kind: 'folder' };
  if (!entry.isFile()) return { kind: 'other' };
  return { kind: 'file', bytes: readFileSync(file), mode: (entry.mode & 0o100) === 0 ? '100644' : '100755' };
}

function look(file: string): Stats | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
