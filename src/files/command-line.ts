/** A command as a person writes it on one line, split into words the way a POSIX shell would; iter starts programs without a shell. */
import { parse } from 'shell-quote';

const FIX = `write sh -c '…' to have a shell run it`;
const MAX_LENGTH = 8192;

/** Splits a command line into its words; a line that only a shell can run is a problem that says what in it needs one. */
export function parseCommandLine(text: string): { readonly argv: readonly string[] } | { readonly problem: string } {
  if (text.trim() === '') return { problem: 'the command is empty' };
  if (text.length > MAX_LENGTH) return { problem: `the command is longer than ${MAX_LENGTH} characters` };
  if (text.includes('\0')) return { problem: 'the command holds a NUL character' };
  const reason = needsShell(text);
  if (reason !== undefined) return { problem: `the command "${text}" ${reason}; ${FIX}` };
  const argv = parse(protectedForSplit(text)).map(wordOf);
  if (argv[0] === '') return { problem: 'the command starts with an empty word where the program should stand' };
  return { argv };
}

/** One quoted stretch or escaped character: everything in it stands for itself, except `$` and a back-tick in double quotes. */
const QUOTED = /\\[^\n]|'[^']*'|"(?:\\[^]|[^"\\])*"/g;

function needsShell(text: string): string | undefined {
  const expanded = [...text.matchAll(QUOTED)].some(([part]) => part.startsWith('"') && /[$`]/.test(part.replace(/\\[^]/g, '')));
  const bare = text.replace(QUOTED, 'x');
  if (/['"\\]/.test(bare)) return 'has a quote or backslash that is not closed';
  if (/[\r\n]/.test(bare)) return 'has more than one line';
  if (expanded || /[$`]/.test(bare)) return 'uses a variable or substitution';
  if (/[|&;()<>]/.test(bare)) return 'uses a shell operator';
  if (/[*?[\]]/.test(bare)) return 'uses a file pattern';
  if (/\{[^\s]*(?:,|\.\.)[^\s]*\}/.test(bare)) return 'uses a brace expansion';
  if (/(?:^|\s)~/.test(bare)) return 'uses a home folder "~"';
  if (/(?:^|\s)#/.test(bare)) return 'has a comment';
  if (/^\s*!(?=\s|$)/.test(bare)) return 'uses a shell operator';
  if (/^\s*[A-Za-z_][A-Za-z0-9_]*\+?=/.test(bare)) return 'sets a variable';
  return undefined;
}

/**
 * Bridges what `shell-quote` reads differently from a shell: `#` inside a word starts no comment,
 * and a backslash in double quotes also escapes a back-tick.
 */
function protectedForSplit(text: string): string {
  return text.replace(new RegExp(`${QUOTED.source}|#`, 'g'), (part) => {
    if (part === '#') return '\\#';
    return part.startsWith('"') ? part.replace(/\\([^])/g, (pair, next) => (next === '`' ? '`' : pair)) : part;
  });
}

/** An escaped `\*` comes back as a pattern although it is plain text. */
function wordOf(entry: ReturnType<typeof parse>[number]): string {
  if (typeof entry === 'string') return entry;
  if ('op' in entry && entry.op === 'glob') return entry.pattern;
  throw new Error(`shell-quote found ${JSON.stringify(entry)} in a line without shell syntax`);
}

/** One word as a POSIX shell takes it, quoted only where it has to be. */
export function quotedWord(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,][A-Za-z0-9_./:@%+=,-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
