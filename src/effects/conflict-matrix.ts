/** Finds which of many branches would conflict with each other, with three git processes for all of them. Objects only: no ref, index or checkout is touched. */
import { type ChangedPaths, type Conflict, possiblePairs } from '../core/conflict-pairs.ts';
import type { CommitId } from '../core/ids.ts';
import { git, gitResult } from './git.ts';

export interface Head {
  readonly id: string;
  /** What it started from. */
  readonly base: CommitId;
  readonly commit: CommitId;
}

/** Every pair that conflicts, with the paths, in the order of the heads. */
export async function conflictMatrix(root: string, heads: readonly Head[]): Promise<Conflict[]> {
  if (heads.length < 2) return [];
  const pairs = possiblePairs(await changesOf(root, heads));
  if (pairs.length === 0) return [];
  const commits = new Map(heads.map(({ id, commit }) => [id, commit]));
  const input = pairs.map(([a, b]) => `${commits.get(a) ?? ''} ${commits.get(b) ?? ''}\n`).join('');
  // it ends with 0 whatever the merges came to; each of them says so itself
  const merged = await gitResult(root, ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', '--stdin'], { input });
  if (merged.exitCode !== 0) throw new Error(`git merge-tree ended with ${merged.exitCode}: ${merged.stderr}`);
  const outcomes = outcomesIn(merged.stdout);
  return pairs.flatMap(([a, b], index): Conflict[] => {
    const paths = outcomes[index];
    if (paths === undefined) throw new Error(`git merge-tree said nothing about ${a} and ${b}`);
    return paths.length === 0 ? [] : [{ a, b, paths }];
  });
}

const HEADER = /^([0-9a-f]{40,64} [0-9a-f]{40,64})\n/;
const HOW = { A: 'added', D: 'deleted' } as const;

/** What each head changed since its base: all of them in one process, and one more that turns commits into trees. */
async function changesOf(root: string, heads: readonly Head[]): Promise<ChangedPaths[]> {
  const names = heads.flatMap(({ base, commit }) => [`${base}^{tree}`, `${commit}^{tree}`]);
  const listed = await git(root, ['cat-file', '--batch-check=%(objectname)'], { input: `${names.join('\n')}\n` });
  const trees = listed.split('\n');
  const input = heads.map((_, index) => `${trees[2 * index] ?? ''} ${trees[2 * index + 1] ?? ''}\n`).join('');
  const out = await git(
    root,
    ['diff-tree', '-r', '-z', '--name-status', '--no-renames', '--no-ext-diff', '--ignore-submodules=none', '--stdin'],
    { input },
  );
  const changes = heads.map(({ id }) => ({ id, changed: [] as ChangedPaths['changed'][number][] }));
  const place = new Map(heads.map((_, index) => [`${trees[2 * index] ?? ''} ${trees[2 * index + 1] ?? ''}`, [] as number[]]));
  heads.forEach((_, index) => place.get(`${trees[2 * index] ?? ''} ${trees[2 * index + 1] ?? ''}`)?.push(index));
  let current: readonly number[] = [];
  // a header line `tree tree` before the entries of each, then status and path in turn
  const fields = out.split('\0');
  for (let at = 0; at < fields.length; at += 1) {
    let field = fields[at] ?? '';
    // a pair without differences is a header alone, and the next one follows at once
    for (let header = HEADER.exec(field); header !== null; header = HEADER.exec(field)) {
      current = place.get(header[1] ?? '') ?? [];
      field = field.slice(header[0].length);
    }
    if (field.trim() === '') continue;
    at += 1;
    const path = fields[at] ?? '';
    const how = HOW[field.trim() as keyof typeof HOW] ?? 'modified';
    for (const index of current) changes[index]?.changed.push({ path, how });
  }
  return changes;
}

/** Records of `status NUL tree NUL (path NUL)* NUL`; the paths of each, none for a clean merge. */
function outcomesIn(text: string): string[][] {
  const fields = text.split('\0');
  const outcomes: string[][] = [];
  for (let at = 0; at + 2 < fields.length;) {
    const end = fields.indexOf('', at + 2);
    outcomes.push([...new Set(fields.slice(at + 2, end))].toSorted());
    at = end + 1;
  }
  return outcomes;
}
