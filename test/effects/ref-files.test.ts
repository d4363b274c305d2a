import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readHead, readRef, readRefs } from '../../src/effects/ref-files.ts';
import { commit, repositoryWith, sh } from '../rig/repository.ts';

it('says what git says of branches, loose, packed and missing', () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const directory = path.join(root, '.git');
  const head = sh(root, 'rev-parse', 'HEAD');
  sh(root, 'branch', 'other');
  expect([readRef(directory, 'refs/heads/other'), readRef(directory, 'refs/heads/none')]).toEqual([head, 'none']);
  sh(root, 'pack-refs', '--all');
  expect([readRef(directory, 'refs/heads/other'), readRef(directory, 'refs/heads/none')]).toEqual([head, 'none']);
});

it('lists what git lists, loose and packed, also where a loose ref hides a packed one', () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const first = sh(root, 'rev-parse', 'HEAD');
  for (const name of ['feature/a', 'feature/b', 'iter/001-x/T1', 'iterate']) sh(root, 'branch', name);
  sh(root, 'tag', '--annotate', '--message', 'one', 'v1');
  sh(root, 'pack-refs', '--all');
  const second = commit(root, { 'b.txt': 'b\n' }, 'second');
  sh(root, 'update-ref', 'refs/heads/feature/a', second);
  sh(root, 'update-ref', '-d', 'refs/heads/feature/b');
  sh(root, 'update-ref', 'refs/iter/keep/001-x/T1', second);
  sh(root, 'symbolic-ref', 'refs/heads/alias', 'refs/heads/main');
  writeFileSync(path.join(root, '.git', 'refs', 'heads', 'main.lock'), '');

  const listed = Object.fromEntries(readRefs(path.join(root, '.git'), ['refs/iter/', 'refs/heads/iter/']) ?? []);

  const format = '--format=%(refname) %(if)%(symref)%(then)ref: %(symref)%(else)%(objectname)%(end)';
  const lines = sh(root, 'for-each-ref', format).split('\n');
  const expected = lines.filter((line) => !line.startsWith('refs/iter/') && !line.startsWith('refs/heads/iter/'));
  expect(listed).toEqual(Object.fromEntries(expected.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)])));
  expect([listed['refs/heads/feature/a'], listed['refs/heads/iterate'], listed['refs/heads/alias']]).toEqual([
    second,
    first,
    'ref: refs/heads/main',
  ]);
});

it('says what HEAD is, on a branch, in a linked worktree and detached', () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const directory = path.join(root, '.git');
  const head = sh(root, 'rev-parse', 'HEAD');
  sh(root, 'worktree', 'add', '--quiet', '-b', 'side', path.join(path.dirname(root), 'tree'));
  const answers = [readHead(directory), readHead(path.join(directory, 'worktrees', 'tree'))];
  sh(root, 'checkout', '--quiet', '--detach');
  expect([...answers, readHead(directory)]).toEqual([
    { branch: 'refs/heads/main', commit: head },
    { branch: 'refs/heads/side', commit: head },
    { commit: head },
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
