/** The lines a diff adds, with their places: out of `git diff --unified=0`. Binary files have none. */

export interface AddedLine {
  readonly file: string;
  /** 1-based, in the new version of the file. */
  readonly line: number;
  readonly text: string;
}

/** Reads a diff made without prefixes (`--no-prefix`) and without colour. */
export function addedLines(diff: string): AddedLine[] {
  const added: AddedLine[] = [];
  let file = '';
  let line = 0;
  /** Lines left in the hunk: what looks like a header inside it is content. */
  let removed = 0;
  let open = 0;
  for (const text of diff.split('\n')) {
    if (removed > 0 && text.startsWith('-')) removed -= 1;
    else if (open > 0 && text.startsWith('+')) {
      added.push({ file, line, text: text.slice(1).replace(/\r$/, '') });
      line += 1;
      open -= 1;
    } else if (text.startsWith('+++ ')) file = unquoted(text.slice(4).replace(/\t$/, ''));
    else {
      const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(text);
      if (hunk === null) continue;
      removed = Number(hunk[1] ?? 1);
      line = Number(hunk[2]);
      open = Number(hunk[3] ?? 1);
    }
  }
  return added;
}

const ESCAPES: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** git quotes a path that holds control characters, quotes or backslashes (core.quotePath is off for all others). */
function unquoted(path: string): string {
  if (!path.startsWith('"') || !path.endsWith('"')) return path;
  return path
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/g, (_, escape: string) =>
      /^[0-7]{3}$/.test(escape) ? String.fromCharCode(Number.parseInt(escape, 8)) : (ESCAPES[escape] ?? escape),
    );
}
