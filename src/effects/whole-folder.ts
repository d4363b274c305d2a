/** Makes a folder complete or not at all: filled under another name beside its place, then renamed. One caller at a time per parent; the caller holds a lock. */
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where a folder is filled; one that a killed process left behind is thrown away by the next call. */
const DRAFT = '.new';

/** Contents by path relative to the folder, with `/`. */
export type Contents = Readonly<Record<string, string | Uint8Array>>;

/** Writes the contents, lets `finish` add to the draft, and gives it its name; when anything throws, nothing stays, not even a parent made for it. */
export async function makeWhole(folder: string, contents: Contents, finish: (draft: string) => void | Promise<void>): Promise<void> {
  const parent = path.dirname(folder);
  const draft = path.join(parent, DRAFT);
  const madeParent = !existsSync(parent);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    for (const [name, content] of Object.entries(contents)) {
      const file = path.join(draft, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    await finish(draft);
    renameSync(draft, folder);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (madeParent) rmdirSync(parent);
    throw error;
  }
}
