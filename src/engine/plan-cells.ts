/** Keeps the plan file and the state together: what people and agents wrote in it becomes claims, then the cells show what is so. */
import { join } from 'node:path';
import type { SeenWords } from '../core/claims.ts';
import { EXECUTION_LOG_HEADER, executionLog } from '../core/execution-log.ts';
import type { CellEdit, SeenRows } from '../core/plan-edits.ts';
import { type Problem, problemLine } from '../core/problem.ts';
import { allSettled, hasLanded } from '../core/state.ts';
import { wordOf } from '../core/words.ts';
import { readText } from '../effects/disk.ts';
import { writeAtomic, writeIfUnchanged } from '../effects/replace-file.ts';
import type { PlanRow } from '../files/plan.ts';
import { parsePlan } from '../files/plan.ts';
import { editCells, setHeaderStatus } from '../files/plan-edit.ts';
import type { PlanColumn } from '../files/plan-matrix.ts';
import { replaceTableBody } from '../files/table-edit.ts';
import { adoptRows } from './added-rows.ts';
import type { Context } from './context.ts';
import { PLAN_FILE, applyRows } from './iteration.ts';
import { editedRow, ownRows, takeEdits } from './plan-edits.ts';
import type { Run } from './run.ts';

/** What the last look at the plan gave: so that a complaint is not made twice, and an edit can be told from a cell that is merely late. */
export interface PlanMemory {
  complaint: string;
  seen: SeenWords;
  rows?: SeenRows;
  /** ISO time. */
  looked?: string;
  /** What was written last, so that what is the same is not written again. */
  onDisk?: Readonly<Record<string, string>>;
}

/** The memory as the last iter that wrote the plan left it; a lost one costs nothing but an edit that goes unnoticed. */
export function rememberPlan(directory: string): PlanMemory {
  const seen = (remembered(join(directory, SEEN_FILE)) ?? {}) as SeenWords;
  const rows = remembered(join(directory, ROWS_FILE)) as SeenRows | undefined;
  return { complaint: '', seen, ...(rows === undefined ? {} : { rows }) };
}

function remembered(file: string): unknown {
  try {
    const text = readText(file);
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SEEN_FILE = join('.run', 'plan-words.json');
const ROWS_FILE = join('.run', 'plan-rows.json');

/**
 * Reads the plan, records what its Status cells claim, takes over edited dependencies, and writes back cells that differ from the state.
 * A plan that cannot be read (a person is in the middle of an edit) is said once and left alone.
 * False when somebody saved the file at that very moment, so that its cells are not up to date.
 */
export async function syncPlan(run: Run, context: Context, memory: PlanMemory): Promise<boolean> {
  const file = join(run.iteration.directory, PLAN_FILE);
  const text = readText(file);
  const before = text === undefined ? { problems: [GONE] } : applied(run, text);
  if (text === undefined || 'problems' in before) {
    const complaint = 'problems' in before ? before.problems.map(problemLine).join('\n') : '';
    if (complaint !== memory.complaint) context.say(`${complaint}\nThe plan as it was before stays in force.`);
    memory.complaint = complaint;
    return true;
  }
  const { rows } = parsePlan(text, PLAN_FILE).plan;
  const looked = context.now().toISOString();
  const { foreign } = run.state;
  const restored = await takeEdits(run, rows, memory, context);
  // what may be an agent's edit does not hold until a person has said so
  const after = run.state.foreign === foreign ? before : applied(run, text);
  run.adopt('problems' in after ? run.plan : after.plan);
  const missing = (await adoptRows(run, ownRows(run, rows), context)).map(problemLine).join('\n');
  if (missing !== '' && missing !== memory.complaint) context.say(`${missing}\nIt is no task until then.`);
  memory.complaint = missing;
  memory.seen = Object.fromEntries(rows.map((row) => [row.id, row.status]));
  // what was added has changed the file: its cells are looked at on the next round
  if (readText(file) !== text) return false;
  const edits = rows.flatMap((row) => {
    const task = run.state.tasks[row.id];
    const word = task === undefined ? row.status : wordOf(run.state, row.id);
    return word === row.status ? [] : [{ task: row.id, column: 'Status' as const, value: word }];
  });
  const facts = restored.map(({ task, column, was }) => ({ task, column: column as PlanColumn, value: was }));
  const cells = edits.length + facts.length === 0 ? text : editCells(text, [...edits, ...facts]);
  // the log below the matrix is redrawn with the cells, not for its own sake: a change there alone is not worth a write
  const logged = cells === text ? text : replaceTableBody(cells, EXECUTION_LOG_HEADER, executionLog(run.plan, run.state));
  const next = setHeaderStatus(logged, headerWord(run));
  // somebody saved the file in between: their text is read on the next round
  const written = writeIfUnchanged(file, { expected: text, next, history: join(run.iteration.directory, '.run', 'history') });
  const shown = rows.map(
    (row) => [row.id, written ? (edits.find((edit) => edit.task === row.id)?.value ?? row.status) : row.status] as const,
  );
  remember(run, { seen: Object.fromEntries(shown), rows: asPutBack(rows, restored), looked }, memory);
  return written;
}

const GONE: Problem = { file: PLAN_FILE, what: 'is gone', fix: 'restore it from .run/history' };

const applied = (run: Run, text: string): ReturnType<typeof applyRows> =>
  applyRows(run.plan, text, { file: PLAN_FILE, foreign: run.state.foreign });

/** Every cell as it stands now; those that are put back as they were, so that one that could not be written is seen again. */
function asPutBack(found: readonly PlanRow[], restored: readonly CellEdit[]): SeenRows {
  const back = (row: PlanRow): readonly (readonly [string, string])[] =>
    restored.filter(({ task }) => task === row.id).map(({ column, was }) => [column, was]);
  return Object.fromEntries(found.map((row) => [row.id, { ...editedRow(row).cells, ...Object.fromEntries(back(row)) }]));
}

function remember({ iteration }: Run, now: Required<Omit<PlanMemory, 'complaint' | 'onDisk'>>, memory: PlanMemory): void {
  const texts = { [SEEN_FILE]: `${JSON.stringify(now.seen)}\n`, [ROWS_FILE]: `${JSON.stringify(now.rows)}\n` };
  for (const [name, text] of Object.entries(texts)) if (text !== memory.onDisk?.[name]) writeAtomic(join(iteration.directory, name), text);
  Object.assign(memory, now, { onDisk: texts });
}

function headerWord(run: Run): string {
  const { tasks } = run.plan;
  if (hasLanded(tasks, run.state)) return 'Completed';
  if (allSettled(tasks, run.state)) return 'Integration';
  return tasks.every((task) => run.state.tasks[task.id]?.phase.name === 'waiting') ? 'Planning' : 'In Progress';
}
