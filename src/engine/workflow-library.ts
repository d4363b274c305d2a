/** The workflows a person can name: those of the repository before the person's own before those that come with the program. Reads texts; judges nothing. */
import { dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { isFolder } from '../effects/folder.ts';
import { workflows as builtIn } from '../generated/library.js';
import type { Related, RelatedFile } from '../files/workflow-document.ts';

/** From the last to look at to the first. */
export const LAYERS = ['built in', 'user', 'repository'] as const;
export type Layer = (typeof LAYERS)[number];

/** A workflow as a person named it; its `file` is as the person would type it, `workflow <name>` for one that comes with the program. */
export interface Named extends RelatedFile {
  readonly name: string;
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
export function libraryWorkflows(places: LibraryPlaces): LibraryWorkflow[] {
  const { root, personal } = places;
  // read once, however many of them name one another
  const library = (): LibraryWorkflow[] => sorted;
  const found: LibraryWorkflow[] = [
    ...Object.entries(builtIn).map(([name, text]) => {
      const file = `workflow ${name}`;
      return { name, layer: 'built in' as const, file, text, related: relatedTo({ name, layer: 'built in', file }, library) };
    }),
    ...(personal === undefined
      ? []
      : workflowsIn(join(personal, 'workflows'), { layer: 'user', shown: join(personal, 'workflows') }, library)),
    ...(root === undefined ? [] : workflowsIn(join(root, 'workflows'), { layer: 'repository', shown: 'workflows' }, library)),
  ];
  const rank = (entry: LibraryWorkflow): number => LAYERS.indexOf(entry.layer);
  const sorted = found
    .toSorted((a, b) => (a.name === b.name ? rank(b) - rank(a) : a.name < b.name ? -1 : 1))
    .map((entry, index, all) => {
      const first = all.find((other) => other.name === entry.name);
      return first === undefined || first === entry ? entry : { ...entry, hiddenBy: first.layer };
    });
  return sorted;
}

type Library = () => readonly LibraryWorkflow[];

function workflowsIn(
  folder: string,
  { layer, shown }: { readonly layer: Layer; readonly shown: string },
  library: Library,
): LibraryWorkflow[] {
  return listFiles(folder)
    .filter((each) => !each.includes('/') && each.endsWith(ENDING))
    .map((each) => {
      const name = each.slice(0, -ENDING.length);
      const file = `${shown}/${each}`;
      const related = relatedTo({ name, layer, file, path: join(folder, each) }, library);
      return { name, layer, file, text: readText(join(folder, each)) ?? '', related };
    });
}

/** A workflow that names others. */
interface Asker {
  readonly name?: string;
  readonly layer?: Layer;
  readonly file: string;
  /** Absolute; none for what comes with the program. */
  readonly path?: string;
}

/**
 * Finds what a workflow names: a path from its own file, or a name. What it extends is in its own layer or below, and below where the names are the
 * same; what it uses is what a person would get by that name.
 */
function relatedTo(asker: Asker, library: Library): Related {
  return (wanted, how) => {
    if (isPath(wanted)) return fileBeside(asker, wanted, library);
    const top = asker.layer === undefined || how === 'uses' ? LAYERS.length - 1 : LAYERS.indexOf(asker.layer);
    const below = (entry: LibraryWorkflow): boolean => {
      const rank = LAYERS.indexOf(entry.layer);
      return rank < top || (rank === top && (how === 'uses' || entry.file !== asker.file));
    };
    const reachable = library().filter(below);
    const found = reachable
      .filter((entry) => entry.name === wanted)
      .toSorted((a, b) => LAYERS.indexOf(b.layer) - LAYERS.indexOf(a.layer))
      .at(0);
    if (found !== undefined) return found;
    const what = wanted === asker.name ? `there is no other workflow "${wanted}" below this one` : `unknown workflow "${wanted}"`;
    return { what, fix: didYouMean(wanted, [...new Set(reachable.map((entry) => entry.name))]) };
  };
}

function isPath(wanted: string): boolean {
  return /\.ya?ml$/.test(wanted) || wanted.includes('/');
}

function fileBeside({ path, file, layer }: Asker, wanted: string, library: Library): RelatedFile | Pick<Problem, 'what' | 'fix'> {
  if (path === undefined) return { what: `"${wanted}" is a path, and this workflow comes with the program`, fix: 'name a workflow' };
  if (isAbsolute(wanted)) return { what: `the path "${wanted}" is good on one machine only`, fix: 'write it from the folder of this file' };
  const there = resolve(dirname(path), wanted);
  const text = isFolder(there) ? undefined : readText(there);
  if (text === undefined) return { what: `there is no workflow file "${wanted}" beside this one`, fix: 'check the path' };
  const shown = normalize(join(dirname(file), wanted));
  return { file: shown, text, related: relatedTo({ file: shown, path: there, ...(layer === undefined ? {} : { layer }) }, library) };
}

/** The workflow a person means: a path when it has a slash or ends in `.yaml`, else a name; `cwd` is what a path is relative to. */
export function findWorkflow(
  wanted: string,
  cwd: string,
  places: LibraryPlaces,
): { readonly found: Named } | { readonly problem: Problem } {
  if (isPath(wanted)) {
    const file = resolve(cwd, wanted);
    if (isFolder(file)) return { problem: { file: wanted, what: 'is a folder', fix: 'name a workflow file in it' } };
    const text = readText(file);
    const fix = 'check the path; a workflow of the library is given by its name alone';
    return text === undefined
      ? { problem: { what: `there is no workflow file "${wanted}"`, fix } }
      : { found: { name: wanted, file: wanted, text, related: relatedTo({ file: wanted, path: file }, () => libraryWorkflows(places)) } };
  }
  const library = libraryWorkflows(places);
  const found = library.find((entry) => entry.name === wanted);
  if (found !== undefined) return { found };
  return { problem: { what: `unknown workflow "${wanted}"`, fix: didYouMean(wanted, [...new Set(library.map((entry) => entry.name))]) } };
}
