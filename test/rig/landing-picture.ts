/** A picture of everything a landing could change, to be compared with one taken before. */
import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import type { Change } from './ground.ts';

interface Seen {
  readonly root: string;
  readonly git: (...argv: readonly string[]) => string;
}

/** Everything a landing could change: refs, the tree of the target, what is checked out, and every byte that lies there. */
export interface Picture {
  readonly target: string;
  readonly tree: Readonly<Record<string, string>>;
  readonly refs: Readonly<Record<string, string>>;
  readonly head: string;
  readonly status: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Takes the picture of a repository, its checkout and this branch. */
export function look({ root, git }: Seen, target: string): Picture {
  const refs = git('for-each-ref', '--format=%(refname) %(objectname)').split('\n').filter(Boolean);
  const all = Object.fromEntries(refs.map((line) => line.split(' ') as [string, string]));
  const tip = all[target] ?? 'none';
  const listing = tip === 'none' ? '' : git('ls-tree', '-r', '-z', tip);
  const entries = listing.split('\0').filter(Boolean);
  return {
    target: tip,
    tree: Object.fromEntries(
      entries.map((entry) => [entry.slice(entry.indexOf('\t') + 1), entry.replace(/^(\d+) \w+ ([0-9a-f]+)\t[^]*$/, '$1 $2')]),
    ),
    refs: Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('refs/iter/') && name !== target)),
    head: readFileSync(path.join(root, '.git', 'HEAD'), 'utf8'),
    status: git('status', '--porcelain', '--untracked-files=all', '--ignored', '--', '.', ':!iterations'),
    files: filesIn(root),
  };
}

/** What lies in a checkout: mode and blob id by name. */
function filesIn(root: string, folder = ''): Record<string, string> {
  const found: Record<string, string> = {};
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (name === '.git' || name === 'iterations') continue;
    if (entry.isDirectory()) Object.assign(found, filesIn(root, name));
    else found[name] = entryOf(path.join(root, name));
  }
  return found;
}

function entryOf(file: string): string {
  if (lstatSync(file).isSymbolicLink()) return `120000 ${blobId(readlinkSync(file))}`;
  return `${(lstatSync(file).mode & 0o100) === 0 ? '100644' : '100755'} ${blobId(readFileSync(file))}`;
}

/** The id git gives to a file with this content. */
function blobId(content: string | Uint8Array): string {
  const bytes = Buffer.from(content);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** How a file that is made what the change says stands in a tree. */
export function entryFor(change: Exclude<Change, undefined>): string {
  if (typeof change === 'string' || change instanceof Uint8Array) return `100644 ${blobId(change)}`;
  if ('submodule' in change) return `160000 ${change.submodule}`;
  return 'link' in change ? `120000 ${blobId(change.link)}` : `100755 ${blobId(change.program)}`;
}
