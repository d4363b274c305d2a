/** Keeps the plan file and the state together: what people and agents wrote in it becomes claims, then the cells show what is so. */
import { join } from 'node:path';
import type { SeenWords } from '../core/claims.ts';
import { claims } from '../core/claims.ts';
import { EXECUTION_LOG_HEADER, executionLog } from '../core/execution-log.ts';
import { problemLine } from '../core/problem.ts';
import { allSettled, hasLanded } from '../core/state.ts';
import { wordOf } from '../core/words.ts';
import { readText } from '../effects/disk.ts';
import { writeAtomic, writeIfUnchanged } from '../effects/replace-file.ts';
import { editCells, parsePlan, replaceTableBody, setHeaderStatus } from '../files/plan.ts';
import { adoptRows } from './added-rows.ts';
import type { Context } from './context.ts';
import { PLAN_FILE, applyRows } from './iteration.ts';
import type { Run } from './run.ts';

/** What the last look at the plan gave: so that a complaint is not made twice, and an edit can be told from a cell that is merely late. */
export interface PlanMemory {
  complaint: string;
  seen: SeenWords;
}

/** The memory as the last iter that wrote the plan left it; a lost one costs nothing but a claim that goes unnoticed. */
export function rememberPlan(directory: string): PlanMemory {
  try {
    return { complaint: '', seen: JSON.parse(readText(join(directory, SEEN_FILE)) ?? '{}') as SeenWords };
  } catch {
    return { complaint: '', seen: {} };
  }
}

const SEEN_FILE = join('.run', 'plan-words.json');

/**
 * Reads the plan, records what its Status cells claim, takes over edited dependencies, and writes back cells that differ from the state.
 * A plan that cannot be read (a person is in the middle of an edit) is said once and left alone.
 * False when somebody saved the file at that very moment, so that its cells are not up to date.
 */
export async function syncPlan(run: Run, context: Context, memory: PlanMemory): Promise<boolean> {
  const file = join(run.iteration.directory, PLAN_FILE);
  const text = readText(file);
  const applied =
    text === undefined
      ? { problems: [{ file: PLAN_FILE, what: 'is gone', fix: 'restore it from .run/history' }] }
      : applyRows(run.plan, text, PLAN_FILE);
  if (text === undefined || 'problems' in applied) {
    const complaint = 'problems' in applied ? applied.problems.map(problemLine).join('\n') : '';
    if (complaint !== memory.complaint) context.say(`${complaint}\nThe plan as it was before stays in force.`);
    memory.complaint = complaint;
    return true;
  }
  run.adopt(applied.plan);
  const { rows } = parsePlan(text, PLAN_FILE).plan;
  const missing = (await adoptRows(run, rows, context)).map(problemLine).join('\n');
  if (missing !== '' && missing !== memory.complaint) context.say(`${missing}\nIt is no task until then.`);
  memory.complaint = missing;
  // what was added has changed the file: its cells are looked at on the next round
  if (readText(file) !== text) return false;
  for (const claim of claims(rows, run.state, memory.seen)) {
    await run.record({ type: 'status-claimed', task: claim.task, word: claim.word, by: 'plan', line: claim.line });
    context.say(`${claim.task}: ${PLAN_FILE}:${claim.line} says ${claim.word}; that is a claim, iter checks it`);
  }
  const edits = rows.flatMap((row) => {
    const task = run.state.tasks[row.id];
    const word = task === undefined ? row.status : wordOf(run.state, row.id);
    return word === row.status ? [] : [{ task: row.id, column: 'Status' as const, value: word }];
  });
  const cells = edits.length === 0 ? text : editCells(text, edits);
  // the log below the matrix is redrawn with the cells, not for its own sake: a change there alone is not worth a write
  const logged = cells === text ? text : replaceTableBody(cells, EXECUTION_LOG_HEADER, executionLog(run.plan, run.state));
  const next = setHeaderStatus(logged, headerWord(run));
  // somebody saved the file in between: their text is read on the next round
  const written = writeIfUnchanged(file, { expected: text, next, history: join(run.iteration.directory, '.run', 'history') });
  const shown = rows.map(
    (row) => [row.id, written ? (edits.find((edit) => edit.task === row.id)?.value ?? row.status) : row.status] as const,
  );
  const seen = Object.fromEntries(shown);
  if (JSON.stringify(seen) !== JSON.stringify(memory.seen))
    writeAtomic(join(run.iteration.directory, SEEN_FILE), `${JSON.stringify(seen)}\n`);
  memory.seen = seen;
  return written;
}

function headerWord(run: Run): string {
  const { tasks } = run.plan;
  if (hasLanded(tasks, run.state)) return 'Completed';
  if (allSettled(tasks, run.state)) return 'Integration';
  return tasks.every((task) => run.state.tasks[task.id]?.phase.name === 'waiting') ? 'Planning' : 'In Progress';
}
