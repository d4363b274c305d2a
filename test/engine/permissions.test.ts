import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { taskOf } from '../../src/core/plan.ts';
import { taskId } from '../../src/core/ids.ts';
import { requestText } from '../../src/core/permission.ts';
import type { Context } from '../../src/engine/context.ts';
import { answer } from '../../src/engine/decisions.ts';
import { collectPermissions } from '../../src/engine/permissions.ts';
import { closeTimeBoxes } from '../../src/engine/time-boxes.ts';
import { type Ground, ground } from '../rig/ground.ts';
import { ended, interrupted, running } from '../rig/story.ts';

const NAME = 'T1-1-77-1.json';
const TEXT = requestText({ title: 'npm ci', kind: 'execute', command: 'npm ci', paths: [] });

/** A running attempt of T1, its questions, and looks of the launch at them. */
async function asking(): Promise<{
  readonly on: Ground;
  readonly put: (name: string, text?: string) => string;
  readonly look: () => Promise<void>;
}> {
  const on = await ground({ 'README.md': '# Shop\n' }, 'T1 build', 'T2 build');
  await on.run.record(...running('T1'));
  const folder = path.join(on.iteration.directory, '.run', 'permissions');
  mkdirSync(folder);
  const put = (name: string, text = TEXT): string => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  return { on, put, look: () => collectPermissions(on.run, taskOf(on.plan, taskId('T1')), on.context) };
}

const answerOf = (request: string): string | undefined => {
  const file = request.replace('.json', '.answer');
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

it('a question of an agent is asked once, with half of the time that is left to answer it, and the answer gets to it once it is there', async () => {
  const { on, put, look } = await asking();
  const request = put(NAME);
  await look();
  await look();
  expect(on.run.state.decisions).toMatchObject([
    {
      id: 'T1-permission-1',
      kind: 'permission',
      task: 'T1',
      question: 'T1 asks whether it may run a command: "npm ci"',
      options: [{ id: 'allow' }, { id: 'deny' }],
      until: '2026-01-10T12:00:30.000Z',
    },
  ]);
  // the attempt goes on: it is its agent that waits
  expect(on.run.state.tasks['T1']?.phase.name).toBe('running');
  expect(answerOf(request)).toBeUndefined();

  await answer(on.iteration, { id: undefined, option: 'allow', by: 'ada' }, on.context);
  on.run.refresh();
  await look();
  expect({ answer: answerOf(request), open: on.run.state.decisions }).toEqual({ answer: 'allow\n', open: [] });

  // its next question is another one
  rmSync(request);
  put('T1-1-77-2.json');
  await look();
  expect(on.run.state.decisions.map(({ id }) => id)).toEqual(['T1-permission-2']);
});

it('a question nobody answers in time is denied by the clock, and one that is taken back is closed', async () => {
  const { on, put, look } = await asking();
  const request = put(NAME);
  await look();
  const later = (seconds: number): Context => ({ ...on.context, now: () => new Date(Date.UTC(2026, 0, 10, 12, 0, seconds)) });
  await closeTimeBoxes(on.run, later(29));
  expect(on.run.state.decisions.length).toBe(1);
  await closeTimeBoxes(on.run, later(30));
  await look();
  expect({ answer: answerOf(request), open: on.run.state.decisions }).toEqual({ answer: 'deny\n', open: [] });

  // a later question has half of what is left, so that the work has some, too
  const second = put('T1-1-77-2.json');
  await collectPermissions(on.run, taskOf(on.plan, taskId('T1')), later(40));
  expect(on.run.state.decisions[0]?.until).toBe('2026-01-10T12:00:50.000Z');
  rmSync(second);
  await look();
  expect(on.run.state.decisions).toEqual([]);
});

it.each([
  ['has ended', ended('T1')],
  ['was cut off', interrupted('T1')],
])('an attempt that %s asks nobody any more, and what was said to it is forgotten', async (_, event) => {
  const { on, put, look } = await asking();
  put(NAME);
  await look();
  await answer(on.iteration, { id: undefined, option: 'deny', by: 'ada' }, on.context);
  put('T1-1-77-2.json');
  on.run.refresh();
  await look();
  expect({ open: on.run.state.decisions.length, said: Object.keys(on.run.state.permissions ?? {}) }).toEqual({ open: 1, said: [NAME] });
  await on.run.record(event);
  expect({ open: on.run.state.decisions, said: on.run.state.permissions }).toEqual({ open: [], said: {} });
});

it('only whole questions of this attempt are asked: no link, nothing of another name, nothing that is none', async () => {
  const { on, put, look } = await asking();
  put('T1-2-77-1.json');
  put('T2-1-77-1.json');
  put('T1-1-77-1.json.new');
  put('T1-1-77-2.json', '{"title":');
  put('T1-1-77-3.json', `${TEXT}${' '.repeat(70_000)}`);
  symlinkSync(put('elsewhere'), path.join(on.iteration.directory, '.run', 'permissions', 'T1-1-77-4.json'));
  await look();
  expect(on.run.state.decisions).toEqual([]);
});
