/** The role files there are: those of the repository before those that come with the program. Reads texts only. */
import { join } from 'node:path';
import { listFiles, readText } from '../effects/disk.ts';
import { roles as builtIn } from '../generated/library.js';

export const BUILT_IN = 'built in';

export interface RoleText {
  readonly name: string;
  readonly text: string;
  /** `built in`, or the path in the repository. */
  readonly source: string;
}

/** Every role once, sorted by name; without a repository only those that come with the program. */
export function roleTexts(root: string | undefined): RoleText[] {
  const files = root === undefined ? [] : listFiles(join(root, 'roles')).filter((file) => /^[^/]+\.md$/.test(file));
  const own = files.map((file): RoleText => ({
    name: file.slice(0, -'.md'.length),
    text: readText(join(root ?? '', 'roles', file)) ?? '',
    source: `roles/${file}`,
  }));
  const others = Object.entries(builtIn).filter(([name]) => own.every((one) => one.name !== name));
  return [...own, ...others.map(([name, text]): RoleText => ({ name, text, source: BUILT_IN }))].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
}
