import path from 'node:path';
import { expect, test } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { taskOf } from '../../src/core/plan.ts';
import { judge } from '../../src/engine/judge.ts';
import { eventsOf } from '../rig/cli.ts';
import { ground } from '../rig/ground.ts';
import { commit, sh } from '../rig/repository.ts';
import { ended, running } from '../rig/story.ts';

const T1 = taskId('T1');

test('a commit iter had made of what was left, and had not put on record when it was ended, is put on record once', async () => {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  const worktree = path.join(path.dirname(on.root), 'T1');
  sh(on.root, 'worktree', 'add', '--quiet', '-b', 'iter/001-story/t1', worktree);
  const prepared = { type: 'attempt-prepared', task: T1, attempt: 1, worktree, base: on.plan.base, head: on.plan.base } as const;
  await on.run.record(prepared, ...running('T1').slice(1), ended('T1'));
  const message = 'Do T1\n\nIter-Task: 001-story/T1\nIter-Committed-For: builder-T1\n';
  const made = commit(worktree, { 'b.txt': 'b\n', 'c.txt': 'c\n' }, message);

  await judge(on.run, taskOf(on.plan, T1), on.context);
  await judge(on.run, taskOf(on.plan, T1), on.context);

  const recorded = eventsOf(on.iteration.directory).filter((event) => event.type === 'work-committed');
  expect(recorded.map((event) => [event['commit'], event['paths']])).toEqual([[made, 2]]);
});

test('a commit of the agent is not taken for one of iter', async () => {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  const worktree = path.join(path.dirname(on.root), 'T1');
  sh(on.root, 'worktree', 'add', '--quiet', '-b', 'iter/001-story/t1', worktree);
  const prepared = { type: 'attempt-prepared', task: T1, attempt: 1, worktree, base: on.plan.base, head: on.plan.base } as const;
  await on.run.record(prepared, ...running('T1').slice(1), ended('T1'));
  commit(worktree, { 'b.txt': 'b\n' }, 'Work of T1');

  await judge(on.run, taskOf(on.plan, T1), on.context);

  expect(eventsOf(on.iteration.directory).map((event) => event.type)).not.toContain('work-committed');
});
