/** By which names roles are known: their own, and those they go by besides (`aka`). A name of its own always wins over another's alias. */
import type { Problem } from './problem.ts';
import { slugOf } from './slug.ts';

export interface NamedRole {
  readonly name: string;
  readonly aka?: readonly string[] | undefined;
  /** The higher takes an alias from the lower. */
  readonly rank: number;
}

export interface RoleNames {
  /** The role a name means; the name itself when nobody goes by it. */
  readonly own: (name: string) => string;
  /** Every name there is to choose from. */
  readonly all: readonly string[];
  /** By alias: two roles of one layer that both go by it. */
  readonly clashes: ReadonlyMap<string, Problem>;
}

/** Reads names and aliases of roles that are not hidden. Aliases are compared as names are written: `Data_Lead` is `data-lead`. */
export function roleNames(roles: readonly NamedRole[]): RoleNames {
  const own = new Set(roles.map((role) => role.name));
  const holders = new Map<string, NamedRole[]>();
  for (const role of roles) {
    for (const alias of new Set((role.aka ?? []).map(slugOf))) {
      if (alias === '' || own.has(alias)) continue;
      holders.set(alias, [...(holders.get(alias) ?? []), role]);
    }
  }
  const first = new Map<string, string>();
  const clashes = new Map<string, Problem>();
  for (const [alias, claimants] of holders) {
    const top = Math.max(...claimants.map((role) => role.rank));
    const [taken, another] = claimants.filter((role) => role.rank === top);
    if (taken !== undefined) first.set(alias, taken.name);
    if (taken === undefined || another === undefined) continue;
    const what = `the roles "${taken.name}" and "${another.name}" both go by "${alias}"`;
    clashes.set(alias, { what, fix: 'take it out of aka of one of them' });
  }
  return { own: (name) => (own.has(name) ? name : (first.get(slugOf(name)) ?? name)), all: [...own, ...first.keys()], clashes };
}
