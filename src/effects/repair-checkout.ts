/**
 * Mends a checkout after a fast-forward in it was killed half-way: HEAD is still the old commit, files and index may be a mixture.
 * A file is put back only if it is the new version, a torn beginning of it, or gone; anything else is the person's: it stays, and is reported.
 */
import { lstatSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { CommitId } from '../core/ids.ts';
import { git, gitBytes } from './git.ts';
import { clearStaleLocks } from './stale-locks.ts';

export interface Repair {
  /** Paths that were put back to the old commit. */
  readonly restored: readonly string[];
  /** Paths with content that is neither old nor new: left as they are. */
  readonly foreign: readonly string[];
}

/** Puts the paths that differ between two commits back to `before`; the caller holds the repository lock and knows that HEAD is `before`. */
export async function repairCheckout(
  root: string,
  checkout: string,
  between: { before: CommitId; after: CommitId; branch: string },
): Promise<Repair> {
  const own = await git(root, ['rev-parse', '--absolute-git-dir'], { worktree: checkout });
  const common = await git(root, ['rev-parse', '--path-format=absolute', '--git-common-dir']);
  await clearStaleLocks(checkout, [
    path.join(own, 'index.lock'),
    path.join(own, 'HEAD.lock'),
    path.join(common, `${between.branch}.lock`),
    path.join(own, 'ORIG_HEAD.lock'),
  ]);
  const changes = await changesBetween(root, between);
  const restored: string[] = [];
  const foreign: string[] = [];
  for (const change of changes) {
    const verdict = await compare(root, checkout, change);
    if (verdict === 'old') continue;
    (verdict === 'ours' ? restored : foreign).push(change.path);
  }
  const list = (paths: readonly string[]): string => paths.map((one) => `${one}\0`).join('');
  const literal = { worktree: checkout, writes: true, env: { GIT_LITERAL_PATHSPECS: '1' } };
  const all = changes.map((change) => change.path);
  if (all.length > 0) await git(root, ['reset', '-q', '--pathspec-from-file=-', '--pathspec-file-nul'], { ...literal, input: list(all) });
  const known = new Set(restored);
  const added = changes.filter((change) => change.before === undefined && known.has(change.path));
  for (const change of added) rmSync(path.join(checkout, change.path), { force: true });
  const kept = changes.filter((change) => change.before !== undefined && known.has(change.path)).map((change) => change.path);
  if (kept.length > 0) await git(root, ['checkout-index', '-f', '-z', '--stdin'], { worktree: checkout, writes: true, input: list(kept) });
  return { restored, foreign };
}

interface Change {
  readonly path: string;
  /** Object ids; undefined where the path does not exist. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

async function changesBetween(root: string, { before, after }: { before: CommitId; after: CommitId }): Promise<Change[]> {
  const listing = await git(root, ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', before, after]);
  const fields = listing.split('\0');
  const changes: Change[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [, , old = '', next = ''] = (fields[index] ?? '').split(' ');
    changes.push({ path: fields[index + 1] ?? '', before: objectOf(old), after: objectOf(next) });
  }
  return changes;
}

const objectOf = (id: string): string | undefined => (/^0+$/.test(id) ? undefined : id);

async function compare(root: string, checkout: string, change: Change): Promise<'old' | 'ours' | 'foreign'> {
  const found = contentOf(path.join(checkout, change.path));
  const blob = async (id: string | undefined): Promise<Buffer | undefined> =>
    id === undefined ? undefined : Buffer.from(await gitBytes(root, ['cat-file', 'blob', id]));
  const before = await blob(change.before);
  if (found === undefined) return before === undefined ? 'old' : 'ours';
  if (before?.equals(found) === true) return 'old';
  const after = await blob(change.after);
  const torn = after !== undefined && found.length <= after.length && after.subarray(0, found.length).equals(found);
  return torn ? 'ours' : 'foreign';
}

function contentOf(file: string): Buffer | undefined {
  const entry = lstatSync(file, { throwIfNoEntry: false });
  if (entry === undefined) return undefined;
  if (entry.isSymbolicLink()) return Buffer.from(readlinkSync(file));
  return entry.isFile() ? readFileSync(file) : Buffer.from('not a file');
}
