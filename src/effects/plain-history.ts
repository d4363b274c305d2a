/** Whether the ids of commits say all there is to know of them: by git's files, so that asking costs no process. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * False where git may show something else under the id of a commit: in a shallow clone, with grafts, with replacements (git-replace), and where refs are
 * kept in a form that is not read here.
 */
export function isPlainHistory(gitDirectory: string): boolean {
  if (['shallow', 'info/grafts', 'reftable'].some((name) => existsSync(path.join(gitDirectory, name)))) return false;
  const replacements = path.join(gitDirectory, 'refs', 'replace');
  if (existsSync(replacements) && readdirSync(replacements).length > 0) return false;
  const packed = path.join(gitDirectory, 'packed-refs');
  return !existsSync(packed) || !readFileSync(packed, 'utf8').includes(' refs/replace/');
}
