/** Marks of what goes on in a worktree, to be compared with later ones: cheap enough to be taken every few seconds for a silent agent. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { git } from './git.ts';
import { headFacts } from './git-facts.ts';

/** Of more uncommitted files than this only the names count. */
const MOST_FILES = 500;

/** Size and time of a file; empty when there is none. */
export function fileMark(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? '' : `${found.size} ${found.mtimeMs}`;
}

/** What is uncommitted in a worktree, and what it is on; undefined while git cannot say. */
export async function worktreeMarks(
  root: string,
  worktree: string,
): Promise<{ readonly files: string; readonly commit: string } | undefined> {
  try {
    const listing = await git(root, ['status', '--porcelain', '-z', '--untracked-files=all', '--no-renames'], { worktree });
    const entries = listing.split('\0').filter((entry) => entry !== '');
    const files = entries.map((entry, index) => (index < MOST_FILES ? `${entry} ${fileMark(path.join(worktree, entry.slice(3)))}` : entry));
    return { files: files.join('\n'), commit: (await headFacts(root, worktree)).commit ?? '' };
  } catch {
    // an agent at work may have its repository in any state; the next look sees it
    return undefined;
  }
}
