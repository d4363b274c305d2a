/**
 * Files as a person's property: read them, replace them whole, and never lose what somebody else wrote meanwhile.
 * It knows nothing of formats; folders that belong to iter alone are folder.ts.
 */
import {
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
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

/** Replaces a file, or makes it with its folders: after a crash it is either the old one or the new one, whole and on disk. */
export function writeAtomic(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  atomicWriter().sync(file, text);
}

export interface Replacement {
  /** The text the change was made from. */
  readonly expected: string;
  readonly next: string;
  /** Folder that receives the replaced file as `<number>-<name>`. */
  readonly history: string;
}

/**
 * Replaces a file only if it still has the expected text; false, with the file untouched, when somebody changed it.
 * Somebody who writes during the replacement loses nothing either: the very file they wrote to is put back or lies in the history.
 */
export function writeIfUnchanged(file: string, replacement: Replacement): boolean {
  const { expected, next, history } = replacement;
  const found = readText(file);
  if (found !== expected) return false;
  if (next === expected) return true;
  const written = `${file}.${process.pid}.new`;
  atomicWriter().sync(written, next, { mode: statSync(file).mode });
  try {
    if (readText(file) !== expected) return false;
    const kept = keep(file, history);
    renameSync(written, file);
    if (readText(kept) === expected) return true;
    // an editor wrote into the old file between our look and the rename: its file gets its name back
    renameSync(kept, file);
    return false;
  } finally {
    if (existsSync(written)) unlinkSync(written);
  }
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

/** Gives the file a second name in the history, so that even bytes written to it from now on are kept. */
function keep(file: string, history: string): string {
  mkdirSync(history, { recursive: true });
  const numbers = readdirSync(history)
    .map((name) => Number.parseInt(name, 10))
    .filter(Number.isFinite);
  for (let number = Math.max(0, ...numbers) + 1; ; number += 1) {
    const kept = path.join(history, `${String(number).padStart(4, '0')}-${path.basename(file)}`);
    try {
      linkSync(file, kept);
      return kept;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EEXIST') continue;
      if (code !== 'EPERM' && code !== 'EXDEV' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
      // a file system without hard links
      copyFileSync(file, kept, constants.COPYFILE_EXCL);
      return kept;
    }
  }
}

/** Loaded on the first write, so that commands which only read do not pay for it. */
function atomicWriter(): {
  readonly sync: (file: string, text: string, options?: { readonly mode: number }) => void;
} {
  return createRequire(import.meta.url)('write-file-atomic');
}

function relative(folder: string, file: string): string {
  return path.relative(folder, file).split(path.sep).join('/');
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
