import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { locate } from '../../src/effects/repository.ts';
import type { Runnable } from '../../src/engine/trust.ts';
import { distrust, isTrusted, runnable, trust } from '../../src/engine/trust.ts';
import { repositoryWith, sh, temporaryFolder, write } from '../rig/repository.ts';

const CONFIG = 'worktree: { setup: ["./scripts/ready.sh --fast", "npm ci"], teardown: ["sh -c \'cat Makefile | wc -l\'"] }\n';

function project() {
  const root = repositoryWith({ '.iter/config.yaml': CONFIG, 'scripts/ready.sh': 'echo ready\n', 'package.json': '{}\n' });
  const repository = locate(root);
  if (repository === undefined) throw new Error('no repository');
  const environment: Record<string, string> = { HOME: temporaryFolder() };
  const context = { environment, now: () => new Date('2026-01-10T12:00:00.000Z') };
  const what = async (checkout = root): Promise<Runnable> => {
    const found = await runnable(repository, checkout, environment);
    if (found === undefined) throw new Error('nothing to trust');
    return found;
  };
  return { root, repository, environment, context, what };
}

test('exactly what was looked at is trusted, and only for this person', async () => {
  const { root, repository, environment, context, what } = project();
  const first = await what();
  expect(first.files.map((file) => file.path)).toEqual(['scripts/ready.sh']);
  expect(isTrusted(first, repository, environment)).toBe(false);
  const kept = trust(first, repository, context);
  const file = 'file' in kept ? kept.file : '';
  expect([path.dirname(file), statSync(file).mode & 0o777]).toEqual([
    path.join(environment['HOME'] ?? '', '.local/share/iter/trust'),
    0o600,
  ]);
  expect(isTrusted(await what(), repository, environment)).toBe(true);
  expect(isTrusted(first, repository, { HOME: temporaryFolder() })).toBe(false);
  expect(isTrusted(first, repository, { HOME: temporaryFolder(), ITER_TRUST: first.digest })).toBe(true);
  // another command, and another content of a file a command names
  write(root, { '.iter/config.yaml': CONFIG.replace('npm ci', 'npm install') });
  expect(isTrusted(await what(), repository, environment)).toBe(false);
  write(root, { '.iter/config.yaml': CONFIG, 'scripts/ready.sh': 'curl evil\n' });
  expect(isTrusted(await what(), repository, environment)).toBe(false);
  write(root, { 'scripts/ready.sh': 'echo ready\n', 'README.md': 'no command names it\n' });
  expect(isTrusted(await what(), repository, environment)).toBe(true);
  distrust(repository, environment);
  expect(isTrusted(await what(), repository, environment)).toBe(false);
});

test('what a file has become in a worktree is judged there', async () => {
  const { root, repository, environment, context, what } = project();
  trust(await what(), repository, context);
  const worktree = path.join(path.dirname(root), 'tree');
  sh(root, 'worktree', 'add', '--quiet', '--detach', worktree);
  expect(isTrusted(await what(worktree), repository, environment)).toBe(true);
  write(worktree, { 'scripts/ready.sh': 'curl evil\n' });
  expect(isTrusted(await what(worktree), repository, environment)).toBe(false);
  // an agent that makes git forget the file does not get its own version run either
  sh(worktree, 'rm', '--quiet', '--cached', 'scripts/ready.sh');
  expect(isTrusted(await what(worktree), repository, environment)).toBe(false);
});

test.each(['inside', 'linked'])('nothing in the repository can make it trusted: the folder for it is %s', async (how) => {
  const { root, repository, environment, context, what } = project();
  mkdirSync(path.join(root, 'home'));
  const link = path.join(temporaryFolder(), 'data');
  symlinkSync(path.join(root, 'home'), link);
  environment['XDG_DATA_HOME'] = how === 'inside' ? path.join(root, 'home', 'data') : link;
  const first = await what();
  const store = path.join(environment['XDG_DATA_HOME'], 'iter/trust');
  expect(trust(first, repository, context)).toMatchObject({ problem: expect.stringContaining('lies in the repository') as string });
  expect(existsSync(store)).toBe(false);
  // a store that came with the repository, whatever it says
  const elsewhere = { ...context, environment: { HOME: environment['HOME'] } };
  const kept = trust(first, repository, elsewhere);
  const file = 'file' in kept ? kept.file : '';
  mkdirSync(store, { recursive: true });
  writeFileSync(path.join(store, path.basename(file)), readFileSync(file));
  expect(isTrusted(first, repository, environment)).toBe(false);
  expect(isTrusted(first, repository, elsewhere.environment)).toBe(true);
});

test('what a person has written in a folder of their own needs no trust', async () => {
  const { root, repository, environment, what } = project();
  expect((await what()).setup).toHaveLength(2);
  write(root, { '.iter/config.yaml': 'agent: claude\n' });
  write(environment['HOME'] ?? '', { '.config/iter/config.yaml': CONFIG });
  expect(await runnable(repository, root, environment)).toBeUndefined();
});
