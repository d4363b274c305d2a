import { expect, it } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import type { Snapshot } from '../../src/core/view.ts';
import { press, START } from '../../src/tui/focus.ts';
import type { Pressed } from '../../src/tui/focus.ts';
import { decision, run, task } from '../rig/snapshots.ts';

const three = run([task('T1', { state: 'accepted' }), task('T2'), task('T3', { state: 'awaiting-human' })], {
  decisions: [decision('D1', 'T1'), decision('D3', 'T3')],
});

/** The result of the last of these keys, each pressed where the one before led. */
function after(keys: string, snapshot: Snapshot = three): Pressed {
  let pressed: Pressed = { focus: START };
  for (const key of keys.split(' ')) pressed = press(pressed.focus, key, { snapshot, page: 2 });
  return pressed;
}

const selected = (keys: string): string | undefined => after(keys).focus.selected;

it('j, k and the arrows move the selection and stop at the ends', () => {
  expect(['j', 'down down', 'j j j j', 'j k', 'j up up up', 'page-down', 'G', 'G g', 'end home'].map(selected)).toEqual([
    'T2',
    'T3',
    'T3',
    'T1',
    'T1',
    'T3',
    'T3',
    'T1',
    'T1',
  ]);
});

it('a opens the decision of the selected task', () => {
  expect(after('j j a').focus.pane).toEqual({ show: 'options', decision: 'D3' });
});

it('a opens the first decision when the selected task has none', () => {
  expect(after('j a').focus.pane).toEqual({ show: 'options', decision: 'D1' });
});

it('a number answers with that option, and only while the options are open', () => {
  expect([after('a 2').action, after('2').action]).toEqual([{ do: 'decide', id: 'D1', option: 'skip' }, undefined]);
});

it('a number without an option does nothing', () => {
  expect(after('a 3')).toEqual(after('a'));
});

it('a number is never taken for a decision that was settled elsewhere meanwhile', () => {
  const open = after('a').focus;
  const settled = run(three.tasks, { decisions: [decision('D3', 'T3')] });
  const pressed = press(open, '1', { snapshot: settled, page: 2 });
  expect([pressed.action, pressed.focus]).toEqual([undefined, { pane: { show: 'tasks' }, notice: 'D1 is settled' }]);
});

it('a says so when nothing waits', () => {
  expect(after('a', run([task('T1')])).focus.notice).toBe('nothing waits for you');
});

it('s asks before it stops the selected task', () => {
  const pictures = ['j s', 'j s y', 'j s n', 'j s x y'].map((keys) => after(keys).action);
  expect(pictures).toEqual([undefined, { do: 'stop', task: 'T2' }, undefined, { do: 'stop', task: 'T2' }]);
});

it('s on a task without an agent only says so', () => {
  expect(after('s').focus).toEqual({
    pane: { show: 'tasks' },
    notice: 'T1 is accepted: there is nothing to stop',
  });
});

it('the stop question keeps the task it was asked for, even when the plan changes meanwhile', () => {
  const asked = after('j s').focus;
  expect(press(asked, 'y', { snapshot: run([task('T9')]), page: 2 }).action).toEqual({
    do: 'stop',
    task: taskId('T2'),
  });
});

it('S asks before it stops the run', () => {
  expect(['S', 'S y', 'S escape'].map((keys) => after(keys).action)).toEqual([undefined, { do: 'stop' }, undefined]);
});

it('q leaves from the table and the log, but is only a way back where something is asked', () => {
  expect(['q', 'l q', 'a q', 's q', 'S q', '? q'].map((keys) => after(keys).leave)).toEqual([
    'quit',
    'quit',
    undefined,
    'quit',
    undefined,
    undefined,
  ]);
});

it('Ctrl+C leaves from everywhere and never acts', () => {
  const all = ['interrupt', 'l interrupt', 'a interrupt', 'S interrupt', '? interrupt'].map((keys) => after(keys));
  expect(all.map(({ leave, action }) => [leave, action])).toEqual(Array.from({ length: 5 }, () => ['interrupted', undefined]));
});

it('a task that leaves the plan hands the selection to the first one', () => {
  const pressed = press({ pane: { show: 'tasks' }, selected: taskId('T8') }, 'j', {
    snapshot: three,
    page: 2,
  });
  expect(pressed.focus.selected).toBe('T2');
});

it('an empty plan takes every key without harm', () => {
  const keys = ['j', 'k', 'G', 'page-up', 'l', 'enter', 'a', 's', 'S', '?', 'x'];
  expect(keys.map((key) => after(key, run([])).action)).toEqual(keys.map(() => undefined));
});
