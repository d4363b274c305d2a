/** Who has edited the plan, as far as anything tells, and what becomes of that: claims, refusals, questions. Reads logs of agents; changes no cell. */
import { join } from 'node:path';
import { claims } from '../core/claims.ts';
import type { SeenWords } from '../core/claims.ts';
import type { NewEvent } from '../core/event.ts';
import type { TaskId } from '../core/ids.ts';
import { taskOf } from '../core/plan.ts';
import type { CellEdit, EditedRow, SeenRows } from '../core/plan-edits.ts';
import { isHeldRow, isKnownEdit, judgeEdits, planWrite, rowEdits } from '../core/plan-edits.ts';
import type { Phase } from '../core/state.ts';
import { lastLines } from '../effects/follow.ts';
import type { PlanRow } from '../files/plan.ts';
import type { Context } from './context.ts';
import { grownTasks } from './grown-tasks.ts';
import { PLAN_FILE } from './iteration.ts';
import { postMessage } from './messages.ts';
import type { Run } from './run.ts';

/** What the last look at the plan gave. */
export interface LastLook {
  readonly seen: SeenWords;
  readonly rows?: SeenRows;
  /** ISO time; what ended since then may have made an edit, too. */
  readonly looked?: string;
}

/** A row as `core/plan-edits.ts` compares it. */
export function editedRow({ id, line, description, agent, branch, group, needs }: PlanRow): EditedRow {
  return {
    id,
    line,
    cells: { Description: description, 'Agent/Skills': agent, Branch: branch, 'Parallel Group': group, Dependencies: needs.join(', ') },
  };
}

/** Puts on record what the edits since the last look come to, answers agents whose edits do not count, and gives the cells to be put back. */
export async function takeEdits(run: Run, rows: readonly PlanRow[], last: LastLook, context: Context): Promise<readonly CellEdit[]> {
  const words = claims(rows, run.state, last.seen);
  const cells = last.rows === undefined ? [] : foreignEdits(run, rows.map(editedRow), last.rows);
  if (words.length === 0 && cells.length === 0) return [];
  const agents = whoNamesThePlan(run, last.looked);
  const judged = judgeEdits({ words, cells }, run.state, agents);
  const name = (task: TaskId): string => (agents.includes(task) ? taskOf(run.plan, task).instance : 'plan');
  for (const claim of judged.claims) {
    await run.record({ type: 'status-claimed', task: claim.task, word: claim.word, by: name(claim.task), line: claim.line });
    context.say(`${claim.task}: ${PLAN_FILE}:${claim.line} says ${claim.word}; that is a claim, iter checks it`);
  }
  const open = judged.open.filter((edit) => !isKnownEdit(run.state.foreign, edit));
  const by = agents.length === 0 ? 'plan' : agents.map((id) => taskOf(run.plan, id).instance).join(', ');
  const refused = judged.refused.map(({ task, word, line, reason }): NewEvent => ({ type: 'claim-refused', task, word, by, reason, line }));
  const found: NewEvent[] =
    open.length === 0
      ? []
      : [
          {
            type: 'foreign-write-found',
            id: `${agents[0] ?? ''}-plan-${(run.state.foreign?.length ?? 0) + 1}`,
            tasks: agents,
            writes: open.map((edit) => planWrite(edit, agents)),
          },
        ];
  if (refused.length + found.length > 0) await run.record(...refused, ...found);
  const told = [
    ...judged.refused.map(
      ({ task, word, line, reason }) => `${PLAN_FILE}:${line} says ${word} of ${task}, which does not count: ${reason}`,
    ),
    ...judged.restored.map(
      ({ task, line, column }) => `${PLAN_FILE}:${line}: ${column} of ${task} is put back; it says what iter has done`,
    ),
    ...open.map((edit) => planWrite(edit, agents).what),
  ];
  for (const line of told) context.say(line);
  if (told.length > 0 && agents.length > 0) await answer(run, agents, told, context);
  return judged.restored;
}

/** Rows without those that may be an agent's and that nobody has said a word about. */
export function ownRows(run: Run, rows: readonly PlanRow[]): PlanRow[] {
  return rows.filter((row) => !isHeldRow(run.state.foreign, editedRow(row)));
}

/** Edits of others than iter, which changes the needs of a task when it gets parts and adds rows for those. */
function foreignEdits(run: Run, rows: readonly EditedRow[], seen: SeenRows): CellEdit[] {
  const tasks = new Map(run.plan.tasks.map((task) => [task.id, task]));
  const edits = rowEdits(rows, seen, (id) => tasks.has(id));
  const parts = edits.some(({ task }) => !tasks.has(task)) ? grownTasks(run.iteration.directory, run.plan).tasks : [];
  return edits.filter(
    ({ task, column, now }) =>
      !parts.some((part) => part.id === task) && !(column === 'Dependencies' && tasks.get(task)?.needs.join(', ') === now),
  );
}

const AT_WORK: ReadonlySet<Phase['name']> = new Set(['running', 'checking', 'checked']);
/** A path to the plan, whichever way it is written; prompts name the file without one. */
const PATH_OF_PLAN = `/${PLAN_FILE}`;
const LINES = 2000;

/** Tasks whose agents were at work since the last look and name the plan in what they wrote last (64 KB): a person is not told from an agent by anything else. */
function whoNamesThePlan(run: Run, looked: string | undefined): TaskId[] {
  const { plan, state, iteration } = run;
  return plan.tasks.flatMap((task) => {
    const current = state.tasks[task.id];
    if (current?.log === undefined || task.agent === 'manual') return [];
    if (!AT_WORK.has(current.phase.name) && !(looked !== undefined && current.since >= looked)) return [];
    return lastLines(join(iteration.directory, current.log), LINES).some((line) => line.includes(PATH_OF_PLAN)) ? [task.id] : [];
  });
}

/** Tells the agents, in their next prompt at the latest, what does not count and why. */
async function answer(run: Run, agents: readonly TaskId[], told: readonly string[], context: Context): Promise<void> {
  for (const id of agents) {
    const text = ['The plan was edited while you worked, and not all of it counts:', ...told.map((line) => `- ${line}`)].join('\n');
    const { instance } = taskOf(run.plan, id);
    await postMessage(run.iteration, {
      from: 'Orchestrator',
      to: instance,
      type: 'Update',
      task: id,
      timestamp: context.now().toISOString(),
      status: 'Sent',
      text,
    });
  }
}
