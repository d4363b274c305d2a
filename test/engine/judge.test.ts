import { existsSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { taskOf } from '../../src/core/plan.ts';
import { judge } from '../../src/engine/judge.ts';
import { eventsOf } from '../rig/cli.ts';
import { ground } from '../rig/ground.ts';
import { commit, sh, write } from '../rig/repository.ts';
import { ended, running } from '../rig/story.ts';

const T1 = taskId('T1');

/** T1 has run and ended, in a worktree in which a merge with other work has stopped at a conflict in `b c.txt`. */
async function stoppedMerge() {
  const on = await ground({ 'b c.txt': 'one\n', 'd.md': 'Summary\n=======\n' }, 'T1 build');
  const worktree = path.join(path.dirname(on.root), 'T1');
  sh(on.root, 'worktree', 'add', '--quiet', '-b', 'iter/001-story/t1', worktree);
  const base = { base: on.plan.base, head: on.plan.base };
  await on.run.record({ type: 'attempt-prepared', task: T1, attempt: 1, worktree, ...base }, ...running('T1').slice(1), ended('T1'));
  commit(on.root, { 'b c.txt': 'theirs\n' }, 'theirs');
  commit(worktree, { 'b c.txt': 'ours\n', 'd.md': 'Summary\n=======\n\nDetails\n=======\n' }, 'ours');
  expect(() => sh(worktree, 'merge', 'main')).toThrow('Command failed');
  return { on, worktree, failures: () => lastFailures(on.iteration.directory) };
}

function lastFailures(directory: string): unknown[] {
  const finished = eventsOf(directory).filter((event) => event.type === 'checks-finished');
  const failures = (finished.at(-1)?.['failures'] ?? []) as { id: string; message: string }[];
  return failures.map(({ id, message }) => `${id}: ${message}`);
}

test('a merge that stopped at a conflict is not committed as it lies there, and is no work', async () => {
  const { on, worktree, failures } = await stoppedMerge();

  await judge(on.run, taskOf(on.plan, T1), on.context);

  expect(failures()).toEqual([
    'T1.conflict: b c.txt has a conflict that is not settled; decide what stays, take out the markers and commit',
  ]);
  expect(sh(worktree, 'status', '--porcelain')).toContain('UU "b c.txt"');
});

test('a deliverable behind a link, which may lead out of a sandbox, is refused and not taken', async () => {
  const { on, worktree, failures } = await stoppedMerge();
  sh(worktree, 'merge', '--abort');
  const secrets = path.join(path.dirname(on.root), 'secrets');
  write(secrets, { 'out/id': 'of the person', '.gitignore': '*' });
  symlinkSync(secrets, path.join(worktree, '.iter'));
  const task = { ...taskOf(on.plan, T1), deliverables: [{ id: 'id', path: 'id', in: 'iteration', level: 'must' }] } as const;

  await judge(on.run, task, on.context);

  expect(failures()).toContain('T1.out: .iter/out/id lies behind a symbolic link; write a regular file');
  expect(existsSync(path.join(on.iteration.directory, 'id'))).toBe(false);
});

test('conflict markers an agent has committed are found with their line, underlined headings are none', async () => {
  const { on, worktree, failures } = await stoppedMerge();
  sh(worktree, 'add', '--all');
  sh(worktree, 'commit', '--quiet', '--message', 'merged');

  await judge(on.run, taskOf(on.plan, T1), on.context);

  expect(failures()).toEqual([
    'T1.conflict: b c.txt:1 has a conflict that is not settled; decide what stays, take out the markers and commit',
  ]);
});

test('a merge whose conflicts are settled but not committed is finished by iter', async () => {
  const { on, worktree, failures } = await stoppedMerge();
  write(worktree, { 'b c.txt': 'both\n' });
  sh(worktree, 'add', '--all');

  await judge(on.run, taskOf(on.plan, T1), on.context);

  expect(failures()).toEqual([]);
  expect(sh(worktree, 'rev-list', '--merges', '--count', 'HEAD')).toBe('1');
});

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

test('an attempt that does not pass is on record with how it ended: what a missing file or a bad exit leaves behind is not taken for bad output', async () => {
  const on = await ground({ 'a.txt': 'one\n' }, 'T1 build');
  const worktree = path.join(path.dirname(on.root), 'T1');
  sh(on.root, 'worktree', 'add', '--quiet', '-b', 'iter/001-story/t1', worktree);
  const base = { base: on.plan.base, head: on.plan.base };
  const task = { ...taskOf(on.plan, T1), deliverables: [{ path: 'notes.md', in: 'repository' as const, level: 'must' as const }] };
  const check = (line: string): void =>
    writeFileSync(path.join(on.iteration.directory, 'COMPLETION_CRITERIA.md'), `# Completion criteria\n\n## T1\n\n${line}\n`);
  const causes: unknown[] = [];
  const attempted = async (attempt: number, exit: number): Promise<void> => {
    await on.run.record(
      { type: 'attempt-prepared', task: T1, attempt, worktree, ...base },
      { type: 'attempt-started', task: T1, attempt, agent: 'command:x', pid: 1, log: 'l' },
      { type: 'attempt-ended', task: T1, attempt, outcome: 'exited', exit },
    );
    await judge(on.run, task, on.context);
    causes.push(eventsOf(on.iteration.directory).findLast((event) => event.type === 'checks-finished')?.['cause']);
  };
  check('- [ ] MUST file `notes.md` exists');
  await attempted(1, 3);
  await attempted(2, 0);
  write(worktree, { 'notes.md': 'short\n' });
  check('- [ ] MUST file `notes.md` contains `long`');
  await attempted(3, 0);
  write(worktree, { 'notes.md': 'long\n' });
  await attempted(4, 0);
  expect({ causes, failures: lastFailures(on.iteration.directory) }).toEqual({
    causes: ['crash', 'missing-deliverable', 'invalid-output', undefined],
    failures: [],
  });
});
