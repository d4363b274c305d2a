import { appendFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf, startIter } from '../rig/cli.ts';
import { repositoryWith, sh, temporaryFolder } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const recorded = (name: string): string => fileURLToPath(new URL(`../fixtures/streams/${name}.jsonl`, import.meta.url));

/** An agent whose program is `program`, and a workflow of one step. */
const filesWith = (program: string): Record<string, string> => ({
  'README.md': '# Shop\n',
  '.iter/agents/broken.yaml': 'name: broken\n',
  '.iter/agents/mine.yaml': `name: mine
about: Ours.
binary: ${program}
arguments: [run, "{model}"]
prompt: stdin
model: { arguments: [-m, "{model_name}"], tiers: { standard: middling } }
format: codex
usage: { reports: [tokens] }
install: ask around
`,
  'workflows/small.yaml': `version: 1
name: small
environments: { dev: { human: optional } }
defaults: { timeout: 5m, retry: { max: 0 } }
steps:
  - { id: build, role: builder, prompt: "Build.", checks: [{ commits: { min: 1 } }] }
`,
});

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

it('agents of the repository are listed, looked for, replayed and started, and what they say they used is counted', async () => {
  const program = path.join(temporaryFolder(), 'mine');
  const root = repositoryWith(filesWith(program));
  const list = await done(root, ['agents', 'list', '--json']);
  const names = (jsonOf(list)['agents'] as { readonly name: string; readonly layer: string; readonly valid: boolean }[])
    .filter(({ layer }) => layer === 'repository')
    .map(({ name, valid }) => `${name} ${valid}`);
  expect(names).toEqual(['broken false', 'mine true']);
  expect(list.stderr).toContain('.iter/agents/broken.yaml:1:1: the key "about" is missing; add it');
  const probe = await iter(root, ['agents', 'probe', 'mine', '--json']);
  expect([probe.exit, jsonOf(probe)['agents']]).toEqual([
    4,
    [{ name: 'mine', binary: program, recorded: [], state: 'missing', fix: 'ask around' }],
  ]);
  expect(jsonOf(await done(root, ['agents', 'replay', '--agent', 'mine', recorded('codex.hello'), '--json']))['verdict']).toBe('ok');
  await done(root, ['new', 'one', '-w', 'small', '--agent', 'mine']);
  const early = await iter(root, ['launch']);
  expect([early.exit, early.stderr]).toEqual([
    4,
    expect.stringContaining(`agent "mine": the program "${program}" was not found; ask around`),
  ]);
  writeFileSync(program, `#!/bin/sh\necho "$*" > asked.txt\ncat '${recorded('codex.write')}'\n`, { mode: 0o755 });
  await done(root, ['launch']);
  const [task] = jsonOf(await done(root, ['status', '--json']))['tasks'] as Record<string, unknown>[];
  expect(task).toMatchObject({ state: 'accepted', tokens: 3702 });
  expect((await done(root, ['logs', 'T1'])).stdout).toContain('\nI will write the file.\n> command_execution\nI will commit it.\n');
  expect(sh(root, 'show', `${String(task?.['branch'])}:asked.txt`)).toBe('run -m middling');

  // what is followed may pause in the middle of a line
  const followed = path.join(root, 'iterations', '001-one', '.run', 'prompts', 'T1-1.md');
  const following = startIter(root, ['logs', 'T1', '--prompt', '-f']);
  const seen = (end: string): Promise<string> => {
    appendFileSync(followed, end);
    return until(following.said, (text) => text.trimEnd().endsWith(end.trim()), 30_000);
  };
  expect(await seen('half')).toMatch(/half$/);
  expect(await seen(' a line\n')).toMatch(/half a line\n$/);
  process.kill(following.pid, 'SIGINT');
  await following.ended;
});

it('a descriptor is named by its file: kept with the iteration, used wherever it is read, refused with everything that is wrong with it', async () => {
  const program = path.join(temporaryFolder(), 'mine');
  writeFileSync(program, `#!/bin/sh\necho "$*" > asked.txt\ncat '${recorded('codex.write')}'\n`, { mode: 0o755 });
  const { '.iter/agents/mine.yaml': text = '', '.iter/agents/broken.yaml': _, ...files } = filesWith(program);
  const root = repositoryWith(files);
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'mine.yaml'), text);
  writeFileSync(
    path.join(folder, 'bad.yaml'),
    'name: Bad\nabout: x\nbinary: y\narguments: ["{model}", "{odd}"]\nprompt: telepathy\nformat: text\n',
  );
  writeFileSync(
    path.join(folder, 'odd.yaml'),
    'name: even\nabout: x\nbinary: y\narguments: ["{model}", "{odd}"]\nprompt: stdin\nformat: text\n',
  );

  const refusals = [
    ['new', 'one', '-w', 'small', '--agent', path.join(folder, 'bad.yaml')],
    ['new', 'one', '-w', 'small', '--agent', path.join(folder, 'odd.yaml')],
    ['new', 'one', '-w', 'small', '--agent', './none.yaml'],
  ].map((argv) => iter(root, argv));
  const [bad, odd, none] = await Promise.all(refusals);
  expect([bad?.exit, odd?.exit, none?.exit]).toEqual([2, 2, 2]);
  expect(bad?.stderr.match(/bad\.yaml:\d+:\d+: /g)).toHaveLength(2);
  expect(odd?.stderr).toMatch(/odd\.yaml:1:\d+: the name "even"[^]*"\{odd\}" stands for nothing here[^]*"\{model\}" stands for nothing/);
  expect(none?.stderr).toContain('./none.yaml: is missing; name a file with a descriptor');

  await done(root, ['new', 'one', '-w', 'small', '--agent', path.relative(root, path.join(folder, 'mine.yaml'))]);
  await done(root, ['new', 'two', '-w', 'small', '--agent', 'rehearsal']);
  unlinkSync(path.join(folder, 'mine.yaml'));
  await done(root, ['launch', 'one']);
  await done(root, ['launch', 'two', '--agent', 'iterations/001-one/agents/mine.yaml']);
  for (const name of ['001-one', '002-two']) {
    const events = eventsOf(path.join(root, 'iterations', name));
    expect(events.find(({ type }) => type === 'attempt-started')?.['agent']).toBe('mine');
    expect(events.find(({ type }) => type === 'usage-reported')).toMatchObject({ usage: { inputTokens: 3600, outputTokens: 102 } });
    expect(events.at(-1)).toMatchObject({ type: 'launch-ended' });
  }
  expect((await done(root, ['logs', 'T1', '--iteration', '1'])).stdout).toContain('> command_execution');
  const { agents } = jsonOf(await done(root, ['doctor', '--json'])) as { agents: { name: string; probe: { state: string } }[] };
  expect(agents.find(({ name }) => name === 'rehearsal')?.probe).toEqual({ state: 'built-in' });
});
