/** What somebody has edited in the matrix besides Status cells, and what of an edit holds when an agent may have made it. Reads no file, blames nobody by itself. */
import type { StatusClaim } from './claims.ts';
import type { ForeignWrite } from './event.ts';
import type { TaskId } from './ids.ts';
import type { ForeignChange, State } from './state.ts';

/** What a row says besides its status, by column. */
export type RowCells = Readonly<Record<string, string>>;
/** The rows as iter saw them last, by task. */
export type SeenRows = Readonly<Record<string, RowCells>>;

export interface EditedRow {
  readonly id: TaskId;
  readonly line: number;
  readonly cells: RowCells;
}

export interface CellEdit {
  readonly task: TaskId;
  /** `row` for a row that is new. */
  readonly column: string;
  readonly was: string;
  readonly now: string;
  readonly line: number;
}

/** Columns whose cells say what iter has done, and that nothing reads: an agent's word in them is put back without asking anybody. */
const FACTS: readonly string[] = ['Branch', 'Parallel Group'];
const NEW_ROW = 'row';

/** The cells of tasks that differ from what they were, and the rows of what is no task yet that are new or changed. */
export function rowEdits(rows: readonly EditedRow[], seen: SeenRows, isTask: (id: TaskId) => boolean): CellEdit[] {
  return rows.flatMap(({ id, line, cells }): CellEdit[] => {
    const before = seen[id];
    const now = JSON.stringify(cells);
    // a row that is no task yet is weighed as a whole, whichever cell of it was edited
    if (!isTask(id)) return JSON.stringify(before) === now ? [] : [{ task: id, column: NEW_ROW, was: '', now, line }];
    if (before === undefined) return [];
    return Object.entries(cells).flatMap(([column, cell]) => {
      const was = before[column];
      return was === undefined || was === cell ? [] : [{ task: id, column, was, now: cell, line }];
    });
  });
}

export interface RefusedClaim extends StatusClaim {
  readonly reason: string;
}

export interface Judged {
  readonly claims: readonly StatusClaim[];
  readonly refused: readonly RefusedClaim[];
  /** Cells to be put back. */
  readonly restored: readonly CellEdit[];
  /** What a person is asked about; it does not hold until they say so. */
  readonly open: readonly CellEdit[];
}

/** What an edit comes to. An agent speaks for the Status of its own row and for nothing else; `agents` are those that may have made it, none for a person's. */
export function judgeEdits(
  { words, cells }: { readonly words: readonly StatusClaim[]; readonly cells: readonly CellEdit[] },
  state: State,
  agents: readonly TaskId[],
): Judged {
  const judged = words.map((claim) => ({ claim, reason: outOfTurn(claim, cells, agents) ?? illegal(claim, state) }));
  return {
    claims: judged.filter(({ reason }) => reason === undefined).map(({ claim }) => claim),
    refused: judged.flatMap(({ claim, reason }) => (reason === undefined ? [] : [{ ...claim, reason }])),
    restored: agents.length === 0 ? [] : cells.filter(({ column }) => FACTS.includes(column)),
    open: agents.length === 0 ? [] : cells.filter(({ column }) => !FACTS.includes(column)),
  };
}

function outOfTurn({ task }: StatusClaim, cells: readonly CellEdit[], agents: readonly TaskId[]): string | undefined {
  if (agents.length === 0) return undefined;
  if (!agents.includes(task)) return `it is not the row of ${agents.join(' or ')}, and an agent speaks for its own row only`;
  const others = cells.filter((edit) => edit.task === task).map(({ column }) => column);
  return others.length === 0 ? undefined : `an agent edits the Status of its row and nothing else, and ${others.join(', ')} came with it`;
}

/** Why this word cannot be said of a task now, and what can be done instead; undefined when it can. */
function illegal({ task, word }: StatusClaim, state: State): string | undefined {
  switch (state.tasks[task]?.phase.name) {
    case 'waiting':
      return word === 'Blocked'
        ? `its work has not begun; what stands in its way: iter block --task ${task}`
        : `its work has not begun; to do without it: iter skip ${task} --reason "…"`;
    case 'accepted':
    case 'merged':
    case 'skipped':
    case 'superseded':
      return `its work is done; to have it done again: iter retry ${task}`;
    case 'failed':
      return `it has failed; to try again: iter retry ${task}`;
    default:
      return word === 'Not Started' ? `its work has begun; to have it done anew: iter retry ${task}` : undefined;
  }
}

/** What is put on record of an edit a person is asked about. */
export function planWrite({ task, column, was, now, line }: CellEdit, agents: readonly TaskId[]): ForeignWrite {
  const who = `${agents.join(', ')} ${agents.length === 1 ? 'names' : 'name'} the plan in ${agents.length === 1 ? 'its log' : 'their logs'}`;
  const what = column === NEW_ROW ? `the row of ${task} is new` : `${column} of ${task} changed from "${was}" to "${now}"`;
  return {
    place: planPlace(task, column),
    now,
    was,
    what: `${what} in the plan, line ${line} (${who}); it does not hold until you say so`,
    blocks: true,
  };
}

const planPlace = (task: TaskId, column: string): string => `plan ${task} ${column}`;

/** What a cell counts as: what was there before while nobody has said that the edit is in order. */
export function heldValue(foreign: readonly ForeignChange[] | undefined, task: TaskId, cell: { column: string; now: string }): string {
  return held(foreign, task, cell)?.was ?? cell.now;
}

/** True for a new row that may be an agent's, as long as nobody has said that it is in order. */
export function isHeldRow(foreign: readonly ForeignChange[] | undefined, { id, cells }: EditedRow): boolean {
  return held(foreign, id, { column: NEW_ROW, now: JSON.stringify(cells) }) !== undefined;
}

function held(
  foreign: readonly ForeignChange[] | undefined,
  task: TaskId,
  { column, now }: { readonly column: string; readonly now: string },
): ForeignWrite | undefined {
  const place = planPlace(task, column);
  return foreign
    ?.filter(({ answer }) => answer?.option !== 'mine')
    .flatMap(({ writes }) => writes)
    .findLast((write) => write.place === place && write.now === now);
}

/** True for an edit that is on record with this value already, whatever was said about it. */
export function isKnownEdit(foreign: readonly ForeignChange[] | undefined, { task, column, now }: CellEdit): boolean {
  return (foreign ?? []).some(({ writes }) => writes.some((write) => write.place === planPlace(task, column) && write.now === now));
}
