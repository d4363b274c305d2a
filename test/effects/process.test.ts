import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { findByCookie, runCommand, startAgent, stopTree } from '../../src/effects/process.ts';
import { isAlive } from '../../src/effects/process-table.ts';
import { temporaryFolder } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const PATH = process.env['PATH'] ?? '';

const PLAIN_FILE = import.meta.filename;

/** Everything a shell script needs to be an agent. */
function agent(script: string, input = '') {
  const cwd = temporaryFolder();
  const inputFile = path.join(cwd, 'prompt.md');
  writeFileSync(inputFile, input);
  const logFile = path.join(cwd, 'logs', 'agent.log');
  return { argv: ['sh', '-c', script], cwd, env: { PATH }, inputFile, logFile, cookie: `test:${randomUUID()}:` };
}

test('an agent reads its prompt, sees only the given environment, and writes to its log', async () => {
  const command = agent('cat; echo "home=$HOME run=$ITER_RUN_ID" >&2; pwd', 'the prompt\n');

  const started = await startAgent(command);

  expect(await started.exited).toEqual({ exit: 0 });
  expect(readFileSync(command.logFile, 'utf8')).toBe(`the prompt\nhome= run=${command.cookie}\n${command.cwd}\n`);
});

test.each([
  ['an exit code', 'exit 7', { exit: 7 }],
  ['a signal', 'kill -KILL $$', { signal: 'SIGKILL' }],
])('an end by %s is told as such', async (_, script, end) => {
  expect(await (await startAgent(agent(script))).exited).toEqual(end);
});

test('the end of an agent is seen although a grandchild keeps the log open', async () => {
  const command = agent('sleep 1000 & exit 3');

  const started = await startAgent(command);
  const end = await started.exited;

  expect([end, findByCookie(command.cookie).length]).toEqual([{ exit: 3 }, 1]);
  await stopTree({ pid: started.pid, cookie: command.cookie, grace: 2000 });
  expect(findByCookie(command.cookie)).toEqual([]);
});

test.each([
  ['is not installed', { argv: ['no-such-agent-here'] }, 'the program "no-such-agent-here" was not found; install it, or check PATH'],
  ['may not be executed', { argv: [PLAIN_FILE] }, `the program "${PLAIN_FILE}" may not be executed`],
  [
    'is given more than the system hands over',
    { env: { PATH, LONG: 'x'.repeat(300_000) } },
    'the command line of "sh" is too long; hand long texts over in a file',
  ],
  ['has no folder to work in', { cwd: '/no/such/folder' }, 'the folder "/no/such/folder" does not exist'],
])('a program that %s is said so with what to do', async (_, change, reason) => {
  await expect(startAgent({ ...agent('true'), ...change })).rejects.toThrow(reason);
});

test('an agent that asks nicely for nothing is stopped by the first signal', async () => {
  const command = agent('trap "echo interrupted; exit 5" INT; echo up; while :; do sleep 0.05; done');
  const started = await startAgent(command);
  await until(
    () => readFileSync(command.logFile, 'utf8'),
    (text) => text.includes('up'),
  );

  const swept = await stopTree({ pid: started.pid, cookie: command.cookie, grace: 5000 });

  expect([swept, await started.exited, readFileSync(command.logFile, 'utf8').split('\n')]).toEqual([
    0,
    { exit: 5 },
    ['up', 'interrupted', ''],
  ]);
});

// ignores both polite signals, and has a child of the same kind that left the group and the session
const STUBBORN = `
trap '' INT TERM
setsid sh -c 'trap "" INT TERM HUP; echo daemon; while :; do sleep 0.05; done' &
echo up
while :; do sleep 0.05; done`;

test('an agent that ignores signals ends with its escaped grandchild', { timeout: 180_000 }, async () => {
  const command = agent(STUBBORN);
  const started = await startAgent(command);
  await until(
    () => readFileSync(command.logFile, 'utf8'),
    (text) => text.includes('up') && text.includes('daemon'),
  );

  const swept = await stopTree({ pid: started.pid, cookie: command.cookie, grace: 100, startTime: started.startTime });

  expect([await started.exited, findByCookie(command.cookie), isAlive(started.pid)]).toEqual([{ signal: 'SIGKILL' }, [], false]);
  expect(swept).toBeGreaterThanOrEqual(1);
});

test('an abort skips the patience', { timeout: 180_000 }, async () => {
  const command = agent(STUBBORN);
  const started = await startAgent(command);
  await until(
    () => readFileSync(command.logFile, 'utf8'),
    (text) => text.includes('up'),
  );
  const begun = performance.now();

  await stopTree({ pid: started.pid, cookie: command.cookie, grace: 120_000 }, AbortSignal.abort());

  expect([performance.now() - begun < 120_000, findByCookie(command.cookie)]).toEqual([true, []]);
});

test('a later process with the same number is not touched', async () => {
  const command = agent('echo up; while :; do sleep 0.05; done');
  const started = await startAgent(command);

  await stopTree({ pid: started.pid, cookie: 'test:somebody-else:', startTime: (started.startTime ?? 0) - 1, grace: 100 });

  expect(isAlive(started.pid)).toBe(true);
  await stopTree({ pid: started.pid, cookie: command.cookie, grace: 2000 });
});

test('processes are found by the beginning of their mark, others are not', async () => {
  const iteration = `test:${randomUUID()}:`;
  const commands = ['T1', 'T2'].map((task) => ({ ...agent('exec sleep 1000'), cookie: `${iteration}${task}:1:` }));
  const started = await Promise.all(commands.map((command) => startAgent(command)));
  const pids = started.map((one) => one.pid).toSorted((a, b) => a - b);

  const found = await until(
    () => findByCookie(iteration).toSorted((a, b) => a - b),
    (all) => all.length === 2,
  );

  expect([found, findByCookie(`${iteration}T1:`)]).toEqual([pids, [started[0]?.pid]]);
  await Promise.all(started.map((one, index) => stopTree({ pid: one.pid, cookie: commands[index]?.cookie ?? '', grace: 2000 })));
});

test('stopping one attempt leaves the attempt alone whose mark merely begins the same', async () => {
  const one = { ...agent('exec sleep 1000'), cookie: `test:${randomUUID()}:T1:1` };
  const ten = { ...agent('exec sleep 1000'), cookie: `${one.cookie}0` };
  const [first, tenth] = await Promise.all([startAgent(one), startAgent(ten)]);

  await stopTree({ pid: first.pid, cookie: one.cookie, grace: 2000 });

  expect([isAlive(first.pid), isAlive(tenth.pid)]).toEqual([false, true]);
  await stopTree({ pid: tenth.pid, cookie: ten.cookie, grace: 2000 });
});

test.each([
  ['passes', 'echo fine', { exit: 0, timedOut: false }],
  ['fails', 'exit 4', { exit: 4, timedOut: false }],
])('a command that %s is told by its exit code', async (_, script, outcome) => {
  const command = { ...agent(script), timeout: 20_000 };

  expect(await runCommand(command)).toEqual(outcome);
});

test('a command past its time limit ends with everything it started', { timeout: 180_000 }, async () => {
  const command = { ...agent(STUBBORN), timeout: 300 };

  const outcome = await runCommand(command);

  expect([outcome, findByCookie(command.cookie)]).toEqual([{ signal: 'SIGKILL', timedOut: true }, []]);
});

test('a command leaves nothing running behind it', async () => {
  const command = { ...agent('setsid sleep 1000 & sleep 1000 & exit 0'), timeout: 20_000 };

  expect([await runCommand(command), findByCookie(command.cookie)]).toEqual([{ exit: 0, timedOut: false }, []]);
});

test('an aborted command is no result', { timeout: 180_000 }, async () => {
  const abort = new AbortController();
  const command = { ...agent('echo up; sleep 1000'), timeout: 60_000, signal: abort.signal };
  const running = runCommand(command);
  await until(() => existsSync(command.logFile) && readFileSync(command.logFile, 'utf8').includes('up'), Boolean);

  abort.abort(new Error('a person stopped it'));

  await expect(running).rejects.toThrow('a person stopped it');
  expect(findByCookie(command.cookie)).toEqual([]);
});

test('a command that cannot be started is a problem, not a crash', async () => {
  const outcome = await runCommand({ ...agent(''), argv: ['no-such-check'], timeout: 1000 });

  expect(outcome).toEqual({ timedOut: false, problem: 'the program "no-such-check" was not found; install it, or check PATH' });
});
