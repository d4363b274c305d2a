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
  // nearly nobody has either: one question answers for both
  const found = await git(root, ['config', '-z', '--show-scope', '--get-regexp', '^(commit\\.gpgsign|core\\.hookspath)$']);
  const names = new Set(ownValues(found).map((entry) => entry.split('\n', 1)[0]));
  const signs = names.has('commit.gpgsign')
    ? ownValues(await git(root, ['config', '-z', '--show-scope', '--type=bool', '--get-all', 'commit.gpgSign'])).at(-1)
    : undefined;
  const hooksPath = names.has('core.hookspath')
    ? ownValues(await git(root, ['config', '-z', '--show-scope', '--type=path', '--get-all', 'core.hooksPath'])).at(-1)
    : undefined;
  return { signs: signs === 'true', ...(hooksPath === undefined || hooksPath === '' ? {} : { hooksPath }) };
}

/** What is set besides what iter gives on its command line; `scope NUL value NUL` each. */
function ownValues(listing: string): string[] {
  const fields = listing.split('\0');
  return fields.flatMap((scope, index) => (index % 2 === 0 && scope !== 'command' ? (fields[index + 1] ?? []) : []));
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
