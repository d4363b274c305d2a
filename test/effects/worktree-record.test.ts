import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { commitId } from '../../src/core/ids.ts';
import { locate } from '../../src/effects/repository.ts';
import type { Repository } from '../../src/effects/repository.ts';
import { recordWorktree } from '../../src/effects/worktree-record.ts';
import { repositoryWith, sh, temporaryFolder } from '../rig/repository.ts';

function ground(root = repositoryWith({ 'a.txt': 'a\n' })) {
  const repository = locate(root) as Repository;
  const commit = commitId(sh(root, 'rev-parse', 'main'));
  const at = (name: string): string => path.join(path.dirname(root), 'trees', name);
  return { root, repository, commit, at, record: (name: string) => path.join(repository.gitDirectory, 'worktrees', name) };
}

/** Every file of a record but the log of its HEAD, which git begins with the first commit. */
const filesOf = (record: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(record)
      .filter((name) => name !== 'logs')
      .map((name) => [name, readFileSync(path.join(record, name), 'utf8')]),
  );

test('the record and the folder are what git makes, and git takes them for its own', async () => {
  const { root, repository, commit, at, record } = ground();
  sh(root, 'worktree', 'add', '--quiet', '--no-checkout', '--no-track', '-B', 'iter/x/T1', '--', at('T1'), commit);

  expect(await recordWorktree(repository, { path: at('T2'), branch: 'refs/heads/iter/x/T2', commit })).toBe(true);

  const asSecond = (text: string): string => text.replaceAll('T1', 'T2');
  const byGit = filesOf(record('T1'));
  expect(filesOf(record('T2'))).toEqual(Object.fromEntries(Object.entries(byGit).map(([name, text]) => [name, asSecond(text)])));
  expect(readdirSync(at('T2'))).toEqual(readdirSync(at('T1')));
  expect(readFileSync(path.join(at('T2'), '.git'), 'utf8')).toBe(asSecond(readFileSync(path.join(at('T1'), '.git'), 'utf8')));
  expect(sh(root, 'reflog', 'show', '--format=%gs', 'iter/x/T2')).toBe(`branch: Created from ${commit}`);

  sh(root, 'worktree', 'prune', '--expire=now');
  sh(at('T2'), 'reset', '--quiet', '--hard');
  writeFileSync(path.join(at('T2'), 'b.txt'), 'b\n');
  sh(at('T2'), 'add', '--all');
  sh(at('T2'), 'commit', '--quiet', '-m', 'more');
  expect(sh(root, 'log', '--format=%s', 'iter/x/T2')).toBe('more\nfirst');
  expect(sh(root, 'worktree', 'list')).toContain('[iter/x/T2]');
  expect(sh(at('T2'), 'reflog', 'show', '--format=%gs', 'HEAD')).toContain('commit: more');
  expect(sh(root, 'fsck', '--strict')).toBe('');
  sh(root, 'worktree', 'remove', at('T2'));
  expect(existsSync(record('T2'))).toBe(false);
});

test('a folder that is reached by a link is written down by its real path, as git does', async () => {
  const { repository, commit, at, record } = ground();
  mkdirSync(at('.'), { recursive: true });
  const link = path.join(temporaryFolder(), 'link');
  symlinkSync(at('.'), link);

  expect(await recordWorktree(repository, { path: path.join(link, 'T1'), branch: 'refs/heads/one', commit })).toBe(true);

  expect(filesOf(record('T1'))['gitdir']).toBe(`${at('T1')}/.git\n`);
});

const SETTINGS: readonly (readonly [what: string, ...argv: string[]])[] = [
  ['settings of single worktrees', 'config', 'extensions.worktreeConfig', 'true'],
  ['a sparse checkout', 'config', 'core.sparseCheckout', 'true'],
  ['a shared repository', 'config', 'core.sharedRepository', 'group'],
  ['settings in another file', 'config', 'include.path', '../more'],
  ['a checkout elsewhere', 'config', 'core.worktree', '..'],
  ['a branch that is there', 'branch', 'iter/x/T1'],
  ['a branch that is there, packed', 'branch', 'iter/x/T1'],
];

test.each(SETTINGS)('with %s git does it, and nothing is made', async (what, ...argv) => {
  const { root, repository, commit, at, record } = ground();
  sh(root, ...argv);
  if (what.endsWith('packed')) sh(root, 'pack-refs', '--all');
  const refs = sh(root, 'for-each-ref');

  expect(await recordWorktree(repository, { path: at('T1'), branch: 'refs/heads/iter/x/T1', commit })).toBe(false);

  expect([existsSync(record('T1')), existsSync(at('T1')), sh(root, 'for-each-ref')]).toEqual([false, false, refs]);
});

test('with a record or a name that git would change, git does it', async () => {
  const { root, repository, commit, at } = ground();
  sh(root, 'worktree', 'add', '--quiet', '-b', 'other', path.join(temporaryFolder(), 'T1'));

  expect(await recordWorktree(repository, { path: at('T1'), branch: 'refs/heads/a', commit })).toBe(false);
  expect(await recordWorktree(repository, { path: at('a b'), branch: 'refs/heads/b', commit })).toBe(false);
  expect(sh(root, 'for-each-ref', '--format=%(refname:short)', 'refs/heads')).toBe('main\nother');
});

test('a repository of another format is left to git', async () => {
  const root = path.join(temporaryFolder(), 'project');
  mkdirSync(root);
  sh(root, 'init', '--quiet', '--object-format=sha256', '--initial-branch=main');
  const repository = locate(root) as Repository;
  const wanted = { path: `${root}-T1`, branch: 'refs/heads/a', commit: commitId('a'.repeat(40)) };

  expect(await recordWorktree(repository, wanted)).toBe(false);
});
