import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AgentDescriptor, StreamFormat } from '../../src/core/agent-descriptor.ts';
import { runAttempt, type Ending } from '../../src/executors/local.ts';
import { temporaryFolder } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const SCRIPT = `#!/bin/sh
printf 'arguments: %s\\n' "$*"
printf 'input: %s\\n' "$(cat)"
printf 'mode: %s, inherited: %s, key: %s\\n' "$MODE" "\${TZ-none}" "$MY_KEY"
`;

const MINE: AgentDescriptor = {
  name: 'mine',
  about: 'A program of the test.',
  evidence: 'none',
  arguments: ['go', '{permission}', '{model}'],
  permissions: { read: [], edit: ['--write'], full: [] },
  prompt: 'stdin',
  model: { arguments: ['-m', '{model_name}'] },
  format: 'text',
  usage: { reports: [] },
  install: 'write it',
};

interface Around {
  readonly prompt?: string;
  readonly script?: string;
  readonly format?: StreamFormat;
  readonly turns?: number;
  /** Ends it when it has printed this. */
  readonly endAt?: string;
}

/** Runs the script by this descriptor; how it ended, and what it printed. */
async function run(
  change: Partial<AgentDescriptor>,
  { prompt = 'Do it.', script = SCRIPT, endAt, ...limits }: Around = {},
): Promise<{ readonly ending: Ending; readonly log: string }> {
  const folder = temporaryFolder();
  const controller = new AbortController();
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('mine'), script, { mode: 0o755 });
  writeFileSync(at('prompt.md'), prompt);
  writeFileSync(at('log'), '');
  const running = runAttempt(
    {
      agent: 'mine',
      permission: 'edit',
      ...limits,
      model: 'big',
      worktree: folder,
      prompt: at('prompt.md'),
      log: at('log'),
      cookie: `${folder}:`,
      timeout: 60_000,
      environment: { PATH: process.env['PATH'], TZ: 'UTC', MY_KEY: 'k', OTHER: 'o' },
      variables: {},
      program: { node: process.execPath, rehearsal: '', acp: '', agents: [{ ...MINE, binary: at('mine'), ...change }] },
    },
    { started: () => Promise.resolve(), heard: () => writeFileSync(at('heard'), '') },
    controller.signal,
  );
  if (endAt !== undefined) {
    await until(
      () => readFileSync(at('log'), 'utf8'),
      (log) => log.includes(endAt),
      60_000,
    );
    controller.abort('the test');
  }
  const ending = await running;
  return { ending, log: readFileSync(at('log'), 'utf8').replaceAll(folder, '<folder>') };
}

it('an agent somebody added is started as its descriptor says', async () => {
  expect(await run({ environment: { pass: ['MY_KEY'], set: { MODE: 'quiet' }, unset: ['TZ'] } })).toEqual({
    ending: { outcome: 'exited', exit: 0 },
    log: 'arguments: go --write -m big\ninput: Do it.\nmode: quiet, inherited: none, key: k\n',
  });
});

it('one that wants its prompt in a file gets the name of the file, and nothing to read', async () => {
  const { log } = await run({ prompt: 'file', arguments: ['--from', '{prompt_file}'] });
  expect(log).toContain('arguments: --from <folder>/prompt.md\ninput: \n');
});

it('one that wants it as an argument gets it as one, and none that is longer than an argument can be', async () => {
  const change = { prompt: 'argument', arguments: ['-p', '{prompt}'] } as const;
  expect((await run(change, { prompt: 'Say "{model_name}".' })).log).toContain('arguments: -p Say "{model_name}".\ninput: \n');
  const { ending, log } = await run(change, { prompt: 'x'.repeat(100_001) });
  expect([ending, log]).toEqual([
    {
      outcome: 'not-started',
      reason:
        'agent "mine" takes its prompt as an argument, and 100001 bytes are more than one holds; make the prompt shorter, or take an agent that reads standard input',
    },
    '',
  ]);
});

it('one that ends its tools at SIGTERM alone hears of nothing else before', async () => {
  const script = `#!${process.execPath}
process.on('SIGINT', () => console.log('interrupted'));
process.on('SIGTERM', () => { console.log('terminated'); process.exit(0); });
setInterval(() => {}, 1000);
console.log('ready');
`;
  const { ending, log } = await run({ stop: 'SIGTERM' }, { script, endAt: 'ready' });
  expect([ending.outcome, log]).toEqual(['killed', 'ready\nterminated\n']);
});

/** Calls its tools three times; then it comes to its end, or does not. */
const callsThrice = (last: string): string => {
  const call = (id: string): string => JSON.stringify({ type: 'item.started', item: { id, type: 'command_execution' } });
  return `#!/bin/sh\nprintf '%s\\n' '${call('a')}' '${call('b')}' '${call('c')}' "$*"\n${last}\n`;
};

it('one that turns to its tools more often than it may is ended, as by its time', async () => {
  const { ending } = await run({}, { script: callsThrice('exec sleep 600'), format: 'codex', turns: 2 });
  expect(ending).toMatchObject({ outcome: 'timeout', reason: 'more than 2 tool calls' });
});

it('one that stays within that comes to its end', async () => {
  const { ending } = await run({}, { script: callsThrice('until [ -e heard ]; do sleep 0.1; done'), format: 'codex', turns: 3 });
  expect(ending).toMatchObject({ outcome: 'exited', exit: 0 });
});

it('one that can be told how often it may is told, and not counted', async () => {
  const change = { arguments: ['go', '{limits}'], limits: { turns: ['--turns', '{turns}'] } };
  const script = callsThrice('until [ -e heard ]; do sleep 0.1; done');
  const { ending, log } = await run(change, { script, format: 'codex', turns: 2 });
  expect(ending).toMatchObject({ outcome: 'exited', exit: 0 });
  expect(log).toContain('go --turns 2\n');
});

it.each([
  ['counts where it tells of all', ['tokens' as const], { inputTokens: 10, outputTokens: 2, totalTokens: 12 }],
  ['does not count where it is known to tell of a part', [], undefined],
])('an agent that is talked to gets prompt and mode in the conversation; what it says of its tokens %s', async (_, reports, usage) => {
  const folder = temporaryFolder();
  const [prompt, log] = [join(folder, 'prompt.md'), join(folder, 'log')];
  writeFileSync(prompt, 'Do it.');
  writeFileSync(log, '');
  const deeds = [
    { do: 'say', text: 'Told: {prompt}' },
    { do: 'count', result: { usage: { inputTokens: 10, outputTokens: 2, totalTokens: 12 } } },
  ];
  const acp = {
    arguments: [join(import.meta.dirname, '..', 'rig', 'acp-agent.mjs'), JSON.stringify(deeds)],
    evidence: 'read' as const,
    modes: { edit: 'careful' },
    reports,
  };
  const ending = await runAttempt(
    {
      agent: 'mine+acp',
      permission: 'edit',
      worktree: folder,
      prompt,
      log,
      format: 'acp',
      cookie: `${folder}:`,
      timeout: 60_000,
      environment: { PATH: process.env['PATH'] },
      variables: {},
      mcp: { command: '/opt/node', args: ['cli', 'mcp'], file: join(folder, 'mcp.json') },
      program: {
        node: process.execPath,
        rehearsal: '',
        acp: join(import.meta.dirname, '..', '..', 'dist', 'acp.mjs'),
        agents: [{ ...MINE, binary: process.execPath, acp }],
      },
    },
    { started: () => Promise.resolve(), heard: () => undefined },
    new AbortController().signal,
  );
  expect(ending).toMatchObject({ outcome: 'exited', exit: 0, said: { session: 's-1', text: 'Told: Do it.' } });
  const servers = [{ name: 'iter', command: '/opt/node', args: ['cli', 'mcp'], env: [] }];
  expect(JSON.parse(readFileSync(join(folder, 'session.json'), 'utf8'))).toEqual({ cwd: folder, mcpServers: servers });
  expect([('said' in ending && ending.said?.usage) || undefined, readFileSync(log, 'utf8').includes('"Mode careful. "')]).toEqual([
    usage,
    true,
  ]);
});
