/** Which logs the screen shows anything of, and how many lines: the rest of them is not read. Pure. */
import type { TaskId } from '../core/ids.ts';
import type { Snapshot } from '../core/view.ts';
import { selectedTask, standing } from './focus.ts';
import type { Focus } from './focus.ts';
import { columnsFor, isTiny, linesOf, listSize, longestIdOf, middleHeight, rowsIn } from './layout.ts';
import type { Size } from './layout.ts';

export interface LogInView {
  readonly task: TaskId;
  /** How many of its last lines there is room for. */
  readonly lines: number;
}

/** The logs in view for somebody who stands here. */
export function logsInView(focus: Focus, size: Size, snapshot: Snapshot): readonly LogInView[] {
  if (isTiny(size)) return [];
  const { pane } = standing(focus, snapshot);
  const task = selectedTask(focus, snapshot);
  if (pane.show === 'help' || pane.show === 'options' || task === undefined) return [];
  const height = middleHeight(size);
  if (pane.show === 'log') return [{ task: task.id, lines: height - 1 }];
  const { tasks, decisions } = snapshot;
  if (!columnsFor(size.columns, longestIdOf(tasks)).some((column) => column.name === 'doing')) return [];
  const { first, end } = rowsIn(height - linesOf(decisions.length, listSize(height)), tasks.indexOf(task), tasks.length);
  return tasks.slice(first, end).map(({ id }) => ({ task: id, lines: 1 }));
}
