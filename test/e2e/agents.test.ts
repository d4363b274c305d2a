import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, temporaryFolder } from '../rig/repository.ts';

const recorded = (name: string): string => fileURLToPath(new URL(`../fixtures/streams/${name}.jsonl`, import.meta.url));

const MINE = `name: mine
about: Ours.
binary: nowhere-to-be-found
arguments: [run]
prompt: stdin
format: codex
usage: { reports: [tokens] }
install: ask around
`;
const FILES = { 'README.md': '# Shop\n', '.iter/agents/mine.yaml': MINE, '.iter/agents/broken.yaml': 'name: broken\n' };

it('replay says what a recorded run comes to', async () => {
  const argv = ['agents', 'replay', '--agent', 'opencode', recorded('opencode.write'), '--exit', '0'];
  expect(jsonOf(await done(temporaryFolder(), [...argv, '--json']))).toMatchObject({
    schemaVersion: 1,
    session: 'ses_e03bca3dcffejM3xYmNwBCIZE5',
    text: 'Finished: RESULT.md written and committed.',
    tools: [
      { id: 'call_write_1', name: 'write', ok: true },
      { id: 'call_commit_1', name: 'bash', ok: true },
    ],
    usage: { inputTokens: 3600, outputTokens: 102 },
    costUsd: 0.00462,
    terminal: { kind: 'ok' },
    verdict: 'ok',
  });
  expect((await done(temporaryFolder(), argv)).stdout).toBe(`verdict  ok
session  ses_e03bca3dcffejM3xYmNwBCIZE5
end      ok
tools    2: write, bash
used     3600 tokens in, 102 out, 0.00462 USD

Finished: RESULT.md written and committed.
`);
});

it('replay says what is wrong with what it was asked', async () => {
  const replay = async (...argv: readonly string[]): Promise<string> => {
    const { exit, stderr } = await iter(temporaryFolder(), ['agents', 'replay', ...argv]);
    return `${exit} ${stderr.trim()}`;
  };
  expect([
    await replay('--agent', 'codex', 'none.jsonl'),
    await replay('--agent', 'codx', recorded('codex.hello')),
    await replay('--agent', 'codex', recorded('codex.hello'), '--exit', 'x'),
  ]).toEqual([
    '2 none.jsonl: is missing; name a file with the output of one run',
    '2 unknown agent "codx"; did you mean "codex"?',
    '2 --exit "x" is no exit code; give a whole number from 0 to 255',
  ]);
});

it('agents of the repository are listed, probed, replayed, planned with and started; what is wrong with one is told', async () => {
  const root = repositoryWith(FILES);
  const list = await done(root, ['agents', 'list', '--json']);
  const names = (jsonOf(list)['agents'] as { readonly name: string; readonly layer: string; readonly valid: boolean }[])
    .filter(({ layer }) => layer === 'repository')
    .map(({ name, valid }) => `${name} ${valid}`);
  expect(names).toEqual(['broken false', 'mine true']);
  expect(list.stderr).toContain('.iter/agents/broken.yaml:1:1: the key "about" is missing; add it');
  const probe = await iter(root, ['agents', 'probe', 'mine', '--json']);
  expect([probe.exit, jsonOf(probe)['agents']]).toEqual([
    4,
    [{ name: 'mine', binary: 'nowhere-to-be-found', recorded: [], state: 'missing', fix: 'ask around' }],
  ]);
  expect(jsonOf(await done(root, ['agents', 'replay', '--agent', 'mine', recorded('codex.hello'), '--json']))['verdict']).toBe('ok');
  await done(root, ['new', 'small', '-w', 'task-execution', '--agent', 'mine', '--input', 'task=try', '--input', 'test_command=true']);
  const launch = await iter(root, ['launch']);
  expect([launch.exit, launch.stderr]).toEqual([
    4,
    expect.stringContaining('agent "mine": the program "nowhere-to-be-found" was not found; ask around'),
  ]);
});
