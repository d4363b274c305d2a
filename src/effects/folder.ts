/** Making, copying and moving single files in folders iter owns; files people edit go through disk.ts. */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** True when something, of whatever kind, has this name. */
export function exists(file: string): boolean {
  return existsSync(file);
}

/** True for a folder, and for a link to one. */
export function isFolder(place: string): boolean {
  return statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** True for a file that may be executed, and for a link to one. */
export function isProgram(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && (found.mode & 0o111) !== 0;
}

/** Writes a file that only iter reads, with its folders. */
export function writeText(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Makes a folder, with those above it. */
export function ensureFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
}

/** Copies a file over another one, with its folders. */
export function copyFile(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  copyFileSync(from, to);
}

/** Moves a file, with its folders, over what has that name. */
export function moveFile(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  renameSync(from, to);
}

/** Does something with a new folder of the system's place for such, which is gone afterwards. */
export async function inTemporaryFolder<Value>(prefix: string, act: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(path.join(tmpdir(), prefix));
  try {
    return await act(folder);
  } finally {
    removeFolder(folder);
  }
}

/** Removes a folder iter made itself; none is fine. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Removes a folder with nothing in it; one that is not there or holds something stays as it is. */
export function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

/** The names of the files in a folder, sorted; none when there is no such folder. */
export function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .toSorted();
}

/** The number of the user a file belongs to. */
export const ownerOf = (file: string): number => lstatSync(file).uid;

/** The names of the folders in a folder, sorted; none when there is no such folder. */
export function listFolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

/** Bytes of all files below a folder; links are not followed. */
export function folderSize(folder: string): number {
  // without the types of the entries Node goes through links to folders
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce(
    (sum, { parentPath, name }) => sum + (lstatSync(path.join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}

/** A file as a check sees it: its bytes, why it does not count, or nothing. */
export type Found = { readonly bytes: Uint8Array } | { readonly problem: string };

/** Looks at a file without following links; undefined when nothing has this name. */
export function inspectFile(file: string): Found | undefined {
  const entry = lstatSync(file, { throwIfNoEntry: false });
  if (entry === undefined) return undefined;
  if (entry.isSymbolicLink()) return { problem: 'is a symbolic link' };
  if (entry.isDirectory()) return { problem: 'is a directory' };
  if (!entry.isFile()) return { problem: 'is not a regular file' };
  return { bytes: readFileSync(file) };
}

/** Appends text in one write that is on disk when the promise resolves. */
export async function appendText(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a');
  try {
    await handle.write(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes a program others may start. */
export function writeExecutable(file: string, text: string): void {
  writeText(file, text);
  chmodSync(file, 0o755);
}
