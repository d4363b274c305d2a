/** What the person's own settings of git ask of a commit: hooks and a signature. iter switches both off for its own calls, so they are asked for here. */
import path from 'node:path';
import { git } from './git.ts';
import type { Repository } from './repository.ts';

export interface CommitSettings {
  /** `commit.gpgSign` is on. */
  readonly signs: boolean;
  /** `core.hooksPath`, with `~` written out; absent when hooks lie where git looks for them by itself. */
  readonly hooksPath?: string;
}

/** Reads the settings as they hold in the main checkout; throws GitError for a value git cannot read. */
export async function commitSettings(root: string): Promise<CommitSettings> {
  const [signs, hooksPath] = await Promise.all([
    git(root, ['config', '-z', '--show-scope', '--type=bool', '--get-all', 'commit.gpgSign']),
    git(root, ['config', '-z', '--show-scope', '--type=path', '--get-all', 'core.hooksPath']),
  ]);
  const folder = lastOf(hooksPath);
  return { signs: lastOf(signs) === 'true', ...(folder === undefined || folder === '' ? {} : { hooksPath: folder }) };
}

/** The value that holds besides what iter gives on its command line; `scope NUL value NUL` each. */
function lastOf(listing: string): string | undefined {
  const fields = listing.split('\0');
  const values = fields.flatMap((scope, index) => (index % 2 === 0 && scope !== 'command' ? (fields[index + 1] ?? []) : []));
  return values.at(-1);
}

export interface HookPlace {
  readonly folder: string;
  /** The folder as the work itself names it, from the root of a checkout; absent where hooks lie outside of what is committed. */
  readonly inside?: string;
}

/** Where the hooks are (githooks, core.hooksPath): a relative path counts from the root of the checkout. */
export function hookPlace({ root, gitDirectory, bare }: Repository, { hooksPath }: CommitSettings): HookPlace {
  if (hooksPath === undefined) return { folder: path.join(gitDirectory, 'hooks') };
  if (path.isAbsolute(hooksPath) || bare) return { folder: path.resolve(gitDirectory, hooksPath) };
  const inside = path.normalize(hooksPath).replace(/\/+$/, '');
  const [first = ''] = inside.split('/');
  // in a linked worktree `.git` is a file
  if (first === '.git') return { folder: path.join(gitDirectory, inside.slice('.git/'.length)) };
  return first === '..' || first === '.' ? { folder: path.resolve(root, inside) } : { folder: path.join(root, inside), inside };
}
