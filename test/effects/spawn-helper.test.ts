import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ShortOutcome } from '../../src/effects/spawn-helper.ts';
import { endShells, runShort } from '../../src/effects/spawn-helper.ts';
import { isAlive } from '../../src/effects/process-table.ts';
import { bundled } from '../rig/program.ts';
import { temporaryFolder } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const PATH = process.env['PATH'] ?? '';
const usual = process.env['TMPDIR'];
// a path that would mean something else to a shell that reads it again
const folder = path.join(temporaryFolder(), `it's $PATH`);

const early: unknown[] = [];

beforeAll(async () => {
  mkdirSync(folder);
  process.env['TMPDIR'] = folder;
  // the first ones are for the caller to start
  for (let call = 0; call < 20; call += 1) early.push(await runShort({ argv: ['true'], cwd: folder, env: { PATH } }));
});

afterAll(async () => {
  await endShells();
  if (usual === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usual;
});

const node = (script: string, env: Readonly<Record<string, string>> = {}, ...words: readonly string[]) =>
  runShort({ argv: [process.execPath, '-e', script, ...words], cwd: folder, env: { PATH, ...env } });

const told = (outcome: ShortOutcome | undefined) =>
  outcome === undefined
    ? undefined
    : { exit: outcome.exitCode, out: Buffer.from(outcome.stdout).toString('utf8'), err: Buffer.from(outcome.stderr).toString('utf8') };

test('the first programs of a run are left to the caller: most commands of iter start no more', () => {
  expect(early).toEqual(Array.from({ length: 20 }, () => undefined));
});

test('output, errors and exit code come back as they were, byte for byte', async () => {
  const outcome = await node('process.stdout.write(Buffer.from([0, 255, 10, 39])); process.stderr.write("no\\n"); process.exitCode = 3');

  expect(outcome).toEqual({ exitCode: 3, stdout: Buffer.from([0, 255, 10, 39]), stderr: Buffer.from('no\n') });
});

test('words and values mean nothing to the shell, whatever is in them', async () => {
  const odd = [`it's`, '$(touch gone) `x`', 'two\nlines', '-n', '', 'ä "b" \\', '; exit 9'];

  const script = 'console.log(JSON.stringify([process.argv.slice(1), process.env.ODD]))';
  const outcome = await node(script, { ODD: odd.join('|') }, '--', ...odd);

  expect(JSON.parse(told(outcome)?.out ?? '')).toEqual([odd, odd.join('|')]);
  expect(existsSync(path.join(folder, 'gone'))).toBe(false);
});

test('a program has the environment it was given, in the folder it was given, and nothing to read', async () => {
  const cwd = path.join(folder, `a folder's`);
  mkdirSync(cwd);
  const script = 'console.log(JSON.stringify([process.cwd(), process.env, require("node:fs").readFileSync(0, "utf8")]))';

  const outcome = await runShort({ argv: [process.execPath, '-e', script], cwd, env: { PATH, ONLY: '1' } });

  const [place, env, input] = JSON.parse(told(outcome)?.out ?? '') as [string, Record<string, string>, string];
  // some shells say where they are, and how deep
  const given = Object.entries(env).filter(([name]) => !['OLDPWD', 'SHLVL', '_'].includes(name));
  expect([place, Object.fromEntries(given), input]).toEqual([cwd, { PATH, ONLY: '1', PWD: cwd }, '']);
});

test('of many at once each gets its own answer, the later ones when a shell is free', async () => {
  const numbers = Array.from({ length: 60 }, (_, index) => `${index}`);

  const outcomes = await Promise.all(numbers.map((number) => runShort({ argv: ['printf', number], cwd: folder, env: { PATH } })));

  expect(outcomes.map((outcome) => told(outcome)?.out)).toEqual(numbers);
});

test('a program that was ended by a signal, or could not be started, has no exit code', async () => {
  expect(told(await node('process.kill(process.pid, "SIGKILL")'))?.exit).toBeUndefined();
  expect(await runShort({ argv: ['no-such-program'], cwd: folder, env: { PATH } })).toMatchObject({ exitCode: undefined });
  expect(told(await node('process.exitCode = 128'))?.exit).toBe(128);
});

test('in a folder that is gone nothing is begun', async () => {
  expect(await runShort({ argv: ['true'], cwd: path.join(folder, 'nowhere'), env: { PATH } })).toBeUndefined();
  expect(told(await node('console.log("on")'))?.out).toBe('on\n');
});

test('of a program whose shell is ended it is not known what it did; the next one has another shell', async () => {
  const outcome = await node('process.kill(process.ppid, "SIGKILL")');

  expect(outcome?.exitCode).toBeUndefined();
  expect(told(await node('console.log("on")'))?.out).toBe('on\n');
});

test('shells that are ended leave no process and no file', async () => {
  const shell = Number(told(await node('console.log(process.ppid)'))?.out);
  const files = (): string[] => readdirSync(folder).filter((name) => name.startsWith('iter-shell-'));
  expect([isAlive(shell), files().length > 0]).toEqual([true, true]);

  await endShells();

  expect([isAlive(shell), files()]).toEqual([false, []]);
});

test('whoever waits for the end of the shells goes on afterwards, even with nothing else to do', async () => {
  const program = bundled('shell-ender');
  for (let round = 0; round < 8; round += 1) {
    const ended = path.join(folder, 'ended');
    rmSync(ended, { force: true });
    const child = spawn(process.execPath, [program, folder], { env: { PATH, TMPDIR: folder }, stdio: 'ignore' });
    expect([await once(child, 'exit'), existsSync(ended)]).toEqual([[0, null], true]);
  }
});

test('what a shell has made is gone when iter is, also before the shell hears of it', async () => {
  const child = spawn(process.execPath, [bundled('shell-leaver'), folder], {
    env: { PATH, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
  await once(child, 'close');
  const { shell, made } = JSON.parse(text) as { readonly shell: number; readonly made: number };
  try {
    expect([made, readdirSync(folder).filter((name) => name.startsWith('iter-shell-'))]).toEqual([1, []]);
  } finally {
    process.kill(shell, 'SIGKILL');
  }
});

test('after a kill of whoever asked, the program comes to its end, and then its shell', async () => {
  const started = spawn(process.execPath, [bundled('short-asker'), folder], { env: { PATH, TMPDIR: folder }, stdio: 'ignore' });
  await until(() => existsSync(path.join(folder, 'shell')), Boolean);
  const shell = Number(readFileSync(path.join(folder, 'shell'), 'utf8'));

  started.kill('SIGKILL');
  await once(started, 'exit');
  writeFileSync(path.join(folder, 'go'), '');

  await until(() => existsSync(path.join(folder, 'done')), Boolean);
  await until(
    () => isAlive(shell),
    (alive) => !alive,
  );
  await until(
    () => readdirSync(folder).filter((name) => name.startsWith('iter-shell-')),
    (left) => left.length === 0,
    10_000,
  );
});
