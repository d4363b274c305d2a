/** What git ignores in a checkout, and what lies in a folder that it ignores. Reads only. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { git } from './git.ts';

/** Lists ignored files and folders, relative to the checkout; a folder that is ignored as a whole is one entry that ends in a slash. Throws GitError. */
export async function ignoredPaths(root: string): Promise<string[]> {
  const listing = await git(root, ['ls-files', '-z', '--others', '--ignored', '--exclude-standard', '--directory']);
  return listing.split('\0').filter((name) => name !== '' && name !== './');
}

/** Everything in a folder, as far down as `enters` says yes; folders end in a slash, links are not followed. None when it is gone. */
export async function pathsBelow(root: string, folder: string, enters: (folder: string) => boolean): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const name = `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`;
    found.push(name);
    if (entry.isDirectory() && enters(name)) found.push(...(await pathsBelow(root, name, enters)));
  }
  return found;
}
