/**
 * MULTI_AGENT_PLAN.md: what its task matrix says, and how single cells of it change without touching any other character.
 * Never renders the plan again, and never decides what a status means; that is `core/claims.ts`.
 */
import { taskId, type TaskId } from '../core/ids.ts';
import { STATUS_WORDS, type StatusWord } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { didYouMean } from '../core/nearest.ts';
import { conflictProblem, conflictsIn, isConflictMarker, type Conflict } from './conflict-markers.ts';
import { columnKey, columnOf, escaped, linesOf, refilled, rowAt, tablesIn } from './table.ts';
import type { Cell, Line, Row, Table } from './table.ts';

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

export interface PlanRow {
  readonly id: TaskId;
  /** 1-based. */
  readonly line: number;
  readonly description: string;
  /** The cell as written: `role / skill, skill`. */
  readonly agent: string;
  /** Without back-ticks; empty when the cell is empty or `-`. */
  readonly branch: string;
  readonly group: string;
  readonly status: StatusWord;
  readonly needs: readonly TaskId[];
}

export interface ParsedPlan {
  readonly rows: readonly PlanRow[];
}

export interface CellEdit {
  readonly task: TaskId;
  readonly column: PlanColumn;
  /** As a person would say it: pipes are escaped here, and Worktree and Branch get their back-ticks here. */
  readonly value: string;
}

/** Larger plans are refused unread, in bytes. */
export const MAX_PLAN_BYTES = 5 * 1024 * 1024;

/** The columns a table must have to be taken for the matrix. */
const MARKS: readonly PlanColumn[] = ['Task ID', 'Status', 'Dependencies'];
const TASK_ID = /^T[1-9][0-9]*$/;

/** Reads the task matrix. Rows that could not be read are left out and have a problem, so the rows are the whole plan only when there is none. */
export function parsePlan(text: string, file: string): PlanReading {
  // a launch reads the same text several times between two changes of it
  if (latest?.text !== text || latest.file !== file) latest = { text, file, reading: readPlan(text, file) };
  return latest.reading;
}

interface PlanReading {
  readonly plan: ParsedPlan;
  readonly problems: readonly Problem[];
}

let latest: { readonly text: string; readonly file: string; readonly reading: PlanReading } | undefined;

function readPlan(text: string, file: string): PlanReading {
  if (exceeds(text, MAX_PLAN_BYTES)) {
    return {
      plan: { rows: [] },
      problems: [{ file, what: 'the plan is larger than 5 MB', fix: 'move what is not part of the plan to other files' }],
    };
  }
  const lines = linesOf(text);
  const conflicts = conflictsIn(lines);
  const readable = lines.filter((line) => !isConflictMarker(line));
  const matrix = tablesIn(readable).find(hasMarks);
  const found = [
    ...conflicts.map(conflictProblem),
    ...(matrix === undefined ? [matrixProblem(readable)] : [...headerProblems(matrix.header), ...cutOffProblems(matrix, readable)]),
  ];
  const { rows, problems } = matrix === undefined ? { rows: [], problems: [] } : readRows(matrix, conflicts);
  const sorted = [...found, ...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { plan: { rows }, problems: sorted.map((problem) => ({ file, ...problem })) };
}

/** Puts values into cells of the matrix and leaves every other character as it was; throws on a task or column that is not there. */
export function editCells(text: string, edits: readonly CellEdit[]): string {
  if (edits.length === 0) return text;
  const matrix = tablesIn(linesOf(text).filter((line) => !isConflictMarker(line))).find(hasMarks);
  if (matrix === undefined) throw new Error('no task matrix to edit');
  const changes = new Map<number, Change>();
  for (const edit of edits) {
    const { cell, width } = cellFor(matrix, edit);
    const value = bare(edit.column, cell.text) === bare(edit.column, edit.value) ? undefined : written(edit.column, edit.value);
    const old = text.slice(cell.start, cell.end);
    changes.set(cell.start, { start: cell.start, end: cell.end, text: value === undefined ? old : refilled(old, value, width) });
  }
  return applied(text, [...changes.values()]);
}

/** Cells of a row to come, by column; one that is left out is empty. */
export type NewRow = Partial<Readonly<Record<PlanColumn, string>>> & { readonly 'Task ID': string };

/** Appends rows to the matrix, below its last one; a row whose task is there already is left out. Throws when there is no matrix. */
export function addRows(text: string, rows: readonly NewRow[]): string {
  const matrix = tablesIn(linesOf(text).filter((line) => !isConflictMarker(line))).find(hasMarks);
  if (matrix === undefined) throw new Error('no task matrix to add to');
  const { header, ruler } = matrix;
  const there = new Set(matrix.rows.map((row) => cellText(row, header, 'Task ID')));
  const last = matrix.rows.at(-1)?.line ?? ruler.line;
  const newline = text.slice(ruler.line.end, ruler.line.next) || text.slice(header.line.end, header.line.next);
  const lines = rows
    .filter((row) => !there.has(row['Task ID']))
    .map((row) => {
      const cells = header.cells.map((cell) => {
        const column = PLAN_COLUMNS.find((name) => columnKey(name) === columnKey(cell.text));
        return column === undefined ? '' : written(column, row[column] ?? '');
      });
      return `| ${cells.join(' | ')} |`;
    });
  return applied(text, [{ start: last.end, end: last.end, text: lines.map((line) => newline + line).join('') }]);
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
    return applied(text, [{ start, end: start + gap.length + old.length, text: (gap === '' ? ' ' : gap) + word }]);
  }
  return text;
}

/**
 * Replaces the body of the first table that has all of `headerCells`; the same text when there is none.
 * Values are matched to columns by name; a column that `headerCells` does not name is left empty.
 */
export function replaceTableBody(text: string, headerCells: readonly string[], rows: readonly (readonly string[])[]): string {
  const table = tablesIn(linesOf(text)).find(({ header }) => headerCells.every((name) => columnOf(header, name) !== -1));
  if (table === undefined) return text;
  const { header, ruler } = table;
  const last = table.rows.at(-1)?.line;
  const ending = text.slice(ruler.line.end, ruler.line.next);
  const newline = ending === '' ? text.slice(header.line.end, header.line.next) : ending;
  const sources = header.cells.map((cell) => headerCells.findIndex((name) => columnKey(name) === columnKey(cell.text)));
  const body = rows.map((row) => {
    if (row.length !== headerCells.length) throw new Error(`a row has ${row.length} values for ${headerCells.length} columns`);
    return `| ${sources.map((source) => escaped(row[source] ?? '')).join(' | ')} |`;
  });
  // from the end of the dashes to the end of the last row: the last line ending of the table stays whatever it was
  const end = last?.end ?? ruler.line.end;
  return applied(text, [{ start: ruler.line.end, end, text: body.map((line) => newline + line).join('') }]);
}

const STATUS_LABEL = '**Status:**';

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

function applied(text: string, changes: readonly Change[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const change of changes.toSorted((a, b) => a.start - b.start)) {
    parts.push(text.slice(at, change.start), change.text);
    at = change.end;
  }
  return parts.join('') + text.slice(at);
}

function exceeds(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

function hasMarks(table: Table): boolean {
  return MARKS.every((name) => columnOf(table.header, name) !== -1);
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

function cellText(row: Row, header: Row, column: PlanColumn): string {
  return row.cells[columnOf(header, column)]?.text ?? '';
}

function isCode(column: PlanColumn): boolean {
  return column === 'Worktree' || column === 'Branch';
}

/** The value of a cell without what is only notation. */
function bare(column: PlanColumn, text: string): string {
  const flat = escaped(text).replaceAll('\\|', '|');
  if (!isCode(column)) return flat;
  const code = flat.replace(/^`+|`+$/g, '').trim();
  return code === '-' ? '' : code;
}

function written(column: PlanColumn, value: string): string {
  if (!isCode(column)) return escaped(value);
  const code = bare(column, value);
  return code === '' ? '-' : `\`${escaped(code)}\``;
}

/** Says as exactly as it can why no table is the matrix. */
function matrixProblem(lines: readonly Line[]): Problem {
  const header = lines.map(rowAt).find((row) => row !== undefined && MARKS.every((name) => columnOf(row, name) !== -1));
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

function headerProblems(header: Row): Problem[] {
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
function cutOffProblems(matrix: Table, lines: readonly Line[]): Problem[] {
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

function readRows(matrix: Table, conflicts: readonly Conflict[]): { readonly rows: PlanRow[]; readonly problems: Problem[] } {
  const { header } = matrix;
  const ids = new Set(matrix.rows.map((row) => cellText(row, header, 'Task ID')));
  const idLines = new Map<string, number>();
  const branchOwners = new Map<string, string>();
  const rows: PlanRow[] = [];
  const problems: Problem[] = [];
  for (const row of matrix.rows) {
    const line = row.line.number;
    // which side of a conflict holds is not known, so neither is judged
    if (conflicts.some(({ from, to }) => from < line && line < to)) continue;
    const report = (what: string, fix: string): void => void problems.push({ line, what, fix });
    const cell = (column: PlanColumn): string => cellText(row, header, column);

    if (row.cells.length !== header.cells.length) {
      const count = `${row.cells.length} ${row.cells.length === 1 ? 'cell' : 'cells'}`;
      report(`the row has ${count}, the header ${header.cells.length}`, 'write "\\|" for a pipe inside a cell and "-" for an empty one');
      continue;
    }
    const id = cell('Task ID');
    const first = idLines.get(id);
    if (!TASK_ID.test(id)) report(`bad task id "${id}"`, 'use T and a number, as in T1');
    else if (first !== undefined) report(`task ${id} is already on line ${first}`, 'give one of them another id');
    else idLines.set(id, line);

    const word = cell('Status');
    const status = STATUS_WORDS.find((known) => known === word);
    if (status === undefined) report(`unknown status "${word}"`, didYouMean(word, STATUS_WORDS));

    const names = needsIn(cell('Dependencies'));
    for (const name of names) {
      if (name === id) report(`task ${id} depends on itself`, 'remove it from its Dependencies');
      else if (!TASK_ID.test(name) || !ids.has(name))
        report(`unknown dependency "${name}"`, 'name tasks of the matrix, as in "T1, T2", or "-" for none');
    }

    const branch = bare('Branch', cell('Branch'));
    const owner = branchOwners.get(branch);
    if (owner !== undefined) report(`branch "${branch}" belongs to ${owner} already`, `give ${id} a branch of its own`);
    else if (branch !== '') branchOwners.set(branch, id);

    if (status === undefined || first !== undefined || !TASK_ID.test(id)) continue;
    const needs = names.filter((name) => name !== id && TASK_ID.test(name) && ids.has(name)).map(taskId);
    rows.push({
      id: taskId(id),
      line,
      description: cell('Description'),
      agent: cell('Agent/Skills'),
      branch,
      group: cell('Parallel Group'),
      status,
      needs,
    });
  }
  return { rows, problems };
}

function needsIn(cell: string): string[] {
  if (/^(?:[-\u2013\u2014]?|none)$/i.test(cell)) return [];
  return [...new Set(cell.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}
