import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { helpArguments } from '../../src/agents/flags.ts';
import { AGENTS, agentRow } from '../../src/agents/table.ts';
import type { AgentDescriptor } from '../../src/core/agent-descriptor.ts';
import { agentFindings, examineAgent } from '../../src/engine/agent-doctor.ts';
import { trapsOf } from '../../src/engine/agent-traps.ts';
import { temporaryFolder } from '../rig/repository.ts';

const HELP = '-c, --config <key=value>\\n -m, --model\\n -s, --sandbox\\n --dangerously-bypass-approvals-and-sandbox';

/** What is said of codex where its program is this script. */
async function told(script: string, variables: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'codex'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const context = {
    now: () => new Date(0),
    environment: { PATH: `${folder}:/usr/bin:/bin`, HOME: '/nonexistent', ...variables },
    signal: new AbortController().signal,
    say: () => {},
    program: { node: process.execPath, cli: '', rehearsal: '', acp: '' },
  };
  const health = await examineAgent(agentRow('codex') as AgentDescriptor, context);
  return agentFindings(health).map(({ state, what }) => `${state} ${what}`);
}

const script = (help: string): string => `case "$*" in --version) echo codex-cli 0.169.0;; "exec --help") printf '%b' '${help}';; esac`;

it('an agent in order is one line: version, flags and what shows an account', async () => {
  const start = 'good agent codex: 0.169.0, whose output is known from recordings, its help names every flag it is started with';
  expect(await told(script(`${HELP}\\n --json`), { OPENAI_API_KEY: 'x' })).toEqual([`${start}, an account: OPENAI_API_KEY`]);
});

it('what is in doubt is said of each: flags its help does not name, no account, a home where it does not work', async () => {
  const home = temporaryFolder();
  expect(await told(script(`${HELP}\\n --json-lines`), { CODEX_HOME: home })).toEqual([
    'good agent codex: 0.169.0, whose output is known from recordings',
    'doubtful agent codex: its help does not name --json, which it is started with',
    'doubtful agent codex: no sign of an account (OPENAI_API_KEY, CODEX_API_KEY, $CODEX_HOME/auth.json, ~/.codex/auth.json)',
    `doubtful agent codex: ${home} lies in the temporary folder: its sandbox refuses every command then, and its output does not say so`,
  ]);
  writeFileSync(path.join(home, 'auth.json'), '{}');
  const [first, second] = await told('exit 3', { CODEX_HOME: home });
  expect([first, second]).toEqual([
    'good agent codex: says no version ("codex --version" ended with 3 and no version), an account: $CODEX_HOME/auth.json',
    'doubtful agent codex: it prints no help, so its flags cannot be looked at',
  ]);
});

it('help is asked of the subcommand an agent is started with', () => {
  const asked = AGENTS.filter(({ binary }) => binary !== undefined).map((row) => `${row.name} ${helpArguments(row).join(' ')}`);
  expect(asked).toEqual([
    'aider --help',
    'amp --help',
    'claude --help',
    'codex exec --help',
    'copilot --help',
    'crush run --help',
    'cursor --help',
    'droid exec --help',
    'gemini --help',
    'goose run --help',
    'opencode run --help',
    'pi --help',
    'qwen --help',
  ]);
});

it('traps are told where they are set, and only there', () => {
  const home = temporaryFolder();
  mkdirSync(path.join(home, '.gemini'));
  const gemini = { HOME: home, GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:1' };
  const before = trapsOf('gemini', gemini).length;
  writeFileSync(path.join(home, '.gemini', 'settings.json'), '{"security":{"auth":{"selectedType":"gemini-api-key"}}}');
  const opencode = { HOME: home, OPENCODE_CONFIG_CONTENT: '{"permission":{"bash":"ask"}}' };
  expect([before, trapsOf('gemini', gemini).length, trapsOf('gemini', { HOME: home }).length]).toEqual([1, 0, 0]);
  expect([trapsOf('opencode', opencode).length, trapsOf('opencode', { HOME: home }).length]).toEqual([1, 0]);
  expect([
    trapsOf('codex', { HOME: '/nonexistent', TMPDIR: '/nonexistent/t' }).length,
    trapsOf('codex', { HOME: '/n', TMPDIR: '/n' }).length,
  ]).toEqual([0, 1]);
  expect(trapsOf('claude', { HOME: home })).toEqual([]);
});
