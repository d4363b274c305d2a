/** One line for everything in a folder: which files are there and what is in them, git's own included. */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** The hash of the names and bytes of all files below a folder, but for what lies below the folders left out; folders without files do not count. */
export function fingerprint(folder: string, without: readonly string[] = []): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    if (without.some((other) => name === other || name.startsWith(`${other}${path.sep}`))) continue;
    const file = path.join(folder, name);
    const kind = lstatSync(file);
    if (kind.isDirectory()) continue;
    hash.update(`\0${name}\0`);
    hash.update(kind.isSymbolicLink() ? readlinkSync(file) : readFileSync(file));
  }
  return hash.digest('hex');
}
