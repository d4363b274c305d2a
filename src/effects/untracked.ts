/** Finds what lies in a checkout, unknown to git, where the files of another commit are to be put. Ignored files are not in `git status`, and not every git command spares them. */
import type { Stats } from 'node:fs';
import { lstatSync } from 'node:fs';
import path from 'node:path';
import type { CommitId } from '../core/ids.ts';
import { pathsIn } from './git-facts.ts';

/** Lists files and links that lie at one of these paths, or at a folder above it, and are not in `before`. Sorted, each once. */
export async function filesInTheWay(
  root: string,
  checkout: string,
  { before, paths }: { readonly before: CommitId; readonly paths: readonly string[] },
): Promise<string[]> {
  const candidates = new Set(paths.flatMap((name) => firstFileAt(checkout, name) ?? []));
  if (candidates.size === 0) return [];
  const known = new Set(await pathsIn(root, before, []));
  return [...candidates].filter((name) => !known.has(name)).toSorted();
}

/** The path itself or the first part of it that is a file or a link. */
function firstFileAt(checkout: string, name: string): string | undefined {
  const parts = name.split('/');
  for (let count = 1; count <= parts.length; count += 1) {
    const part = parts.slice(0, count).join('/');
    const entry = look(path.join(checkout, part));
    if (entry === undefined) return undefined;
    if (!entry.isDirectory()) return part;
  }
  return undefined;
}

function look(file: string): Stats | undefined {
  return lstatSync(file, { throwIfNoEntry: false });
}
