import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { commitId, taskId } from '../../src/core/ids.ts';
import { taskOf } from '../../src/core/plan.ts';
import { archive } from '../../src/engine/archive.ts';
import { Run } from '../../src/engine/run.ts';
import { eventsOf } from '../rig/cli.ts';
import type { Ground } from '../rig/ground.ts';
import { ground } from '../rig/ground.ts';
import { commit, sh, write } from '../rig/repository.ts';

const T1 = taskId('T1');

/** A worktree of T1 with a commit of its own and something uncommitted. */
async function worked(): Promise<Ground & { readonly worktree: string }> {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  const worktree = path.join(path.dirname(on.root), 'T1');
  sh(on.root, 'worktree', 'add', '--quiet', '-b', 'iter/001-story/t1', worktree);
  commit(worktree, { 'b.txt': 'b\n' }, 'work');
  write(worktree, { 'c.txt': 'c\n' });
  return { ...on, worktree };
}

/** As a launch would do it that has just been started. */
async function archived({ iteration, plan, context, worktree }: Ground & { readonly worktree: string }): Promise<void> {
  await archive(new Run(iteration, context), { task: taskOf(plan, T1), attempt: 1, worktree, bases: [plan.base] }, context);
}

const onRecord = (on: Ground): unknown[] =>
  eventsOf(on.iteration.directory)
    .filter((event) => event.type === 'work-archived')
    .map((event) => event['ref']);

const refs = (on: Ground): string[] => sh(on.root, 'for-each-ref', '--format=%(refname)', 'refs/iter/archive').split('\n');

const BOTH = ['refs/iter/archive/001-story/T1/1', 'refs/iter/archive/001-story/T1/1-uncommitted'];

test('an attempt is archived once, however often it is asked for', async () => {
  const on = await worked();

  await archived(on);
  sh(on.worktree, 'clean', '--quiet', '--force');
  await archived(on);

  expect([refs(on), onRecord(on)]).toEqual([BOTH, BOTH]);
});

test('what an iter had pinned before it was ended is put on record, and not pinned again', async () => {
  const on = await worked();
  sh(on.root, 'update-ref', 'refs/iter/archive/001-story/T1/1', 'iter/001-story/t1');
  sh(on.worktree, 'add', '--all');
  const tree = sh(on.worktree, 'write-tree');
  const saved = sh(on.worktree, 'commit-tree', tree, '-p', 'HEAD', '-m', 'saved before the kill');
  sh(on.root, 'update-ref', 'refs/iter/archive/001-story/T1/1-uncommitted', saved);

  await archived(on);

  expect([refs(on), onRecord(on), sh(on.root, 'rev-parse', BOTH[1] ?? '')]).toEqual([BOTH, BOTH, saved]);
});

test('files that changed since an iter was ended are kept beside what it had saved', async () => {
  const on = await worked();
  sh(on.root, 'update-ref', 'refs/iter/archive/001-story/T1/1-uncommitted', 'iter/001-story/t1');

  await archived(on);

  expect(refs(on)).toEqual([...BOTH, 'refs/iter/archive/001-story/T1/1-uncommitted-2']);
});

test('a worktree that was registered and never filled, on the commit the next attempt starts from, holds nothing to keep', async () => {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  const worktree = path.join(path.dirname(on.root), 'T1');
  const next = commitId(commit(on.root, { 'b.txt': 'b\n' }, 'what it starts from now'));
  sh(on.root, 'worktree', 'add', '--quiet', '--no-checkout', '-b', 'iter/001-story/t1', worktree);

  const task = taskOf(on.plan, T1);
  await archive(new Run(on.iteration, on.context), { task, attempt: 1, worktree, bases: [on.plan.base, next] }, on.context);

  expect([refs(on), onRecord(on)]).toEqual([[''], []]);
});

test('locks that a git which was killed has left on the names are no obstacle', async () => {
  const on = await worked();
  for (const ref of BOTH) write(path.join(on.root, '.git'), { [`${ref}.lock`]: '' });

  await archived(on);

  expect([refs(on), existsSync(path.join(on.root, '.git', `${BOTH[0]}.lock`))]).toEqual([BOTH, false]);
});
