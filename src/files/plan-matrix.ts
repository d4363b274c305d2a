/** The task matrix of MULTI_AGENT_PLAN.md: which columns it has, which table of a text it is, and how a value stands in its cells. */
import { isConflictMarker } from './conflict-markers.ts';
import { columnOf, escaped, tablesIn } from './table.ts';
import type { Line, Row, Table } from './table.ts';

/** The columns of the task matrix in the order they are generated; people may reorder them and add their own. */
export const PLAN_COLUMNS = [
  'Task ID',
  'Description',
  'Agent/Skills',
  'Worktree',
  'Branch',
  'Parallel Group',
  'Status',
  'Dependencies',
  'Estimate',
] as const;
export type PlanColumn = (typeof PLAN_COLUMNS)[number];

/** The columns a table must have to be taken for the matrix. */
const MARKS: readonly PlanColumn[] = ['Task ID', 'Status', 'Dependencies'];
/** What stands in the column `Task ID`. */
export const TASK_ID = /^T[1-9][0-9]*$/;

/** Lines of a text without the marks of a merge that stopped. */
export function readableLines(lines: readonly Line[]): Line[] {
  return lines.filter((line) => !isConflictMarker(line));
}

/** The matrix among readable lines. */
export function matrixIn(lines: readonly Line[]): Table | undefined {
  return tablesIn(lines).find((table) => hasMarks(table.header));
}

/** True for the header of a matrix. */
export function hasMarks(header: Row): boolean {
  return MARKS.every((name) => columnOf(header, name) !== -1);
}

/** What a row says in a column; empty where it has no such cell. */
export function cellText(row: Row, header: Row, column: PlanColumn): string {
  return row.cells[columnOf(header, column)]?.text ?? '';
}

function isCode(column: PlanColumn): boolean {
  return column === 'Worktree' || column === 'Branch';
}

/** The value of a cell without what is only notation. */
export function bare(column: PlanColumn, text: string): string {
  const flat = escaped(text).replaceAll('\\|', '|');
  if (!isCode(column)) return flat;
  const code = flat.replace(/^`+|`+$/g, '').trim();
  return code === '-' ? '' : code;
}

/** A value as it stands in a cell of the column. */
export function written(column: PlanColumn, value: string): string {
  if (!isCode(column)) return escaped(value);
  const code = bare(column, value);
  return code === '' ? '-' : `\`${escaped(code)}\``;
}
