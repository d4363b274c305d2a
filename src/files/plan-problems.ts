/** What is wrong with a plan around the rows of its task matrix: no matrix, a header that lacks columns, rows that are cut off. */
import type { Problem } from '../core/problem.ts';
import { cellText, hasMarks, PLAN_COLUMNS, TASK_ID } from './plan-matrix.ts';
import { columnKey, columnOf, rowAt, tablesIn } from './table.ts';
import type { Line, Row, Table } from './table.ts';

/** Says as exactly as it can why no table is the matrix. */
export function matrixProblem(lines: readonly Line[]): Problem {
  const header = lines.map(rowAt).find((row) => row !== undefined && hasMarks(row));
  if (header !== undefined) {
    const count = header.cells.length;
    return {
      line: header.line.number,
      what: 'the header of the task matrix has no row of dashes for its columns below it',
      fix: `put a row with ${count} cells like "---" under it`,
    };
  }
  const heading = lines.find((line) => line.kind === 'plain' && /^ {0,3}#{1,6}[ \t].*task assignment matrix/i.test(line.text));
  const table = heading === undefined ? undefined : tableBelow(heading, lines);
  if (table !== undefined) return missingColumns(table.header);
  return {
    ...(heading === undefined ? {} : { line: heading.number }),
    what: 'no task matrix found',
    fix: `add a table with the columns ${PLAN_COLUMNS.join(' | ')} under "## 3. Task Assignment Matrix"`,
  };
}

/** The first table of the section that `heading` opens. */
function tableBelow(heading: Line, lines: readonly Line[]): Table | undefined {
  const next = lines.find((line) => line.number > heading.number && line.kind === 'plain' && /^ {0,3}#{1,6}[ \t]/.test(line.text));
  const table = tablesIn(lines).find((candidate) => candidate.header.line.number > heading.number);
  return next === undefined || table === undefined || table.header.line.number < next.number ? table : undefined;
}

/** Columns that are missing or there twice. */
export function headerProblems(header: Row): Problem[] {
  const keys = header.cells.map((cell) => columnKey(cell.text));
  const twice = PLAN_COLUMNS.filter((name) => keys.indexOf(columnKey(name)) !== keys.lastIndexOf(columnKey(name)));
  const missing = PLAN_COLUMNS.some((name) => columnOf(header, name) === -1);
  return [
    ...(missing ? [missingColumns(header)] : []),
    ...twice.map((name) => ({ line: header.line.number, what: `the task matrix has two columns "${name}"`, fix: 'rename one of them' })),
  ];
}

function missingColumns(header: Row): Problem {
  const missing = PLAN_COLUMNS.filter((name) => columnOf(header, name) === -1);
  const names = missing.map((name) => `"${name}"`).join(', ');
  const what = `the task matrix has no ${missing.length === 1 ? 'column' : 'columns'} ${names}`;
  return { line: header.line.number, what, fix: `add ${missing.length === 1 ? 'it' : 'them'} to the header` };
}

/** Rows behind the matrix that look like its own: an empty line or a note in the middle ends a table, and they would be lost in silence. */
export function cutOffProblems(matrix: Table, lines: readonly Line[]): Problem[] {
  const inTables = new Set(tablesIn(lines).flatMap((table) => [table.header, table.ruler, ...table.rows].map((row) => row.line.number)));
  const after = matrix.rows.at(-1)?.line ?? matrix.ruler.line;
  return lines
    .filter((line) => line.number > after.number && !inTables.has(line.number))
    .map(rowAt)
    .filter((row) => row !== undefined)
    .filter((row) => row.cells.length === matrix.header.cells.length && TASK_ID.test(cellText(row, matrix.header, 'Task ID')))
    .map((row) => ({
      line: row.line.number,
      what: `the row of ${cellText(row, matrix.header, 'Task ID')} is cut off from the task matrix`,
      fix: 'remove what stands between it and the rows above',
    }));
}
