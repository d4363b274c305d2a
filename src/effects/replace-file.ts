/**
 * Replaces a file whole, and never loses what somebody else wrote meanwhile.
 * Apart from disk.ts so that commands which only read do not load what writing needs.
 */
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, statSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { readText } from './disk.ts';
import { exchange } from './exchange.ts';

/** Replaces a file, or makes it with its folders: after a crash it is either the old one or the new one, whole and on disk. */
export function writeAtomic(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileAtomic.sync(file, text);
}

/** As `writeAtomic`, for what nobody else on the machine is to read or change. */
export function writePrivate(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileAtomic.sync(file, text, { mode: 0o600 });
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
  const { expected, next } = replacement;
  const found = readText(file);
  if (found !== expected) return false;
  if (next === expected) return true;
  const mode = statSync(file, { throwIfNoEntry: false })?.mode;
  // an editor that saves by removing the file first has just done so
  if (mode === undefined) return false;
  const written = `${file}.${process.pid}.new`;
  writeFileAtomic.sync(written, next, { mode });
  try {
    if (readText(file) !== expected) return false;
    const exchanged = exchange(written, file);
    if (exchanged !== 'unable') return exchanged === 'done' && settle(file, written, replacement);
    return linkAndRename(file, written, replacement);
  } finally {
    if (existsSync(written)) unlinkSync(written);
  }
}

/** After an exchange: the file that had the name goes into the history if it is what the change was made from, and gets its name back if it is not. */
function settle(file: string, written: string, { expected, next, history }: Replacement): boolean {
  const isExpected = readText(written) === expected;
  // somebody saved between our look and the exchange; who saves once more before it is taken back has the newer text
  if (!isExpected && exchange(written, file) === 'done') {
    if (readText(written) === next) return false;
    exchange(written, file);
  }
  keep(written, path.basename(file), history);
  return isExpected;
}

/** Where names cannot be exchanged: a save between the second name and the rename, some microseconds, is lost. */
function linkAndRename(file: string, written: string, { expected, history }: Replacement): boolean {
  const kept = keep(file, path.basename(file), history);
  if (kept === undefined) return false;
  renameSync(written, file);
  if (readText(kept) === expected) return true;
  // an editor wrote into the old file between our look and the rename: its file gets its name back
  renameSync(kept, file);
  return false;
}

/** Gives a file another name in a folder, made from the time it was written, so that names sort by age; the bytes stay when the first name is given to a new file. */
export function giveSecondName(file: string, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const written = statSync(file, { bigint: true }).mtimeNs;
  for (let number = 0; ; number += 1) {
    const name = `${written}${number === 0 ? '' : `-${number}`}${path.extname(file)}`;
    if (linkOrCopy(file, path.join(folder, name))) return;
  }
}

/** False when the name is taken. */
function linkOrCopy(file: string, kept: string): boolean {
  try {
    linkSync(file, kept);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'EXDEV' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
    // a file system without hard links
    copyFileSync(file, kept, constants.COPYFILE_EXCL);
    return true;
  }
}

/** Gives a file a second name in the history, `<number>-<name>`, so that even bytes written to it from now on are kept; undefined when it is gone. */
function keep(file: string, name: string, history: string): string | undefined {
  mkdirSync(history, { recursive: true });
  const numbers = readdirSync(history)
    .map((one) => Number.parseInt(one, 10))
    .filter(Number.isFinite);
  for (let number = Math.max(0, ...numbers) + 1; ; number += 1) {
    const kept = path.join(history, `${String(number).padStart(4, '0')}-${name}`);
    try {
      if (linkOrCopy(file, kept)) return kept;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
