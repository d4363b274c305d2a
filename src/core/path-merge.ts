/**
 * Merges changes by whole files, where that is all a merge would do: nobody else touched the files, and no renames can be found on either side.
 * Anything else is for git. Trees are kept as what differs from the one they started as.
 */

/** A file of a tree. */
export interface Entry {
  readonly mode: string;
  readonly id: string;
}

/** A file before and after a change; undefined where there is none. */
export interface PathChange {
  readonly path: string;
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

/** A tree as what was done to the one it started as, by path: how it was there, and how it is now. */
export type Overlay = ReadonlyMap<string, { readonly start: Entry | undefined; readonly now: Entry | undefined }>;

export interface Picking {
  /** From what the work started from to the work. */
  readonly theirs: readonly PathChange[];
  /** From what the work started from to the tree all of it started as. */
  readonly drift: readonly PathChange[];
  readonly top: Overlay;
}

/** What the work changes in the tree as it is now, nothing when all of it is there; undefined when only a real merge can tell. */
export function pickByPaths({ theirs, drift, top }: Picking): PathChange[] | undefined {
  const drifted = new Map(drift.map((change) => [change.path, change]));
  const ours = new Map(drift.map(({ path, before, after }) => [path, { before, now: after }]));
  for (const [path, { start, now }] of top) {
    const known = drifted.get(path);
    ours.set(path, { before: known === undefined ? start : known.before, now });
  }
  const made = [...ours].filter(([, change]) => !isSame(change.before, change.now));
  const ownAdds = made.filter(([, { before }]) => before === undefined).map(([path]) => path);
  const adds = theirs.filter(({ before }) => before === undefined).map(({ path }) => path);
  // with something gone and something new there may be a rename
  if (adds.length > 0 && theirs.some(({ after }) => after === undefined)) return undefined;
  if (ownAdds.length > 0 && made.some(([, { now }]) => now === undefined)) return undefined;
  if (areInTheWay(adds, ownAdds)) return undefined;
  const changes: PathChange[] = [];
  for (const { path, before, after } of theirs) {
    const change = ours.get(path);
    const now = change === undefined ? before : change.now;
    if (isSame(now, after)) continue;
    if (!isSame(now, before)) return undefined;
    changes.push({ path, before: now, after });
  }
  return changes;
}

/** The tree with these changes. */
export function withChanges(top: Overlay, changes: readonly PathChange[]): Overlay {
  const next = new Map(top);
  for (const { path, before, after } of changes) {
    const known = next.get(path);
    next.set(path, { start: known === undefined ? before : known.start, now: after });
  }
  return next;
}

function isSame(one: Entry | undefined, other: Entry | undefined): boolean {
  return one?.mode === other?.mode && one?.id === other?.id;
}

/** True when a new file of one side would lie below a new file of the other. */
function areInTheWay(some: readonly string[], others: readonly string[]): boolean {
  if (some.length === 0 || others.length === 0) return false;
  return isBelow(some, new Set(others)) || isBelow(others, new Set(some));
}

function isBelow(paths: readonly string[], files: ReadonlySet<string>): boolean {
  return paths.some((path) => {
    for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) if (files.has(path.slice(0, at))) return true;
    return false;
  });
}
