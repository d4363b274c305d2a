import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { differenceText, differences } from '../../src/core/foreign.ts';
import { taskId } from '../../src/core/ids.ts';
import { taskOf } from '../../src/core/plan.ts';
import { lookAround } from '../../src/effects/surroundings.ts';
import { withCheckout } from '../../src/engine/checkout.ts';
import { judge } from '../../src/engine/judge.ts';
import { prepare } from '../../src/engine/prepare.ts';
import { bringInto, linkedPaths, provide, provisionsOf } from '../../src/engine/provisions.ts';
import { eventsOf } from '../rig/cli.ts';
import { ground } from '../rig/ground.ts';
import { sh, write } from '../rig/repository.ts';
import { ended, running } from '../rig/story.ts';

const T1 = taskId('T1');

/** A project that ignores its keys and dependencies, asks for them in worktrees, and has them. */
async function shop() {
  const on = await ground(
    {
      '.gitignore': '.env\nnode_modules/\nlocal/\n.iter/config.yaml\n',
      '.worktreeinclude': '# what a worktree needs to run\n.env\nlocal/keys/*.pem\nREADME.md\nscratch.txt\n',
      'README.md': 'tracked\n',
    },
    'T1 build',
  );
  write(on.root, {
    '.env': 'KEY=1\n',
    'local/keys/a.pem': 'pem',
    'local/other.txt': 'not asked for',
    'scratch.txt': 'untracked, and not ignored',
    'node_modules/left/index.js': '1',
    'node_modules/left/.env': 'of a package',
    'node_modules/.cache/x': '1',
    '.iter/config.yaml': 'worktree: { link: [node_modules] }\n',
  });
  const task = taskOf(on.plan, T1);
  return { ...on, task, repository: on.iteration.repository };
}

test('a new worktree gets what is ignored and asked for, nothing else, and git does not see it there', async () => {
  const { run, task, plan, context, said } = await shop();
  const { worktree } = await prepare(run, task, 1, plan.base, context);
  const there = (name: string): boolean => existsSync(path.join(worktree, name));
  expect(['.env', 'local/keys/a.pem', 'node_modules/left/index.js'].filter(there)).toHaveLength(3);
  expect(['local/other.txt', 'scratch.txt', '.iter/config.yaml'].filter(there)).toEqual([]);
  expect([
    lstatSync(path.join(worktree, '.env')).isSymbolicLink(),
    lstatSync(path.join(worktree, 'node_modules/left')).isSymbolicLink(),
  ]).toEqual([false, true]);
  expect(sh(worktree, 'status', '--porcelain')).toBe('');
  expect(said).toEqual([]);
});

test('a checkout in which commands judge has the same', async () => {
  const { iteration, plan, context } = await shop();
  const seen = await withCheckout(iteration, { purpose: 'try', commit: plan.base, context }, (place) =>
    Promise.resolve(readFileSync(path.join(place, 'node_modules/left/index.js'), 'utf8')),
  );
  expect(seen).toBe('1');
});

test('what was brought is not committed by iter, and a commit of the agent that has it does not pass', async () => {
  const { run, task, plan, context, iteration } = await shop();
  const { worktree } = await prepare(run, task, 1, plan.base, context);
  await run.record(
    { type: 'attempt-prepared', task: T1, attempt: 1, worktree, base: plan.base, head: plan.base },
    ...running('T1').slice(1),
    ended('T1'),
  );
  const failures = (): unknown => eventsOf(iteration.directory).findLast(({ type }) => type === 'checks-finished')?.['failures'];
  // the agent has made everything visible to git
  write(worktree, { '.gitignore': '', 'work.txt': 'work\n' });
  await judge(run, task, context);
  expect(sh(worktree, 'show', '--format=', '--name-only', 'HEAD').split('\n')).toEqual(['.gitignore', 'work.txt']);
  expect(failures()).toEqual([]);
  sh(worktree, 'add', '--force', '.env', 'node_modules');
  sh(worktree, 'commit', '--quiet', '--message', 'everything');
  sh(worktree, 'rm', '--quiet', '--cached', '-r', '.env', 'node_modules');
  sh(worktree, 'commit', '--quiet', '--message', 'and back');
  sh(worktree, 'commit', '--quiet', '--allow-empty', '--message', 'on top');
  await judge(run, task, context);
  expect(failures()).toMatchObject([{ id: 'T1.brought' }, { id: 'T1.brought' }]);
  expect(JSON.stringify(failures())).toContain('.env was brought from the main checkout and is in a commit of the branch');
});

test('what a kill has cut short is brought anew; what was whole stays as the agent has left it', async () => {
  const { run, task, plan, context, iteration } = await shop();
  const at = { task: T1, worktree: (await prepare(run, task, 1, plan.base, context)).worktree };
  const record = path.join(iteration.directory, '.run/worktrees/T1.json');
  writeFileSync(path.join(at.worktree, '.env'), 'KEY=changed by the agent\n');
  await provide(iteration, at, context);
  expect(readFileSync(path.join(at.worktree, '.env'), 'utf8')).toBe('KEY=changed by the agent\n');
  writeFileSync(record, JSON.stringify({ brought: [], linked: [], begun: ['.env'], whole: false }));
  await provide(iteration, at, context);
  expect(readFileSync(path.join(at.worktree, '.env'), 'utf8')).toBe('KEY=1\n');
  expect(provisionsOf(iteration, T1)).toMatchObject({ brought: ['.env'], whole: true });
});

test('what worktrees lead to is looked after in the main checkout, caches in it are not', async () => {
  const { repository, root, iteration, context } = await shop();
  const look = async () => {
    const linked = await linkedPaths(iteration, context.environment);
    return lookAround(repository, { own: 'iterations/', rules: [], idle: [], linked });
  };
  const before = await look();
  write(root, { 'node_modules/.cache/y': '2', 'node_modules/left/.env': 'changed, as a program may' });
  expect(differences(before, await look())).toEqual([]);
  mkdirSync(path.join(root, 'node_modules/new'));
  expect(differences(before, await look()).map(differenceText)).toEqual(['node_modules in the main checkout changed']);
});

test('git is not asked where nobody asks for anything', async () => {
  const on = await ground({ '.gitignore': '.env\n', '.worktreeinclude': '# nothing\n' }, 'T1 build');
  write(on.root, { '.env': 'KEY=1\n' });
  const place = path.join(path.dirname(on.root), 'elsewhere');
  expect(await bringInto(on.iteration, place, on.context)).toEqual({ paths: [], linked: [], refused: [] });
});
