/** Where git left a merge conflict in a text file. Resolving it is a person's business. */
import type { Problem } from '../core/problem.ts';
import type { Line } from './table.ts';

/** Line numbers of the opening and the closing marker; the same number twice when only one of them is there. */
export interface Conflict {
  readonly from: number;
  readonly to: number;
}

/** Lists conflicts outside code fences. A lone `=======` is none: it underlines a heading. */
export function conflictsIn(lines: readonly Line[]): Conflict[] {
  const conflicts: Conflict[] = [];
  let from: number | undefined;
  for (const line of lines) {
    const marker = markerOf(line);
    if (marker === 'ours') {
      if (from !== undefined) conflicts.push({ from, to: from });
      from = line.number;
    }
    if (marker === 'theirs') {
      conflicts.push({ from: from ?? line.number, to: line.number });
      from = undefined;
    }
  }
  return from === undefined ? conflicts : [...conflicts, { from, to: from }];
}

/** True for any of the marker lines; a table is read as if they were not there. */
export function isConflictMarker(line: Line): boolean {
  return markerOf(line) !== undefined;
}

export function conflictProblem({ from, to }: Conflict): Problem {
  const what = from === to ? 'a conflict marker of git' : `a merge conflict that git left, up to line ${to}`;
  return { line: from, what, fix: 'keep the lines that are right and delete the markers' };
}

/** Seven of one character, as git writes them by default; `base` appears in the diff3 and zdiff3 styles only. */
function markerOf(line: Line): 'ours' | 'base' | 'middle' | 'theirs' | undefined {
  if (line.kind === 'code' || !/^[<>|=]{7}/.test(line.text)) return undefined;
  if (/^<{7}(?:[ \t]|$)/.test(line.text)) return 'ours';
  if (/^>{7}(?:[ \t]|$)/.test(line.text)) return 'theirs';
  if (/^\|{7}(?:[ \t]|$)/.test(line.text)) return 'base';
  return /^={7}[ \t]*$/.test(line.text) ? 'middle' : undefined;
}
