import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { git, gitBytes, GitError, gitResult } from '../../src/effects/git.ts';
import { repositoryWith, sh, temporaryFolder, write } from '../rig/repository.ts';

afterEach(() => {
  delete process.env['GIT_DIR'];
});

test('a refused command says what was asked, where, and what git answered', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });

  const error = await git(root, ['rev-parse', '--verify', 'nowhere']).catch((thrown: unknown) => thrown);

  expect(error).toBeInstanceOf(GitError);
  expect(error).toMatchObject({
    argv: ['rev-parse', '--verify', 'nowhere'],
    directory: root,
    exitCode: 128,
    stderr: 'fatal: Needed a single revision',
  });
});

test('an exit code can be an answer', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });

  const result = await gitResult(root, ['diff', '--quiet', 'HEAD']);

  expect(result).toEqual({ exitCode: 0, stdout: '', stderr: '' });
});

test('a git that was not started, or did not come to its end, has no exit code', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const codes = [
    ['rev-parse', 'a\0b'],
    ['-c', 'alias.end=!kill -9 $PPID', 'end'],
    ['rev-parse', 'nowhere'],
  ].map(async (argv) => {
    const error = await git(root, argv).catch((thrown: unknown) => thrown);
    return error instanceof GitError ? error.exitCode : error;
  });
  expect(await Promise.all(codes)).toEqual([undefined, undefined, 128]);
});

test('a git that does not read all it is given answers as ever', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  expect(await git(root, ['rev-parse', '--show-toplevel'], { input: 'x'.repeat(4 * 1024 * 1024) })).toBe(root);
});

test('bytes come as they are, the last newline included', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n\n' });

  expect(Buffer.from(await gitBytes(root, ['cat-file', 'blob', 'HEAD:a.txt'])).toString()).toBe('a\n\n');
});

test('an inherited GIT_DIR leads nowhere', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  process.env['GIT_DIR'] = path.join(temporaryFolder(), 'other');

  expect(await git(root, ['rev-parse', '--show-toplevel'])).toBe(root);
});

test('hooks and the file-system monitor of a repository do not run', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const proof = path.join(root, '..', 'ran');
  const script = path.join(root, '..', 'script');
  writeFileSync(script, `#!/bin/sh\ntouch '${proof}'\n`);
  chmodSync(script, 0o755);
  mkdirSync(path.join(root, '.git', 'hooks'), { recursive: true });
  for (const hook of ['pre-commit', 'post-commit', 'reference-transaction', 'post-index-change']) {
    writeFileSync(path.join(root, '.git', 'hooks', hook), `#!/bin/sh\ntouch '${proof}'\n`, { mode: 0o755 });
  }
  sh(root, 'config', 'core.fsmonitor', script);
  write(root, { 'b.txt': 'b\n' });

  await git(root, ['status'], { writes: true });
  await git(root, ['add', '--all'], { writes: true });
  await git(root, ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '--quiet', '-m', 'second'], { writes: true });

  expect(existsSync(proof)).toBe(false);
});

test('a worktree is reached by the repository’s record, whatever its .git file says', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const worktree = path.join(root, '..', 'T1');
  sh(root, 'worktree', 'add', '--quiet', '-b', 'task', worktree);
  const other = repositoryWith({ 'evil.txt': 'x\n' });
  writeFileSync(path.join(worktree, '.git'), `gitdir: ${other}/.git\n`);

  expect(await git(root, ['symbolic-ref', 'HEAD'], { worktree })).toBe('refs/heads/task');
});

test('a folder that is no worktree of the repository is refused', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });

  await expect(git(root, ['status'], { worktree: temporaryFolder() })).rejects.toThrow('not a worktree of');
});

test('a bare repository is read although git is told to trust none it merely finds', async () => {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const bare = path.join(root, '..', 'bare.git');
  sh(root, 'clone', '--quiet', '--bare', root, bare);

  expect(await git(bare, ['rev-parse', 'HEAD'])).toBe(sh(root, 'rev-parse', 'HEAD'));
});
