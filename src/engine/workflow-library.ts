/** The workflows a person can name: those of the repository before the person's own before those that come with the program. Reads texts; judges nothing. */
import { join, resolve } from 'node:path';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { isFolder } from '../effects/folder.ts';
import { workflows as builtIn } from '../generated/library.js';

/** From the last to look at to the first. */
const LAYERS = ['built in', 'user', 'repository'] as const;
export type Layer = (typeof LAYERS)[number];

/** A workflow as a person named it. */
export interface Named {
  readonly name: string;
  /** As the person would type it; `workflow <name>` for one that comes with the program. */
  readonly file: string;
  readonly text: string;
  /** Where it was found; none for a path. */
  readonly layer?: Layer;
}

export interface LibraryWorkflow extends Named {
  readonly layer: Layer;
  /** The layer with a workflow of the same name that is taken in place of this one. */
  readonly hiddenBy?: Layer;
}

export interface LibraryPlaces {
  /** Of the repository; without one there is no such layer. */
  readonly root?: string;
  /** The person's own folder of iter. */
  readonly personal?: string;
}

const ENDING = '.yaml';

/** Every workflow of every layer, by name, the one that is taken before those it hides. */
export function libraryWorkflows({ root, personal }: LibraryPlaces): LibraryWorkflow[] {
  const found: LibraryWorkflow[] = [
    ...Object.entries(builtIn).map(([name, text]) => ({ name, layer: 'built in' as const, file: `workflow ${name}`, text })),
    ...(personal === undefined ? [] : workflowsIn(join(personal, 'workflows'), 'user', join(personal, 'workflows'))),
    ...(root === undefined ? [] : workflowsIn(join(root, 'workflows'), 'repository', 'workflows')),
  ];
  const rank = (entry: LibraryWorkflow): number => LAYERS.indexOf(entry.layer);
  return found
    .toSorted((a, b) => (a.name === b.name ? rank(b) - rank(a) : a.name < b.name ? -1 : 1))
    .map((entry, index, sorted) => {
      const first = sorted.find((other) => other.name === entry.name);
      return first === undefined || first === entry ? entry : { ...entry, hiddenBy: first.layer };
    });
}

function workflowsIn(folder: string, layer: Layer, shown: string): LibraryWorkflow[] {
  return listFiles(folder)
    .filter((file) => !file.includes('/') && file.endsWith(ENDING))
    .map((file) => ({ name: file.slice(0, -ENDING.length), layer, file: `${shown}/${file}`, text: readText(join(folder, file)) ?? '' }));
}

/** The workflow a person means: a path when it has a slash or ends in `.yaml`, else a name; `cwd` is what a path is relative to. */
export function findWorkflow(
  wanted: string,
  cwd: string,
  places: LibraryPlaces,
): { readonly found: Named } | { readonly problem: Problem } {
  if (/\.ya?ml$/.test(wanted) || wanted.includes('/')) {
    const file = resolve(cwd, wanted);
    if (isFolder(file)) return { problem: { file: wanted, what: 'is a folder', fix: 'name a workflow file in it' } };
    const text = readText(file);
    const fix = 'check the path; a workflow of the library is given by its name alone';
    return text === undefined
      ? { problem: { what: `there is no workflow file "${wanted}"`, fix } }
      : { found: { name: wanted, file: wanted, text } };
  }
  const library = libraryWorkflows(places);
  const found = library.find((entry) => entry.name === wanted);
  if (found !== undefined) return { found };
  return { problem: { what: `unknown workflow "${wanted}"`, fix: didYouMean(wanted, [...new Set(library.map((entry) => entry.name))]) } };
}
