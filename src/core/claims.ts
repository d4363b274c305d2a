/** What a changed Status cell means: a claim by whoever edited it, never a fact. */
import type { TaskId } from './ids.ts';
import type { StatusWord } from './plan.ts';
import type { State } from './state.ts';
import { wordOf } from './words.ts';

export interface StatusCell {
  readonly id: TaskId;
  readonly status: StatusWord;
  readonly line: number;
}

export interface StatusClaim {
  readonly task: TaskId;
  readonly word: StatusWord;
  readonly line: number;
}

/** What each cell said when iter last looked: an edit is what differs from that, whatever the state did meanwhile. */
export type SeenWords = Readonly<Record<string, StatusWord>>;

/** The cells somebody has edited to say something else than the state does. A cell iter has merely not updated yet is no claim, and a claim on record is not made twice. */
export function claims(cells: readonly StatusCell[], state: State, seen: SeenWords): StatusClaim[] {
  return cells.flatMap((cell) => {
    const task = state.tasks[cell.id];
    if (task === undefined) return [];
    if (cell.status === wordOf(state, cell.id) || cell.status === (seen[cell.id] ?? 'Not Started')) return [];
    if (task.claim?.word === cell.status) return [];
    return [{ task: cell.id, word: cell.status, line: cell.line }];
  });
}
