/** Changes single cells of the task matrix, its rows and the status of a plan, without touching any other character. */
import type { TaskId } from '../core/ids.ts';
import { bare, cellText, matrixIn, PLAN_COLUMNS, type PlanColumn, readableLines, written } from './plan-matrix.ts';
import { columnKey, columnOf, linesOf, refilled } from './table.ts';
import type { Cell, Table } from './table.ts';
import { type Change, changed, newlineOf, rowText } from './table-edit.ts';

export interface CellEdit {
  readonly task: TaskId;
  readonly column: PlanColumn;
  /** As a person would say it: pipes are escaped here, and Worktree and Branch get their back-ticks here. */
  readonly value: string;
}

/** Puts values into cells of the matrix and leaves every other character as it was; throws on a task or column that is not there. */
export function editCells(text: string, edits: readonly CellEdit[]): string {
  if (edits.length === 0) return text;
  const matrix = matrixIn(readableLines(linesOf(text)));
  if (matrix === undefined) throw new Error('no task matrix to edit');
  const changes = new Map<number, Change>();
  for (const edit of edits) {
    const { cell, width } = cellFor(matrix, edit);
    const value = bare(edit.column, cell.text) === bare(edit.column, edit.value) ? undefined : written(edit.column, edit.value);
    const old = text.slice(cell.start, cell.end);
    changes.set(cell.start, { start: cell.start, end: cell.end, text: value === undefined ? old : refilled(old, value, width) });
  }
  return changed(text, [...changes.values()]);
}

function cellFor(matrix: Table, { task, column }: CellEdit): { readonly cell: Cell; readonly width: number } {
  const index = columnOf(matrix.header, column);
  if (index === -1) throw new Error(`no column ${column} in the task matrix`);
  const row = matrix.rows.find((candidate) => cellText(candidate, matrix.header, 'Task ID') === task);
  if (row === undefined) throw new Error(`no task ${task} in the task matrix`);
  const [cell, dashes] = [row.cells[index], matrix.ruler.cells[index]];
  if (cell === undefined || dashes === undefined) throw new Error(`no cell ${column} in the row of ${task}`);
  return { cell, width: dashes.end - dashes.start };
}

/** Cells of a row to come, by column; one that is left out is empty. */
export type NewRow = Partial<Readonly<Record<PlanColumn, string>>> & { readonly 'Task ID': string };

/** Appends rows to the matrix, below its last one; a row whose task is there already is left out. Throws when there is no matrix. */
export function addRows(text: string, rows: readonly NewRow[]): string {
  const matrix = matrixIn(readableLines(linesOf(text)));
  if (matrix === undefined) throw new Error('no task matrix to add to');
  const { header, ruler } = matrix;
  const there = new Set(matrix.rows.map((row) => cellText(row, header, 'Task ID')));
  const last = matrix.rows.at(-1)?.line ?? ruler.line;
  const newline = newlineOf(text, matrix);
  const lines = rows
    .filter((row) => !there.has(row['Task ID']))
    .map((row) => {
      const cells = header.cells.map((cell) => {
        const column = PLAN_COLUMNS.find((name) => columnKey(name) === columnKey(cell.text));
        return column === undefined ? '' : written(column, row[column] ?? '');
      });
      return rowText(cells);
    });
  return changed(text, [{ start: last.end, end: last.end, text: lines.map((line) => newline + line).join('') }]);
}

/** Replaces what stands behind `**Status:**` before the first `##` heading; the same text when there is no such line. */
export function setHeaderStatus(text: string, word: string): string {
  for (const line of linesOf(text)) {
    if (line.kind !== 'plain') continue;
    if (/^ {0,3}##(?:[ \t]|$)/.test(line.text)) return text;
    const at = line.text.indexOf(STATUS_LABEL);
    if (at === -1) continue;
    const rest = line.text.slice(at + STATUS_LABEL.length);
    const old = rest.trim();
    if (old === word) return text;
    const gap = rest.slice(0, old === '' ? 0 : rest.indexOf(old));
    const start = line.start + at + STATUS_LABEL.length;
    return changed(text, [{ start, end: start + gap.length + old.length, text: (gap === '' ? ' ' : gap) + word }]);
  }
  return text;
}

const STATUS_LABEL = '**Status:**';
