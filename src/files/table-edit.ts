/** Changes tables of a Markdown text in place: every character outside of what changes stays as it was. */
import { columnKey, columnOf, escaped, linesOf, tablesIn } from './table.ts';
import type { Table } from './table.ts';

/**
 * Replaces the body of the first table that has all of `headerCells`; the same text when there is none.
 * Values are matched to columns by name; a column that `headerCells` does not name is left empty.
 */
export function replaceTableBody(text: string, headerCells: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = tablesIn(linesOf(text)).find(({ header }) => headerCells.every((name) => columnOf(header, name) !== -1));
  if (table === undefined) return text;
  const { header, ruler } = table;
  const last = table.rows.at(-1)?.line;
  const newline = newlineOf(text, table);
  const sources = header.cells.map((cell) => headerCells.findIndex((name) => columnKey(name) === columnKey(cell.text)));
  const body = rows.map((row) => {
    if (row.length !== headerCells.length) throw new Error(`a row has ${row.length} values for ${headerCells.length} columns`);
    return rowText(sources.map((source) => escaped(row[source] ?? '')));
  });
  // from the end of the dashes to the end of the last row: the last line ending of the table stays whatever it was
  const end = last?.end ?? ruler.line.end;
  return changed(text, [{ start: ruler.line.end, end, text: body.map((line) => newline + line).join('') }]);
}

/** A row of cells that are escaped already. */
export const rowText = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The line ending a table has between its first lines. */
export function newlineOf(text: string, { header, ruler }: Table): string {
  return text.slice(ruler.line.end, ruler.line.next) || text.slice(header.line.end, header.line.next);
}

/** What stands between two offsets of a text afterwards. */
export interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with changes that do not overlap, in any order. */
export function changed(text: string, changes: readonly Change[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const change of changes.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, change.start), change.text);
    at = change.end;
  }
  return parts.join('') + text.slice(at);
}
