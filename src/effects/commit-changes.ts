/** What differs between two commits, file by file. */
import type { Entry, PathChange } from '../core/path-merge.ts';
import type { CommitId } from '../core/ids.ts';
import { git } from './git.ts';

/** Two commits, and the way from one to the other. */
export interface Between {
  readonly before: CommitId;
  readonly after: CommitId;
}

/** Lists the files that differ between two commits; a rename counts as two. Asks git once for a pair (`git diff-tree --raw -z`). */
export async function commitChanges(root: string, { before, after }: Between): Promise<readonly PathChange[]> {
  if (before === after) return [];
  const name = `${before} ${after}`;
  const known = latest?.name === name ? latest.changes : await askedFor(root, { before, after });
  latest = { name, changes: known };
  return known;
}

/** The same move is looked at from several sides, one after the other. */
let latest: { readonly name: string; readonly changes: readonly PathChange[] } | undefined;

async function askedFor(root: string, { before, after }: Between): Promise<PathChange[]> {
  const listing = await git(root, [
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--no-renames',
    '--no-abbrev',
    '--no-ext-diff',
    '--ignore-submodules=none',
    before,
    after,
  ]);
  const fields = listing.split('\0');
  const changes: PathChange[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [oldMode = '', newMode = '', old = '', next = ''] = (fields[index] ?? '').split(' ');
    changes.push({ path: fields[index + 1] ?? '', before: entryOf(oldMode.slice(1), old), after: entryOf(newMode, next) });
  }
  return changes;
}

const entryOf = (mode: string, id: string): Entry | undefined => (/^0+$/.test(id) ? undefined : { mode, id });
