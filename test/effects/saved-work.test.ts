import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { commitAll, snapshot } from '../../src/effects/saved-work.ts';
import { commit, repositoryWith, sh, write } from '../rig/repository.ts';

const ADA = { name: 'Ada', email: 'ada@example.org' };

function worktreeOf(root: string): string {
  const worktree = path.join(path.dirname(root), 'T1');
  sh(root, 'worktree', 'add', '--quiet', '-b', 'T1', worktree);
  return worktree;
}

const filesOf = (root: string, commitish: string): string[] => sh(root, 'ls-tree', '-r', '--name-only', commitish).split('\n');

test('a snapshot holds changed, new and deleted files, and leaves index and branch as they were', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': 'ignored/\n' });
  const worktree = worktreeOf(root);
  write(worktree, { 'a.txt': 'staged\n' });
  sh(worktree, 'add', 'a.txt');
  write(worktree, { 'a.txt': 'changed\n', 'new file.txt': 'n\n', 'ignored/x': 'x\n', '.iter/TASK.md': 't\n' });
  rmSync(path.join(worktree, 'b.txt'));
  const before = sh(worktree, 'status', '--porcelain');

  const saved = await snapshot(worktree, 'refs/iter/snap/T1', 'Uncommitted work of T1');

  expect([sh(root, 'rev-parse', 'refs/iter/snap/T1'), sh(root, 'rev-parse', `${saved}^`)]).toEqual([saved, sh(root, 'rev-parse', 'T1')]);
  expect([filesOf(root, saved ?? ''), sh(root, 'show', `${saved}:a.txt`)]).toEqual([['.gitignore', 'a.txt', 'new file.txt'], 'changed']);
  expect([sh(worktree, 'status', '--porcelain'), sh(worktree, 'diff', '--cached', '--name-only')]).toEqual([before, 'a.txt']);
});

test('a snapshot sees changes that the agent hid from its index', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const worktree = worktreeOf(root);
  sh(worktree, 'update-index', '--assume-unchanged', 'a.txt');
  write(worktree, { 'a.txt': 'hidden\n' });

  const saved = await snapshot(worktree, 'refs/iter/snap/T1', 'hidden');

  expect(sh(root, 'show', `${saved}:a.txt`)).toBe('hidden');
});

test('where nothing differs there is no snapshot, and nothing to commit', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const worktree = worktreeOf(root);
  write(worktree, { '.iter/TASK.md': 't\n' });

  const answers = [
    await snapshot(worktree, 'refs/iter/snap/T1', 'none'),
    await commitAll(worktree, { message: 'none', identity: () => Promise.resolve(ADA) }),
  ];

  expect([answers, sh(root, 'for-each-ref', 'refs/iter')]).toEqual([[undefined, undefined], '']);
});

test('a snapshot is possible after the branch of the worktree was deleted', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const worktree = worktreeOf(root);
  sh(root, 'update-ref', '-d', 'refs/heads/T1');

  const saved = await snapshot(worktree, 'refs/iter/snap/T1', 'orphan');

  expect(filesOf(root, saved ?? '')).toEqual(['a.txt']);
});

test('everything left uncommitted is committed on the branch under the given name, past a hook that refuses', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
  const worktree = worktreeOf(root);
  writeFileSync(path.join(root, '.git', 'hooks', 'pre-commit'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  write(worktree, { 'a.txt': 'changed\n', 'line\nbreak.txt': 'n\n', '.iter/out/x': 'x\n' });
  rmSync(path.join(worktree, 'b.txt'));

  const done = await commitAll(worktree, {
    message: 'Build the tax part\n\nIter-Task: 001-try/T1\n',
    identity: () => Promise.resolve(ADA),
  });

  expect(done).toEqual({ commit: sh(root, 'rev-parse', 'T1'), paths: 3 });
  expect(sh(root, 'log', '-1', '--format=%an <%ae> %s|%(trailers:key=Iter-Task,valueonly,separator=)', 'T1')).toBe(
    'Ada <ada@example.org> Build the tax part|001-try/T1',
  );
  expect([sh(worktree, 'status', '--porcelain'), filesOf(root, 'T1')]).toEqual(['?? .iter/', ['a.txt', '"line\\nbreak.txt"']]);
});

test('files the project itself keeps in .iter are part of the work, others in it are not', async () => {
  const root = repositoryWith({ '.iter/config.yaml': 'one\n' });
  const worktree = worktreeOf(root);
  write(worktree, { '.iter/config.yaml': 'two\n', '.iter/TASK.md': 't\n' });

  await commitAll(worktree, { message: 'Change the settings', identity: () => Promise.resolve(ADA) });

  expect([filesOf(root, 'T1'), sh(root, 'show', 'T1:.iter/config.yaml')]).toEqual([['.iter/config.yaml'], 'two']);
});

test('a lock file that a killed git left does not stop the commit', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const worktree = worktreeOf(root);
  writeFileSync(path.join(root, '.git', 'worktrees', 'T1', 'index.lock'), '');
  write(worktree, { 'a.txt': 'changed\n' });

  expect(await commitAll(worktree, { message: 'after a kill', identity: () => Promise.resolve(ADA) })).toMatchObject({ paths: 1 });
});

test('a repository inside the worktree is named, for git keeps none of its files', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const worktree = worktreeOf(root);
  sh(worktree, 'init', '--quiet', 'vendor/inner');
  commit(path.join(worktree, 'vendor', 'inner'), { 'i.txt': 'i\n' }, 'inner');
  write(worktree, { 'a.txt': 'changed\n' });

  const done = await commitAll(worktree, { message: 'with an inner repository', identity: () => Promise.resolve(ADA) });

  expect(done).toMatchObject({ paths: 2, embedded: ['vendor/inner'] });
});

test('a worktree that was turned into another repository is refused', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const worktree = worktreeOf(root);
  const other = repositoryWith({ 'o.txt': 'o\n' });
  sh(other, 'worktree', 'add', '--quiet', '--detach', path.join(path.dirname(other), 'W'));
  writeFileSync(path.join(worktree, '.git'), readFileSync(path.join(path.dirname(other), 'W', '.git')));

  await expect(commitAll(worktree, { message: 'x', identity: () => Promise.resolve(ADA) })).rejects.toThrow(
    'it is not a worktree the repository knows',
  );
  await expect(snapshot(worktree, 'refs/iter/snap/T1', 'x')).rejects.toThrow('it is not a worktree the repository knows');
});
