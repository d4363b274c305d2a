import { expect, it } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { START } from '../../src/tui/focus.ts';
import type { Focus, Pane } from '../../src/tui/focus.ts';
import { logsInView } from '../../src/tui/in-view.ts';
import { decision, run, task } from '../rig/snapshots.ts';

const tasks = Array.from({ length: 100 }, (_, index) => task(`T${index + 1}`));
const standard = { columns: 80, rows: 24 };
const on = (id: string, pane: Pane = { show: 'tasks' }): Focus => ({ pane, selected: taskId(id) });

/** As `T1 to T17, 1 line each`. */
function inView(focus: Focus, size = standard, snapshot = run(tasks)): string {
  const logs = logsInView(focus, size, snapshot);
  return logs.length === 0 ? 'none' : `${logs[0]?.task} to ${logs.at(-1)?.task}, ${logs[0]?.lines} each, ${logs.length} in all`;
}

it('of a table the last line of each row that has room is in view', () => {
  expect(inView(START)).toBe('T1 to T17, 1 each, 17 in all');
  expect(inView(on('T50'))).toBe('T42 to T58, 1 each, 17 in all');
  expect(inView(on('T100', { show: 'confirm', action: { do: 'stop' }, question: 'Stop?' }))).toBe('T84 to T100, 1 each, 17 in all');
  expect(inView(START, { columns: 120, rows: 40 })).toBe('T1 to T33, 1 each, 33 in all');
});

it('decisions take their rows from the table', () => {
  expect(inView(START, standard, run(tasks, { decisions: [decision('D1', 'T1')] }))).toBe('T1 to T14, 1 each, 14 in all');
});

it('of a log as many lines are in view as its pane is high', () => {
  expect(inView(on('T7', { show: 'log' }))).toBe('T7 to T7, 18 each, 1 in all');
});

it('help, options, and terminals without room for the last line show no log', () => {
  const asked = run(tasks, { decisions: [decision('D1', 'T1')] });
  expect(inView(on('T1', { show: 'help' }))).toBe('none');
  expect(inView(on('T1', { show: 'options', decision: 'D1' }), standard, asked)).toBe('none');
  expect(inView(START, { columns: 79, rows: 24 })).toBe('none');
  expect(inView(START, { columns: 50, rows: 24 })).toBe('none');
  expect(inView(START, standard, run([]))).toBe('none');
});

it('options of a decision that was settled meanwhile are a table again', () => {
  expect(inView(on('T1', { show: 'options', decision: 'D1' }))).toBe('T1 to T17, 1 each, 17 in all');
});
