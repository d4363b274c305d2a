/**
 * What HEAD and branches are, read from the files git keeps them in: asked for every task many times over, too often to start a process each time.
 * Where the files do not say it plainly (another ref format, a damaged file), git is asked.
 */
import type { Dirent } from 'node:fs';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { CommitId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';

export interface HeadOnDisk {
  /** Full name, `refs/heads/main`; absent when HEAD is detached. */
  readonly branch?: string;
  readonly commit: CommitId;
}

/** HEAD of one checkout, by its own git directory; undefined where git has to be asked. */
export function readHead(gitDirectory: string): HeadOnDisk | undefined {
  const text = read(path.join(gitDirectory, 'HEAD'))?.trimEnd();
  if (text === undefined) return undefined;
  if (ID.test(text)) return { commit: commitId(text) };
  const branch = text.startsWith('ref: ') ? text.slice('ref: '.length) : undefined;
  if (branch === undefined || !PLAIN.test(branch)) return undefined;
  const shared = read(path.join(gitDirectory, 'commondir'))?.trimEnd();
  const found = readRef(shared === undefined ? gitDirectory : path.resolve(gitDirectory, shared), branch);
  return found === undefined || found === 'none' ? undefined : { branch, commit: found };
}

/** The commit a branch names, by the common git directory; `none` when there is no such branch, undefined where git has to be asked. */
export function readRef(commonDirectory: string, ref: string): CommitId | 'none' | undefined {
  if (!PLAIN.test(ref) || existsSync(path.join(commonDirectory, 'reftable'))) return undefined;
  const loose = read(path.join(commonDirectory, ref));
  if (loose !== undefined) return ID.test(loose.trimEnd()) ? commitId(loose.trimEnd()) : undefined;
  const packed = read(path.join(commonDirectory, 'packed-refs'));
  if (packed === undefined) return 'none';
  const line = packed.split('\n').find((one) => one.endsWith(` ${ref}`));
  if (line === undefined) return 'none';
  const [id = ''] = line.split(' ');
  return ID.test(id) ? commitId(id) : undefined;
}

/**
 * Every ref with what its file says, an object or `ref: <name>`, by the common git directory; names that begin with one of `except` are left out.
 * Undefined where git has to be asked. What is packed meanwhile is in one of the two places: git writes the packed file before it removes the loose one.
 */
export function readRefs(commonDirectory: string, except: readonly string[]): ReadonlyMap<string, string> | undefined {
  if (existsSync(path.join(commonDirectory, 'reftable'))) return undefined;
  const refs = new Map<string, string>();
  const left = ['refs'];
  for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
    for (const entry of entriesOf(path.join(commonDirectory, folder))) {
      const name = `${folder}/${entry.name}`;
      if (isLeftOut(name, except)) continue;
      if (entry.isDirectory()) left.push(name);
      // a ref that is being written has its lock beside it
      else if (!name.endsWith('.lock')) refs.set(name, read(path.join(commonDirectory, name))?.trimEnd() ?? '');
    }
  }
  for (const line of (read(path.join(commonDirectory, 'packed-refs')) ?? '').split('\n')) {
    const at = line.indexOf(' ');
    const name = line.slice(at + 1);
    // lines of `#` are about the file, lines of `^` about the tag before
    if (ID.test(line.slice(0, at)) && !refs.has(name) && !isLeftOut(name, except)) refs.set(name, line.slice(0, at));
  }
  return refs;
}

const isLeftOut = (name: string, except: readonly string[]): boolean => except.some((start) => `${name}/`.startsWith(start));

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
/** Nothing that leaves the folder of the refs, as git itself allows no such names. */
const PLAIN = /^refs\/heads\/(?!.*(?:\.\.|\/\.|\/\/))[^\0-\x20~^:?*[\\]+$/;

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
