/**
 * What HEAD and branches are, read from the files git keeps them in: asked for every task many times over, too often to start a process each time.
 * Where the files do not say it plainly (another ref format, a damaged file), git is asked.
 */
import { existsSync, readFileSync } from 'node:fs';
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
