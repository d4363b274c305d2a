import { describe, expect, test } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { editCells, setHeaderStatus } from '../../src/files/plan-edit.ts';
import { HEAD, plan, T1, T2 } from '../rig/small-plan.ts';

const status = (text: string, task: string, value: string): string => editCells(text, [{ task: taskId(task), column: 'Status', value }]);

describe('editing cells', () => {
  test('only the cell changes', () => {
    expect(status(plan(T1, T2), 'T2', 'Completed')).toBe(plan(T1, T2.replace('In Progress', 'Completed')));
  });

  test('the value that is there already gives the same text', () => {
    expect(status(plan(T1, T2), 'T2', 'In Progress')).toBe(plan(T1, T2));
  });

  test('a cell as wide as its column keeps its width while there is room', () => {
    const text = HEAD.join('\n')
      .replace('| Status |', '| Status      |')
      .replace('|--------|--------------|', '|-------------|--------------|');
    const wide = `${text}\n${T1.replace(' Completed ', ' Completed   ')}\n`;
    expect(status(wide, 'T1', 'Failed')).toBe(wide.replace(' Completed   ', ' Failed      '));
    expect(status(status(wide, 'T1', 'Not Started'), 'T1', 'Completed')).toBe(wide);
  });

  test('a cell without room for the value grows and keeps its padding', () => {
    const text =
      '| Task ID | Dependencies | Status     |\n|---------|--------------|------------|\n| T1      | -            | Blocked    |\n';
    expect(status(text, 'T1', 'Not Started')).toBe(text.replace('Blocked', 'Not Started'));
  });

  test('a branch that is written without back-ticks stays so while it is the same', () => {
    const text = plan(T1.replaceAll('`iter/1/T1`', 'iter/1/T1'));
    expect(editCells(text, [{ task: taskId('T1'), column: 'Branch', value: 'iter/1/T1' }])).toBe(text);
  });

  test('the last cell of a row without outer pipes can change', () => {
    const text = 'Task ID | Dependencies | Status\n--- | --- | ---\nT1 | - | Not Started\t\nT2 | - | Blocked';
    expect(status(status(text, 'T2', 'Failed'), 'T1', 'Blocked')).toBe(text.replace('Blocked', 'Failed').replace('Not Started', 'Blocked'));
  });

  test('cells without padding stay without', () => {
    const text = '|Task ID|Dependencies|Status|\n|-|-|-|\n|T1|-|Blocked|\n|T2|-||\n';
    expect(status(status(text, 'T1', 'Failed'), 'T2', 'Blocked')).toBe(text.replace('Blocked', 'Failed').replace('||\n', '|Blocked|\n'));
  });

  test('worktrees and branches keep or get their back-ticks', () => {
    const text = plan(T1.replace('`../w/T1`', '-'));
    const edited = editCells(text, [
      { task: taskId('T1'), column: 'Worktree', value: '/w/new' },
      { task: taskId('T1'), column: 'Branch', value: '`iter/1/T1`' },
    ]);
    expect(edited).toBe(plan(T1.replace('../w/T1', '/w/new')));
    expect(editCells(edited, [{ task: taskId('T1'), column: 'Branch', value: '' }])).toBe(
      plan(T1.replace('../w/T1', '/w/new').replace('`iter/1/T1`', '-')),
    );
  });

  test('pipes are escaped, line breaks become spaces, a backslash at the end cannot eat the pipe', () => {
    const text = '|Task ID|Dependencies|Status|Description|\n|-|-|-|-|\n|T1|-|Blocked|x|\n';
    const edit = (value: string): string => editCells(text, [{ task: taskId('T1'), column: 'Description', value }]);
    expect([edit('a|b\r\n c'), edit('end\\')]).toEqual([text.replace('|x|', '|a\\|b c|'), text.replace('|x|', '|end\\ |')]);
  });

  test('of two edits to one cell the last one holds', () => {
    const edits = ['Blocked', 'Failed'].map((value) => ({ task: taskId('T2'), column: 'Status', value }) as const);
    expect(editCells(plan(T1, T2), edits)).toBe(plan(T1, T2.replace('In Progress', 'Failed')));
  });

  test('the execution log keeps its own Status', () => {
    const log = '| Task ID | Agent ID | Status |\n|---|---|---|\n| T1 | a | Not Started |\n\n';
    expect(status(log + plan(T1), 'T1', 'Failed')).toBe(log + plan(T1.replace('Completed', 'Failed')));
  });

  test('a task, column or matrix that is not there is a bug of the caller', () => {
    expect(() => status(plan(T1), 'T2', 'Failed')).toThrow('no task T2');
    expect(() => status('# Plan', 'T1', 'Failed')).toThrow('no task matrix');
    const small = '| Task ID | Status | Dependencies |\n|-|-|-|\n| T1 | Failed | - |\n';
    expect(() => editCells(small, [{ task: taskId('T1'), column: 'Branch', value: 'b' }])).toThrow('no column Branch');
  });
});

describe('the status in the header', () => {
  test('only the word changes, what surrounds it stays', () => {
    expect(setHeaderStatus('\uFEFF# P\r\n\r\n**Model:** x\r\n**Status:**  Planning  \r\n', 'Completed')).toBe(
      '\uFEFF# P\r\n\r\n**Model:** x\r\n**Status:**  Completed  \r\n',
    );
  });

  test('an empty value is filled in', () => {
    expect(setHeaderStatus('**Status:**\n## 1', 'Planning')).toBe('**Status:** Planning\n## 1');
  });

  test('the word that is there already gives the same text', () => {
    expect(setHeaderStatus('**Status:**Planning\n', 'Planning')).toBe('**Status:**Planning\n');
  });

  test('fences and what is below the first ## heading are left alone', () => {
    const text = '```\n**Status:** a\n```\n## 1\n**Status:** b\n';
    expect(setHeaderStatus(text, 'Completed')).toBe(text);
  });
});
