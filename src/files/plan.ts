/**
 * MULTI_AGENT_PLAN.md: what the rows of its task matrix say, and what in them cannot be.
 * Never renders the plan again, and never decides what a status means; that is `core/claims.ts`.
 */
import { taskId, type TaskId } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import { STATUS_WORDS, type StatusWord } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { conflictProblem, conflictsIn, type Conflict } from './conflict-markers.ts';
import { bare, cellText, matrixIn, type PlanColumn, readableLines, TASK_ID } from './plan-matrix.ts';
import { cutOffProblems, headerProblems, matrixProblem } from './plan-problems.ts';
import { linesOf } from './table.ts';
import type { Table } from './table.ts';

/** Larger plans are refused unread, in bytes. */
export const MAX_PLAN_BYTES = 5 * 1024 * 1024;

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
  const readable = readableLines(lines);
  const matrix = matrixIn(readable);
  const found = [
    ...conflicts.map(conflictProblem),
    ...(matrix === undefined ? [matrixProblem(readable)] : [...headerProblems(matrix.header), ...cutOffProblems(matrix, readable)]),
  ];
  const { rows, problems } = matrix === undefined ? { rows: [], problems: [] } : readRows(matrix, conflicts);
  const sorted = [...found, ...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { plan: { rows }, problems: sorted.map((problem) => ({ file, ...problem })) };
}

function exceeds(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
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
