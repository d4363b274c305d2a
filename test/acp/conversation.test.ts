import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AcpRun } from '../../src/agents/acp-run.ts';
import { createReader } from '../../src/agents/stream.ts';
import { messageOf, verdictOf } from '../../src/agents/verdict.ts';
import { until } from '../rig/until.ts';

const PROGRAM = path.resolve(import.meta.dirname, '..', '..', 'dist', 'acp.mjs');
const AGENT = path.resolve(import.meta.dirname, '..', 'rig', 'acp-agent.mjs');
const HOLD = path.resolve(import.meta.dirname, '..', 'rig', 'held-pauses.cjs');
/** Milliseconds, as in the program: no other pause of it is as long. */
const SILENCE = 200;

type Deed = { readonly do: string; readonly [key: string]: unknown };

/** With `holds` each silence it waits for ends when `pause-<n>` is removed from the folder. */
function started(
  deeds: readonly Deed[],
  run: AcpRun = { permission: 'edit' },
  { command = [process.execPath, AGENT, JSON.stringify(deeds)], holds = false } = {},
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'iter-acp-'));
  const [worktree, log, prompt] = ['tree', 'log', 'prompt'].map((name) => path.join(folder, name)) as [string, string, string];
  mkdirSync(worktree);
  writeFileSync(prompt, 'Do it.\n');
  const output = openSync(log, 'a');
  const child = spawn(process.execPath, [...(holds ? ['--require', HOLD] : []), PROGRAM, JSON.stringify(run), '--', ...command], {
    cwd: worktree,
    env: {
      PATH: process.env['PATH'],
      ITER_DIR: folder,
      ITER_TASK: 'T1',
      ITER_ATTEMPT: '2',
      HELD_MILLISECONDS: String(SILENCE),
      HELD_FOLDER: folder,
    },
    stdio: [openSync(prompt, 'r'), output, output],
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  const said = () => readFileSync(log, 'utf8');
  const summary = () => {
    const reader = createReader('acp');
    reader.push(readFileSync(log));
    reader.end();
    return reader.summary();
  };
  const over = async () => {
    const [exit] = await ended;
    const read = summary();
    const tools = read.tools.map(({ name, ok }) => `${name}${ok === undefined ? '?' : ok ? '+' : '-'}`).join(' ');
    const verdict = verdictOf(read, { exit: exit ?? 0 });
    return { exit, verdict, message: messageOf(read, verdict), text: read.text, tools, read };
  };
  return { child, folder, worktree, said, summary, over };
}

/** How a conversation ends in which an earlier session was gone on with. */
const GONE_ON = { exit: 0, verdict: 'ok', message: undefined, text: 'On.', tools: '', session: 's-0' };

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));

describe.concurrent('a conversation by the Agent Client Protocol', () => {
  it('brings the prompt, and tells session, text, tools, usage, cost and a good end', async () => {
    const { worktree, over, said } = started(
      [
        { do: 'say', text: 'I was told: {prompt} ' },
        { do: 'tool', kind: 'edit', title: 'change', path: 'src/a.txt', text: 'made\n' },
        { do: 'cost', usd: 0.25 },
        { do: 'count', result: { _meta: { quota: { token_count: { input_tokens: 1200, output_tokens: 34 } } } } },
      ],
      { permission: 'edit', mode: 'careful', mcp: { command: '/opt/iter', args: ['mcp'] } },
    );
    const { read, ...rest } = await over();
    expect(rest).toEqual({ exit: 0, verdict: 'ok', message: undefined, text: 'change: allow_once!. ', tools: 'change+' });
    expect(read).toMatchObject({
      session: 's-1',
      costUsd: 0.25,
      usage: { inputTokens: 1200, outputTokens: 34, totalTokens: 1234 },
      unread: 0,
    });
    expect(said()).toContain('I was told: Do it.');
    expect(readFileSync(path.join(worktree, 'src', 'a.txt'), 'utf8')).toBe('made\n');
    const opened = JSON.parse(readFileSync(path.join(worktree, 'session.json'), 'utf8')) as object;
    expect(opened).toEqual({ cwd: worktree, mcpServers: [{ name: 'iter', command: '/opt/iter', args: ['mcp'], env: [] }] });
    // it has files and a shell of its own, and is offered none of iter's
    expect(said()).toContain('"clientCapabilities":{"fs":{"readTextFile":false,"writeTextFile":false},"terminal":false}');
  });

  it('answers requests once each by what the step may do, never with an "always", and refuses what it does not offer', async () => {
    const { worktree, over, said } = started(
      [
        { do: 'tool', kind: 'edit', title: 'change', path: 'a.txt', text: 'made\n' },
        { do: 'tool', kind: 'edit', title: 'report', path: '.iter/out/REVIEW.md', text: 'fine\n' },
        { do: 'tool', kind: 'execute', title: 'run', command: 'rm -r /' },
        { do: 'tool', kind: 'read', title: 'write for me', call: 'fs/write_text_file' },
      ],
      { permission: 'read' },
    );
    const { exit, tools } = await over();
    expect({ exit, tools }).toEqual({ exit: 0, tools: 'change- report+ run- write for me-' });
    expect(readdirSync(worktree).toSorted()).toEqual(['.iter', 'session.json']);
    expect(said()).not.toMatch(/"from":"iter".*always!/);
    expect(said()).toMatch(/"from":"iter","message":.*-32601/);
  });

  // deeds, exit, verdict, message
  it.each<[string, readonly Deed[], number, string, string | RegExp]>([
    ['its own limit of turns', [{ do: 'end', reason: 'max_turn_requests' }], 1, 'limit', 'it came to its own limit of turns'],
    [
      'an error of its own',
      [{ do: 'refuse', at: 'initialize', error: { code: -32603, message: 'Internal error', data: 'no space left' } }],
      1,
      'error',
      'Internal error: no space left',
    ],
    [
      'a crash in the middle',
      [
        { do: 'say', text: 'Half of' },
        { do: 'crash', code: 7 },
      ],
      1,
      'error',
      / ended with exit 7 before it had answered$/,
    ],
    ['another version', [{ do: 'speak', version: 2 }], 1, 'error', 'the agent speaks version 2 of the protocol, and iter version 1'],
  ])('tells of %s', async (_, deeds, exit, verdict, message) => {
    const end = await started(deeds).over();
    expect([end.exit, end.verdict]).toEqual([exit, verdict]);
    expect(end.message).toMatch(message);
  });

  it('tells of a program that is not there, and of a mode the agent does not have', async () => {
    const gone = await started([], { permission: 'edit' }, { command: ['/nonexistent/agent'] }).over();
    expect(gone).toMatchObject({
      exit: 1,
      verdict: 'error',
      message: '/nonexistent/agent could not be started (ENOENT) before it had answered',
    });
    const other = await started([], { permission: 'ask', mode: 'strict' }).over();
    expect(other).toMatchObject({ exit: 1, verdict: 'error', message: 'the agent has no mode "strict"; it offers free, careful' });
  });

  it('passes over what is no message, and keeps messages of several MB whole', async () => {
    const { over, said } = started([
      { do: 'print', text: 'Warning: {this is no JSON' },
      { do: 'print', text: '[1, 2]' },
      { do: 'print', text: '{"jsonrpc":"2.0","id":77,"result":{}}' },
      { do: 'big', bytes: 5_000_000 },
    ]);
    const { exit, verdict, read } = await over();
    expect({ exit, verdict, length: read.text.length + read.textCut, unread: read.unread }).toEqual({
      exit: 0,
      verdict: 'ok',
      length: 5_000_000,
      // two lines of its output, and three of its errors
      unread: 5,
    });
    expect(said()).toContain('\nto stderr: Warning: {this is no JSON\n');
  });

  it.each([
    ['before it answers', {}],
    ['after it has answered', { late: true }],
  ])('goes on with an earlier session, and does not count again what was said in it: told %s', async (_, how) => {
    const { over, said } = started(
      [
        { do: 'remember', ...how },
        { do: 'say', text: 'On.' },
      ],
      {
        permission: 'edit',
        mode: 'careful',
        session: 's-0',
      },
    );
    const { read, ...end } = await over();
    expect(said()).toContain('What was said before.');
    expect({ ...end, session: read.session, calls: read.toolCalls, usage: read.usage }).toEqual({ ...GONE_ON, calls: 0, usage: undefined });
  });

  it('sends the prompt of a session that is gone on with when nothing more was told of the past for a while, and not before', async () => {
    const { folder, worktree, said, over } = started(
      [
        { do: 'remember', late: true, blank: true, piecemeal: ['once', 'twice'] },
        { do: 'say', text: 'On.' },
      ],
      { permission: 'edit', mode: 'careful', session: 's-0' },
      { holds: true },
    );
    const silenceIn = async (number: number, meanwhile: string | undefined) => {
      const file = path.join(folder, `pause-${number}`);
      await until(() => existsSync(file), Boolean, 30_000);
      if (meanwhile !== undefined) {
        writeFileSync(path.join(worktree, meanwhile), '');
        await until(said, (text) => text.includes(`"text":"${meanwhile}. "`), 30_000);
      }
      rmSync(file);
    };
    await silenceIn(1, 'once');
    await silenceIn(2, 'twice');
    await silenceIn(3, undefined);
    const { read, ...end } = await over();
    const order = said().matchAll(/"answers":"session\/load"|"text":"(?:once|twice|On)\.|"method":"session\/(?:load|set_mode|prompt)"/g);
    expect([...order].map(([found]) => found.split(/[:/".]+/).findLast((word) => word !== ''))).toEqual([
      'load',
      'load',
      'once',
      'twice',
      'set_mode',
      'prompt',
      'On',
    ]);
    expect({ ...end, session: read.session }).toEqual(GONE_ON);
  });

  it('does not go on with an agent that cannot, or that begins a new session of the old name', async () => {
    const deeds = [{ do: 'say', text: 'On.' }];
    const [unable, blank] = await Promise.all([
      started(deeds, { permission: 'edit', session: 's-0' }).over(),
      started([{ do: 'remember', blank: true }, ...deeds], { permission: 'edit', session: 's-0' }).over(),
    ]);
    expect(unable).toMatchObject({ exit: 1, text: '', message: 'the agent cannot go on with an earlier session' });
    expect(blank).toMatchObject({ exit: 1, text: '', message: 'the agent does not know the session s-0' });
    expect([unable.read.session, blank.read.session, unable.read.forgets, blank.read.forgets]).toEqual([
      undefined,
      undefined,
      true,
      undefined,
    ]);
  });

  it('asks a person with a file, goes by the answer, and leaves nothing of either', async () => {
    const { folder, over } = started(
      [
        { do: 'tool', kind: 'read', title: 'look', path: 'a.txt' },
        { do: 'tool', kind: 'execute', title: 'npm test \u001b[2J', command: 'npm test' },
        { do: 'tool', kind: 'edit', title: 'change', path: 'a.txt', text: 'made\n' },
      ],
      { permission: 'ask', mode: 'careful' },
    );
    const questions = path.join(folder, '.run', 'permissions');
    const files = () => (existsSync(questions) ? readdirSync(questions).filter((name) => /\.(json|answer)$/.test(name)) : []);
    const [first = ''] = await until(files, ([name = '']) => name.endsWith('-1.json'), 30_000);
    expect(first).toMatch(/^T1-2-\d+-1\.json$/);
    expect(JSON.parse(readFileSync(path.join(questions, first), 'utf8'))).toEqual({
      title: 'npm test',
      kind: 'execute',
      command: 'npm test',
      paths: [],
    });
    writeFileSync(path.join(questions, first.replace('.json', '.answer')), 'allow\n');
    const [second = ''] = await until(files, ([name = '']) => name.endsWith('-2.json'), 30_000);
    writeFileSync(path.join(questions, second.replace('.json', '.answer')), 'deny\n');
    const { exit, tools } = await over();
    expect({ exit, tools, left: readdirSync(questions) }).toEqual({ exit: 0, tools: 'look+ npm test \u001b[2J+ change-', left: [] });
  });
});

// one after the other: there is a moment in which the agent has to answer
describe('a stop', () => {
  // deeds, signal, exit, message
  it.each<[string, readonly Deed[], NodeJS.Signals, number, string | undefined]>([
    ['one that listens is cancelled', [], 'SIGINT', 130, 'it was cancelled'],
    ['one that does not is ended after a moment', [{ do: 'deaf' }, { do: 'stay' }], 'SIGINT', 130, undefined],
    ['SIGTERM waits for nobody', [{ do: 'stay' }], 'SIGTERM', 143, undefined],
  ])('when it is to stop, %s, with all it has started', async (_, deeds, signal, code, message) => {
    const { child, said, over } = started([{ do: 'say', text: 'Agent {pid}. ' }, { do: 'fork' }, ...deeds, { do: 'hang' }]);
    await until(said, (text) => text.includes('Hanging.'), 30_000);
    const pids = [...said().matchAll(/(?:Agent|Child) (\d+)\./g)].map(([, pid]) => Number(pid));
    child.kill(signal);
    const { exit, message: told, verdict } = await over();
    expect({ exit, told, verdict, pids: pids.length }).toEqual({ exit: code, told: message, verdict: 'killed', pids: 2 });
    await until(
      () => pids.filter(isAlive),
      (left) => left.length === 0,
      30_000,
    );
  });

  it('takes its question back when it is stopped while a person thinks', async () => {
    const { child, folder, over } = started([{ do: 'tool', kind: 'execute', title: 'run', command: 'true' }], { permission: 'ask' });
    const questions = path.join(folder, '.run', 'permissions');
    await until(() => existsSync(questions) && readdirSync(questions).some((name) => name.endsWith('.json')), Boolean, 30_000);
    child.kill('SIGINT');
    const { exit } = await over();
    expect({ exit, left: readdirSync(questions) }).toEqual({ exit: 130, left: [] });
  });
});
