import { rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { commitId } from '../../src/core/ids.ts';
import {
  changedPaths,
  checkedOutAt,
  commitsBetween,
  headFacts,
  identity,
  readBlob,
  treeOf,
  uncommittedPaths,
} from '../../src/effects/git-facts.ts';
import { commit, repositoryWith, sh, temporaryFolder, write } from '../rig/repository.ts';

test('HEAD is told as a branch with a commit, a commit alone, or a branch alone', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const id = sh(root, 'rev-parse', 'HEAD');
  const onBranch = await headFacts(root);
  sh(root, 'switch', '--quiet', '--detach');
  const detached = await headFacts(root);
  sh(root, 'switch', '--quiet', '--orphan', 'fresh');

  expect([onBranch, detached, await headFacts(root)]).toEqual([
    { branch: 'refs/heads/main', commit: id },
    { commit: id },
    { branch: 'refs/heads/fresh' },
  ]);
});

test('uncommitted paths are staged, changed, deleted, renamed and untracked ones, with any name, except those left out', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'old name.txt': 'some text\n', '.gitignore': '*.log\n' });
  write(root, {
    'a.txt': 'changed\n',
    'tab\tand "quote" é.txt': 'x\n',
    'iterations/001/x.md': 'x\n',
    'no.log': 'x\n',
    'staged.txt': 's\n',
  });
  rmSync(path.join(root, 'b.txt'));
  sh(root, 'mv', 'old name.txt', 'new name.txt');
  sh(root, 'add', 'staged.txt');

  expect(await uncommittedPaths(root, 'iterations/')).toEqual([
    'a.txt',
    'b.txt',
    'new name.txt',
    'old name.txt',
    'staged.txt',
    'tab\tand "quote" é.txt',
  ]);
});

test('a clean checkout has no uncommitted paths', async () => {
  expect(await uncommittedPaths(repositoryWith({ 'a.txt': 'a\n' }))).toEqual([]);
});

test('a branch is found where it is checked out, unless that folder is gone', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const worktree = path.join(path.dirname(root), 'T1');
  sh(root, 'worktree', 'add', '--quiet', '-b', 'T1', worktree);
  const found = [
    await checkedOutAt(root, 'refs/heads/main'),
    await checkedOutAt(root, 'refs/heads/T1'),
    await checkedOutAt(root, 'refs/heads/T'),
  ];
  rmSync(worktree, { recursive: true });

  expect([...found, await checkedOutAt(root, 'refs/heads/T1')]).toEqual([root, worktree, undefined, undefined]);
});

test('changed paths count a rename as two, and commits between come oldest first along the first parents', async () => {
  const root = repositoryWith({ 'a.txt': 'a long enough text to be seen as a rename\n' });
  const base = commitId(sh(root, 'rev-parse', 'HEAD'));
  sh(root, 'switch', '--quiet', '-c', 'side');
  commit(root, { 'side.txt': 's\n' }, 'side');
  sh(root, 'switch', '--quiet', 'main');
  sh(root, 'mv', 'a.txt', 'b.txt');
  const second = commit(root, {}, 'second');
  sh(root, 'merge', '--quiet', '--no-edit', 'side');
  const head = commitId(sh(root, 'rev-parse', 'HEAD'));

  expect(await changedPaths(root, base, head)).toEqual(['a.txt', 'b.txt', 'side.txt']);
  expect(await commitsBetween(root, base, head)).toEqual([second, head]);
  expect(await commitsBetween(root, head, base)).toEqual([]);
});

test('a file is read from the tree, and what is no file is named', async () => {
  const root = repositoryWith({ 'dir/a.bin': '\0ÿ\n', 'star*.txt': 'star\n', 'starry.txt': 'no\n' });
  const library = repositoryWith({ 'l.txt': 'l\n' });
  symlinkSync('/etc/hostname', path.join(root, 'link'));
  symlinkSync('dir', path.join(root, 'linked-dir'));
  sh(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'sub');
  const tree = await treeOf(root, commitId(commit(root, {}, 'links')));

  const names = [
    'dir/a.bin',
    './dir//a.bin',
    'star*.txt',
    'link',
    'linked-dir/a.bin',
    'dir',
    'dir/',
    '',
    'sub',
    'none',
    '../x',
    'dir/a.bin/x',
  ];
  const answers = await Promise.all(names.map((name) => readBlob(root, tree, name)));

  const shown = answers.map((answer) =>
    answer === undefined ? undefined : 'bytes' in answer ? Buffer.from(answer.bytes).toString() : answer.problem,
  );
  expect(Object.fromEntries(names.map((name, index) => [name, shown[index]]))).toEqual({
    'dir/a.bin': '\0ÿ\n',
    './dir//a.bin': '\0ÿ\n',
    'star*.txt': 'star\n',
    link: 'is a symbolic link',
    'linked-dir/a.bin': undefined,
    dir: 'is a directory',
    'dir/': 'is a directory',
    '': 'is a directory',
    sub: 'is a submodule',
    none: undefined,
    '../x': undefined,
    'dir/a.bin/x': undefined,
  });
});

test('the person is who git says, and iter itself where git knows nobody', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const before = process.env['GIT_CONFIG_GLOBAL'];
  process.env['GIT_CONFIG_GLOBAL'] = path.join(temporaryFolder(), 'none');
  const nobody = await identity(root);
  sh(root, 'config', 'user.name', 'Ada Lovelace');
  sh(root, 'config', 'user.email', 'ada@example.org');
  const ada = await identity(root);
  if (before === undefined) delete process.env['GIT_CONFIG_GLOBAL'];
  else process.env['GIT_CONFIG_GLOBAL'] = before;

  expect([nobody, ada]).toEqual([
    { name: 'iter', email: 'iter@localhost' },
    { name: 'Ada Lovelace', email: 'ada@example.org' },
  ]);
});
