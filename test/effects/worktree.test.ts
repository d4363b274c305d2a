import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { commitId } from '../../src/core/ids.ts';
import { addWorktree, removeWorktree } from '../../src/effects/worktree.ts';
import { bundled } from '../rig/program.ts';
import { commit, repositoryWith, sh, temporaryFolder, write } from '../rig/repository.ts';

interface Ground {
  readonly root: string;
  readonly lock: string;
  readonly head: ReturnType<typeof commitId>;
  readonly at: (name: string) => string;
}

function ground(files: Readonly<Record<string, string>> = { 'a.txt': 'a\n', 'src/b.txt': 'b\n' }): Ground {
  const root = repositoryWith(files);
  const at = (name: string): string => path.join(path.dirname(root), 'project-worktrees', name);
  return { root, lock: path.join(root, '.git', 'iter', 'repository.lock'), head: commitId(sh(root, 'rev-parse', 'HEAD')), at };
}

/** What an agent finds: files, branch, commit, whether anything differs from it, and what it would pull from. */
function seen(worktree: string): Readonly<Record<string, string>> {
  return {
    branch: sh(worktree, 'rev-parse', '--abbrev-ref', 'HEAD'),
    commit: sh(worktree, 'rev-parse', 'HEAD'),
    status: sh(worktree, 'status', '--porcelain'),
  };
}

test('a new worktree has the branch, the commit and the files', async () => {
  const { root, lock, head, at } = ground();

  const made = await addWorktree(root, { path: at('T1'), branch: 'refs/heads/iter/001/T1', commit: head, lock });

  expect(made).toEqual({ path: at('T1'), reused: false });
  expect(seen(at('T1'))).toEqual({ branch: 'iter/001/T1', commit: head, status: '' });
  expect(readFileSync(path.join(at('T1'), 'src', 'b.txt'), 'utf8')).toBe('b\n');
  expect(readdirSync(path.join(root, '.git', 'iter'))).toEqual([]);
});

test('without a branch the worktree has a detached HEAD', async () => {
  const { root, lock, head, at } = ground();

  await addWorktree(root, { path: at('.check'), commit: head, lock });

  expect(seen(at('.check'))).toEqual({ branch: 'HEAD', commit: head, status: '' });
});

test('thirty-two worktrees asked for at once are all there, three times over', { timeout: 180_000 }, async () => {
  const { root, lock, head, at } = ground();
  const names = Array.from({ length: 32 }, (_, index) => `T${index + 1}`);

  for (const round of [1, 2, 3]) {
    await Promise.all(
      names.map((name) =>
        addWorktree(root, { path: at(`${round}/${name}`), branch: `refs/heads/iter/${round}/${name}`, commit: head, lock }),
      ),
    );
  }

  const found = [1, 2, 3].flatMap((round) => names.map((name) => readdirSync(at(`${round}/${name}`)).join(' ')));
  expect(new Set(found)).toEqual(new Set(['.git a.txt src']));
  expect(sh(root, 'worktree', 'list', '--porcelain').match(/^branch refs\/heads\/iter\//gm)).toHaveLength(96);
});

const adder = bundled('worktree-adder');

test.each([
  ['with its git', true],
  ['without its git', false],
])('killed at any moment %s, the same call again makes the worktree', { timeout: 180_000 }, async (_, wholeGroup) => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (__, index) => [`src/${index}.txt`, `${index}\n`.repeat(50)]));
  const { root, lock, head, at } = ground(files);
  const rounds = process.env['ITER_STRESS'] === undefined ? 10 : 40;
  const argvOf = (name: string): string[] => [adder, root, at(name), `refs/heads/iter/${name}`, head, lock];
  const started = performance.now();
  await once(spawn(process.execPath, argvOf('whole')), 'exit');
  const usual = performance.now() - started;

  const pictures: unknown[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const name = `T${round}`;
    const child = spawn(process.execPath, argvOf(name), { detached: true, stdio: 'ignore' });
    const gone = once(child, 'exit');
    // the moment of the kill is what varies: from before the first git call to after the last
    await pause(usual * (0.25 + (0.75 * round) / rounds));
    if (child.exitCode === null) process.kill(wholeGroup ? -(child.pid ?? 0) : (child.pid ?? 0), 'SIGKILL');
    await gone;
    await addWorktree(root, { path: at(name), branch: `refs/heads/iter/${name}`, commit: head, lock });
    pictures.push({ ...seen(at(name)), listed: sh(root, 'worktree', 'list').split('\n').length });
  }

  expect(pictures).toEqual(
    Array.from({ length: rounds }, (__, round) => ({ branch: `iter/T${round}`, commit: head, status: '', listed: round + 3 })),
  );
});

test('a registration that a killed iter left unreadable does not stop the next worktree', async () => {
  const { root, lock, head, at } = ground();
  await addWorktree(root, { path: at('T1'), branch: 'refs/heads/T1', commit: head, lock });
  const half = path.join(root, '.git', 'worktrees', 'T2');
  mkdirSync(half);
  writeFileSync(path.join(half, 'gitdir'), `${at('T2')}/.git\n`);
  writeFileSync(path.join(half, 'commondir'), '');
  writeFileSync(path.join(root, '.git', 'iter', 'adding-worktree.json'), JSON.stringify({ engine: 2 ** 22 + 1, registered: ['T1'] }));

  await addWorktree(root, { path: at('T3'), branch: 'refs/heads/T3', commit: head, lock });

  expect(readdirSync(path.join(root, '.git', 'worktrees'))).toEqual(['T1', 'T3']);
});

test('a worktree that is there on its branch is used again with everything uncommitted in it', async () => {
  const { root, lock, head, at } = ground();
  const wanted = { path: at('T1'), branch: 'refs/heads/T1', commit: head, lock };
  await addWorktree(root, wanted);
  write(at('T1'), { 'a.txt': 'changed\n', 'new.txt': 'n\n' });

  const made = await addWorktree(root, wanted);

  expect([made.reused, seen(at('T1'))['status']]).toEqual([true, ' M a.txt\n?? new.txt']);
});

test.each([
  [
    'is on another branch',
    (worktree: string) => sh(worktree, 'switch', '--quiet', '-c', 'elsewhere'),
    'it has refs/heads/elsewhere checked out, not refs/heads/T1',
  ],
  ['is on another commit', (worktree: string) => commit(worktree, { 'more.txt': 'm\n' }, 'more'), 'its commit is'],
  ['has lost its .git file', (worktree: string) => rmSync(path.join(worktree, '.git')), 'its .git file is gone but files are left'],
])('a worktree that %s is refused and left alone', async (_, change, reason) => {
  const { root, lock, head, at } = ground();
  const wanted = { path: at('T1'), branch: 'refs/heads/T1', commit: head, lock };
  await addWorktree(root, wanted);
  write(at('T1'), { 'precious.txt': 'p\n' });
  change(at('T1'));

  await expect(addWorktree(root, wanted)).rejects.toThrow(reason);

  expect(existsSync(path.join(at('T1'), 'precious.txt'))).toBe(true);
});

test('a folder of somebody else in the place of a worktree is refused and left alone', async () => {
  const { root, lock, head, at } = ground();
  write(at('T1'), { 'notes.txt': 'mine\n' });

  await expect(addWorktree(root, { path: at('T1'), branch: 'refs/heads/T1', commit: head, lock })).rejects.toThrow(
    'the folder is in the way',
  );

  expect(readFileSync(path.join(at('T1'), 'notes.txt'), 'utf8')).toBe('mine\n');
});

test('a worktree whose folder was deleted by hand is made anew, and others that are missing stay registered', async () => {
  const { root, lock, head, at } = ground();
  await addWorktree(root, { path: at('T1'), branch: 'refs/heads/T1', commit: head, lock });
  const away = path.join(temporaryFolder(), 'unplugged');
  sh(root, 'worktree', 'add', '--quiet', '--detach', away);
  rmSync(away, { recursive: true });
  rmSync(at('T1'), { recursive: true });

  await addWorktree(root, { path: at('T1'), branch: 'refs/heads/T1', commit: head, lock });

  expect(seen(at('T1'))).toEqual({ branch: 'T1', commit: head, status: '' });
  expect(sh(root, 'worktree', 'list')).toContain('unplugged');
});

test('commits that a branch loses by starting over stay reachable', async () => {
  const { root, lock, head, at } = ground();
  sh(root, 'switch', '--quiet', '-c', 'iter/T1');
  const old = commit(root, { 'work.txt': 'w\n' }, 'work');
  sh(root, 'switch', '--quiet', 'main');

  await addWorktree(root, { path: at('T1'), branch: 'refs/heads/iter/T1', commit: head, lock });

  expect(sh(root, 'for-each-ref', '--format=%(refname)', 'refs/iter/keep', '--contains', old)).toBe(`refs/iter/keep/iter/T1/${old}`);
});

test('a lock file that a killed git left in a half-filled worktree is cleared', async () => {
  const { root, lock, head, at } = ground();
  sh(root, 'worktree', 'add', '--quiet', '--no-checkout', '-b', 'T1', at('T1'));
  write(at('T1'), { 'a.txt': 'half' });
  writeFileSync(path.join(root, '.git', 'worktrees', 'T1', 'index.lock'), '');

  await addWorktree(root, { path: at('T1'), branch: 'refs/heads/T1', commit: head, lock });

  expect(seen(at('T1'))['status']).toBe('');
});

test('a clean worktree is removed with its registration, and the branch stays', async () => {
  const { root, lock, head, at } = ground();
  await addWorktree(root, { path: at('T1'), branch: 'refs/heads/T1', commit: head, lock });

  await removeWorktree(root, at('T1'), { lock });

  expect([
    readdirSync(path.dirname(at('T1'))),
    sh(root, 'worktree', 'list').split('\n').length,
    sh(root, 'branch', '--list', 'T1').trim(),
  ]).toEqual([[], 1, 'T1']);
});

test('uncommitted content stops a removal until it is said to be worth nothing', async () => {
  const { root, lock, head, at } = ground();
  await addWorktree(root, { path: at('T1'), branch: 'refs/heads/T1', commit: head, lock });
  write(at('T1'), { 'new.txt': 'n\n' });

  await expect(removeWorktree(root, at('T1'), { lock })).rejects.toThrow('it has 1 uncommitted path, the first is "new.txt"');
  const kept = existsSync(path.join(at('T1'), 'new.txt'));
  await removeWorktree(root, at('T1'), { lock, discard: true });

  expect([kept, existsSync(at('T1'))]).toEqual([true, false]);
});

test('removing what is not there is fine, and the main checkout and foreign folders are never removed', async () => {
  const { root, lock, at } = ground();
  write(at('other'), { 'notes.txt': 'mine\n' });

  await removeWorktree(root, at('T1'), { lock });
  await expect(removeWorktree(root, at('other'), { lock, discard: true })).rejects.toThrow('it is not a worktree of this repository');
  await expect(removeWorktree(root, root, { lock, discard: true })).rejects.toThrow('is the main checkout');

  expect([existsSync(path.join(at('other'), 'notes.txt')), existsSync(path.join(root, 'a.txt'))]).toEqual([true, true]);
});
