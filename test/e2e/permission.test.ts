import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf, startIter } from '../rig/cli.ts';
import { processesOf } from '../rig/driven.ts';
import { oneStep } from '../rig/one-step.ts';
import { sh } from '../rig/repository.ts';
import { talker } from '../rig/talker.ts';
import { until } from '../rig/until.ts';

/** Milliseconds after which something that has to happen counts as hanging. */
const PATIENCE = 60_000;

const DEEDS = [
  { do: 'tool', kind: 'execute', title: 'npm ci', command: 'npm ci' },
  { do: 'tool', kind: 'edit', title: 'write', path: 'piece.txt', text: 'made\n' },
];

const careful = (agent: string, more = '') =>
  oneStep({
    step: `permission: ask,${more} checks: [{ commits: { min: 1 } }]`,
    agent,
    files: { '.iter/agents/talker.yaml': talker('talker', DEEDS, 'modes: { ask: careful }') },
  });

it('what an agent asks by the protocol is a decision of a person: it waits for it, goes on by it, and asks anew when it was cut off', async () => {
  const { root, directory, worktree } = await careful('talker+acp');
  const asked = (): readonly unknown[] => eventsOf(directory).filter(({ type }) => type === 'decision-requested');
  const open = async () => jsonOf(await iter(root, ['status', '--json']))['decisions'];

  const first = startIter(root, ['launch']);
  await until(asked, (found) => found.length === 1, PATIENCE);
  const listed = await iter(root, ['decide']);
  expect({ exit: listed.exit, stdout: listed.stdout }).toEqual({
    exit: 5,
    stdout: expect.stringMatching(
      /^T1-permission-1: T1 asks whether it may run a command: "npm ci"\n {2}--option allow .*\n {2}--option deny /,
    ),
  });
  process.kill(first.pid, 'SIGINT');
  expect({ exit: (await first.ended).exit, open: await open(), left: processesOf(directory) }).toEqual({ exit: 130, open: [], left: [] });

  const second = startIter(root, ['launch']);
  await until(asked, (found) => found.length === 2, PATIENCE);
  expect(await open()).toMatchObject([{ id: 'T1-permission-2', kind: 'permission', task: 'T1' }]);
  await done(root, ['decide', 'T1-permission-2', '--option', 'deny', '-m', 'no network here']);
  await until(asked, (found) => found.length === 3, PATIENCE);
  await done(root, ['approve']);
  expect((await second.ended).exit).toBe(0);

  expect({
    log: readFileSync(path.join(directory, '.run', 'logs', 'T1-1.log'), 'utf8').match(/(?:allow|reject|cancel)\w*!?\. /g),
    files: sh(worktree, 'ls-tree', '--name-only', 'HEAD', 'piece.txt'),
    open: await open(),
    questions: readdirSync(path.join(directory, '.run', 'permissions')),
    left: processesOf(directory),
  }).toEqual({ log: ['reject_once!. ', 'allow_once!. '], files: 'piece.txt', open: [], questions: [], left: [] });
}, 180_000);

it('a step that wants a person asked is not started with an agent that asks nobody, or where no question gets out', async () => {
  const { root } = await careful('command:true', ' sandbox: bubblewrap,');
  const { exit, stderr } = await iter(root, ['launch']);
  expect(stderr).toContain(
    'T1 has permission: ask, and no question gets out of sandbox: bubblewrap; say permission: edit, or sandbox: none',
  );
  expect({ exit, stderr }).toEqual({
    exit: 2,
    stderr: expect.stringContaining(
      'T1 has permission: ask, and agent "command:true" never asks; give it to gemini+acp or qwen+acp or talker+acp',
    ),
  });
});
