/**
 * Files as a person's property: read, list and copy them.
 * It knows nothing of formats; replacing a file is replace-file.ts, folders that belong to iter alone are folder.ts.
 */
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Gives the text of a file; undefined when there is none. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Tells a file from what has its name at another time, without reading it: a program that was replaced, or built anew. Undefined when there is none. */
export function fileMark(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? undefined : [found.dev, found.ino, found.size, found.mtimeMs].join(' ');
}

/** What `copyTree` did not copy because it is no regular file: links could lead out of the tree. */
export interface Copied {
  /** Paths relative to the source, with `/`, sorted. */
  readonly files: readonly string[];
  readonly refused: readonly string[];
}

/** Copies regular files and folders, over what is there; a missing source is an empty one. */
export function copyTree(from: string, to: string): Copied {
  const files: string[] = [];
  const refused: string[] = [];
  if (!existsSync(from)) return { files, refused };
  mkdirSync(to, { recursive: true });
  cpSync(from, to, {
    recursive: true,
    force: true,
    filter: (source) => {
      const entry = lstatSync(source);
      if (entry.isFile()) files.push(relative(from, source));
      else if (!entry.isDirectory()) refused.push(relative(from, source));
      return entry.isFile() || entry.isDirectory();
    },
  });
  return { files: files.toSorted(), refused: refused.toSorted() };
}

/** Lists the regular files below a folder as paths relative to it, with `/`, sorted; none when there is no folder. Links are not followed. */
export function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
}

function relative(folder: string, file: string): string {
  return path.relative(folder, file).split(path.sep).join('/');
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
