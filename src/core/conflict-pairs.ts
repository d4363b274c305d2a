/** Which pairs of changes could get in each other's way, by their paths alone: the cheap question that is asked before git merges anything. */

export interface ChangedPaths {
  readonly id: string;
  readonly changed: readonly { readonly path: string; readonly how: 'added' | 'deleted' | 'modified' }[];
}

export type Pair = readonly [string, string];

/**
 * Pairs that may conflict: they touch the same file; one has a file where the other has a folder; or one adds to a folder from which the other takes
 * files away (git may see that folder as renamed). Every other pair merges cleanly. Linear in the number of paths, but for the pairs found.
 */
export function possiblePairs(changes: readonly ChangedPaths[]): Pair[] {
  const found = new Set<string>();
  const place = new Map(changes.map(({ id }, index) => [id, index]));
  const meet = (a: string, b: string): void => {
    if (a === b) return;
    const [first, second] = (place.get(a) ?? 0) < (place.get(b) ?? 0) ? [a, b] : [b, a];
    found.add(JSON.stringify([first, second]));
  };
  const touching = owners(changes, ({ path }) => [path]);
  for (const ids of touching.values()) for (const a of ids) for (const b of ids) meet(a, b);
  const inFolder = owners(changes, ({ path, how }) => (how === 'deleted' ? [] : foldersOf(path)));
  for (const [path, ids] of touching) for (const a of ids) for (const b of inFolder.get(path) ?? []) meet(a, b);
  const emptied = owners(changes, ({ path, how }) => (how === 'deleted' ? foldersOf(path).slice(0, 1) : []));
  const filled = owners(changes, ({ path, how }) => (how === 'added' ? foldersOf(path) : []));
  for (const [folder, ids] of emptied) for (const a of ids) for (const b of filled.get(folder) ?? []) meet(a, b);
  return [...found].map((pair) => JSON.parse(pair) as Pair).toSorted(([a, b], [c, d]) => rank(place, a, c) || rank(place, b, d));
}

const rank = (place: ReadonlyMap<string, number>, a: string, b: string): number => (place.get(a) ?? 0) - (place.get(b) ?? 0);

type Touched = ChangedPaths['changed'][number];

/** Who has each of the keys of their paths. */
function owners(changes: readonly ChangedPaths[], keys: (touched: Touched) => readonly string[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const { id, changed } of changes) {
    for (const key of changed.flatMap(keys)) {
      const ids = found.get(key);
      if (ids === undefined) found.set(key, new Set([id]));
      else ids.add(id);
    }
  }
  return found;
}

/** The folders above a path, the nearest first. */
function foldersOf(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'));
}

export interface Conflict {
  readonly a: string;
  readonly b: string;
  readonly paths: readonly string[];
}

/** An order in which fewest conflicts come late: what conflicts least goes first; of equals the given order holds. Dependencies are the caller's. */
export function suggestedOrder(ids: readonly string[], conflicts: readonly Conflict[]): string[] {
  const counts = new Map(ids.map((id) => [id, conflicts.filter(({ a, b }) => a === id || b === id).length]));
  return ids.toSorted((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
}
