/** The role files there are: those of the repository before the person's own before those that come with the program. Reads texts; judges nothing. */
import { join } from 'node:path';
import { type NamedRole, type RoleNames, roleNames } from '../core/role-names.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { loadRole } from '../files/role.ts';
import { roles as builtIn } from '../generated/library.js';
import { LAYERS, type Layer, type LibraryPlaces } from './workflow-library.ts';

export const BUILT_IN = 'built in';

export interface RoleText {
  readonly name: string;
  readonly text: string;
  /** `built in`, or the path as a person would type it. */
  readonly source: string;
  readonly layer: Layer;
}

export interface LibraryRole extends RoleText {
  /** The layer with a role of the same name that is taken in place of this one. */
  readonly hiddenBy?: Layer;
}

const ENDING = '.md';

/** Every role of every layer, by name, the one that is taken before those it hides. */
export function libraryRoles({ root, personal }: LibraryPlaces): LibraryRole[] {
  const found: RoleText[] = [
    ...Object.entries(builtIn).map(([name, text]) => ({ name, text, source: BUILT_IN, layer: 'built in' as const })),
    ...(personal === undefined ? [] : rolesIn(join(personal, 'roles'), 'user', join(personal, 'roles'))),
    ...(root === undefined ? [] : rolesIn(join(root, 'roles'), 'repository', 'roles')),
  ];
  return found
    .toSorted((a, b) => (a.name === b.name ? rankOf(b) - rankOf(a) : a.name < b.name ? -1 : 1))
    .map((entry, index, sorted) => {
      const first = sorted.find((other) => other.name === entry.name);
      return first === undefined || first === entry ? entry : { ...entry, hiddenBy: first.layer };
    });
}

/** Every role once, sorted by name: those that nothing hides. */
export function roleTexts(places: LibraryPlaces): RoleText[] {
  return libraryRoles(places).filter((entry) => entry.hiddenBy === undefined);
}

/** The names and aliases by which these roles are known; one that cannot be read has its name only. */
export function namesOf(roles: readonly RoleText[]): RoleNames {
  return roleNames(
    roles.map((entry): NamedRole => {
      const { name, text, source } = entry;
      const aka = loadRole(text, source).role?.aka;
      return { name, rank: rankOf(entry), ...(aka === undefined ? {} : { aka }) };
    }),
  );
}

/** Of the layers: the higher stands before the lower. */
export function rankOf({ layer }: RoleText): number {
  return LAYERS.indexOf(layer);
}

function rolesIn(folder: string, layer: Layer, shown: string): RoleText[] {
  return listFiles(folder)
    .filter((file) => !file.includes('/') && file.endsWith(ENDING))
    .map((file) => ({ name: file.slice(0, -ENDING.length), text: readText(join(folder, file)) ?? '', source: `${shown}/${file}`, layer }));
}
