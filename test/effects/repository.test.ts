import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { checkoutDirectory, locate, registrations } from '../../src/effects/repository.ts';
import { repositoryWith, sh, temporaryFolder } from '../rig/repository.ts';

test('a folder deep inside the main checkout belongs to it', () => {
  const root = repositoryWith({ 'src/deep/a.txt': 'a\n' });

  expect(locate(path.join(root, 'src', 'deep'))).toEqual({ root, gitDirectory: path.join(root, '.git'), worktree: root, bare: false });
});

test('a linked worktree knows the main checkout', () => {
  const root = repositoryWith({ 'src/a.txt': 'a\n' });
  const worktree = path.join(root, '..', 'T1');
  sh(root, 'worktree', 'add', '--quiet', '--detach', worktree);

  const found = locate(path.join(worktree, 'src'));

  expect(found).toEqual({ root, gitDirectory: path.join(root, '.git'), worktree: path.resolve(worktree), bare: false });
});

test('a submodule says whose it is, in its worktrees too', () => {
  const library = repositoryWith({ 'l.txt': 'l\n' });
  const root = repositoryWith({ 'a.txt': 'a\n' });
  sh(root, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'vendor/library');
  const inside = path.join(root, 'vendor', 'library');
  const linked = path.join(root, '..', 'linked');
  sh(inside, 'worktree', 'add', '--quiet', '--detach', linked);
  const gitDirectory = path.join(root, '.git', 'modules', 'vendor', 'library');

  expect([locate(inside), locate(linked)]).toEqual([
    { root: inside, gitDirectory, worktree: inside, bare: false, submoduleOf: root },
    { root: inside, gitDirectory, worktree: path.resolve(linked), bare: false, submoduleOf: root },
  ]);
});

test('a bare repository and a worktree of it are told apart from a checkout', () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const bare = path.join(path.dirname(root), 'bare.git');
  sh(root, 'clone', '--quiet', '--bare', root, bare);
  const worktree = path.join(path.dirname(root), 'T1');
  sh(bare, 'worktree', 'add', '--quiet', '--detach', worktree);

  expect([locate(bare), locate(worktree)]).toEqual([
    { root: bare, gitDirectory: bare, worktree: bare, bare: true },
    { root: bare, gitDirectory: bare, worktree, bare: true },
  ]);
});

test('inside .git the repository is the one around it', () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });

  expect(locate(path.join(root, '.git', 'refs'))?.root).toBe(root);
});

test('outside of any repository, and behind a .git file that leads nowhere, there is none', () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, '.git'), 'gitdir: /nowhere/at/all\n');

  expect([locate(temporaryFolder()), locate(folder), locate(path.join(folder, 'missing'))]).toEqual([undefined, undefined, undefined]);
});

test('a way through a symbolic link leads to the real place', () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const link = path.join(path.dirname(root), 'link');
  symlinkSync(root, link);

  expect(locate(link)?.root).toBe(root);
});

test('a worktree whose folder is gone is still registered, and a half-written registration is not complete', () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const worktree = path.join(path.dirname(root), 'T1');
  sh(root, 'worktree', 'add', '--quiet', '--detach', worktree);
  rmSync(worktree, { recursive: true });
  const half = path.join(root, '.git', 'worktrees', 'T2');
  mkdirSync(half);
  writeFileSync(path.join(half, 'commondir'), '');

  const directory = path.join(root, '.git', 'worktrees', 'T1');
  expect(registrations(path.join(root, '.git'))).toEqual([
    { directory, checkout: worktree, complete: true },
    { directory: half, complete: false },
  ]);
  expect(checkoutDirectory({ root, gitDirectory: path.join(root, '.git'), worktree: root, bare: false }, worktree)).toBe(directory);
});
