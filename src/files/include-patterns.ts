/**
 * Patterns in the form of gitignore(5) that say which ignored files a new worktree gets: `.worktreeinclude`, and lists in `.iter/config.yaml`.
 * An ignored folder is taken as a whole or not at all, unless a pattern with a slash reaches into it: `.env` does not mean those inside node_modules.
 */
import picomatch from 'picomatch';

/** One path that git ignores, as git lists it: relative to the repository, with a slash at the end when it is a folder ignored as a whole. */
export type IgnoredPath = string;

export interface IncludePatterns {
  /** No pattern takes anything. */
  readonly isEmpty: boolean;
  readonly takes: (path: IgnoredPath) => boolean;
  /** True for a folder in which a pattern may take something although it does not take the folder. */
  readonly reachesInto: (folder: IgnoredPath) => boolean;
}

interface Rule {
  readonly negated: boolean;
  readonly foldersOnly: boolean;
  /** With a slash at the beginning or in the middle: from the top of the repository. */
  readonly anchored: boolean;
  readonly pattern: string;
  readonly matches: (path: string) => boolean;
}

/** Reads patterns, one a line; empty lines and those that begin with # say nothing. The last rule that fits a path decides. */
export function includePatterns(lines: readonly string[]): IncludePatterns {
  const rules = lines.flatMap((line) => ruleOf(line) ?? []);
  const verdict = (path: string, isFolder: boolean): boolean => {
    const last = rules.findLast((rule) => (isFolder || !rule.foldersOnly) && rule.matches(path));
    return last !== undefined && !last.negated;
  };
  return {
    isEmpty: rules.every(({ negated }) => negated),
    // what takes a folder takes everything in it
    takes: (path) => {
      const parts = path.replace(/\/$/, '').split('/');
      return parts.some((_, index) => verdict(parts.slice(0, index + 1).join('/'), index < parts.length - 1 || path.endsWith('/')));
    },
    reachesInto: (folder) => rules.some((rule) => rule.anchored && !rule.negated && meets(rule.pattern, folder)),
  };
}

function ruleOf(line: string): Rule | undefined {
  const written = line.replace(/(?<!\\)\s+$/, '');
  if (written === '' || written.startsWith('#')) return undefined;
  const negated = written.startsWith('!');
  const bare = written.slice(negated ? 1 : 0).replace(/^\\(?=[#!])/, '');
  const foldersOnly = bare.endsWith('/');
  const inner = bare.replace(/\/+$/, '');
  if (inner === '') return undefined;
  const anchored = inner.includes('/');
  const pattern = inner.replace(/^\//, '');
  const glob = anchored ? pattern : `**/${pattern}`;
  // as git reads them: no braces, no extended globs, and names that begin with a dot are like others
  const matches = picomatch(glob, { dot: true, nobrace: true, noextglob: true, nonegate: true });
  return { negated, foldersOnly, anchored, pattern, matches: (path) => matches(path) };
}

/** What a pattern begins with, up to its first special character, lies in the folder, or the folder in what may follow it. */
function meets(pattern: string, folder: string): boolean {
  const special = pattern.search(/[*?[\\]/);
  const literal = special === -1 ? pattern : pattern.slice(0, special);
  return literal.startsWith(folder) || (special > 0 && folder.startsWith(literal));
}
