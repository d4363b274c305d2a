import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readHead, readRef } from '../../src/effects/ref-files.ts';
import { repositoryWith, sh } from '../rig/repository.ts';

it('says what git says of branches, loose, packed and missing', () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const directory = path.join(root, '.git');
  const commit = sh(root, 'rev-parse', 'HEAD');
  sh(root, 'branch', 'other');
  expect([readRef(directory, 'refs/heads/other'), readRef(directory, 'refs/heads/none')]).toEqual([commit, 'none']);
  sh(root, 'pack-refs', '--all');
  expect([readRef(directory, 'refs/heads/other'), readRef(directory, 'refs/heads/none')]).toEqual([commit, 'none']);
});

it('says what HEAD is, on a branch, in a linked worktree and detached', () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const directory = path.join(root, '.git');
  const commit = sh(root, 'rev-parse', 'HEAD');
  sh(root, 'worktree', 'add', '--quiet', '-b', 'side', path.join(path.dirname(root), 'tree'));
  const answers = [readHead(directory), readHead(path.join(directory, 'worktrees', 'tree'))];
  sh(root, 'checkout', '--quiet', '--detach');
  expect([...answers, readHead(directory)]).toEqual([
    { branch: 'refs/heads/main', commit },
    { branch: 'refs/heads/side', commit },
    { commit },
  ]);
});

it.each([
  ['a branch without commits', 'HEAD', 'ref: refs/heads/new\n'],
  ['a damaged branch', path.join('refs', 'heads', 'main'), 'nonsense\n'],
  ['a HEAD that leads out of the folder of branches', 'HEAD', 'ref: refs/heads/../../config\n'],
])('leaves %s to git', (_what, file, text) => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  writeFileSync(path.join(root, '.git', file), text);
  expect(readHead(path.join(root, '.git'))).toBe(undefined);
});
