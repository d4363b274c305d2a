import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { done, eventsOf, jsonOf } from '../rig/cli.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { call, connect } from '../rig/mcp-client.mjs';

const RIG = path.resolve(import.meta.dirname, '..', 'rig');
const CLI = path.resolve(import.meta.dirname, '..', '..', 'dist', 'cli.js');

const TOOLED = `name: tooled
about: Uses the tools it is handed.
binary: ${process.execPath}
arguments: [${path.join(RIG, 'mcp-agent.mjs')}, "{mcp}"]
prompt: stdin
mcp:
  arguments: ["{mcp_line}"]
  environment: { TOOLED_SERVER: '{"iter":{mcp_line}}', TOOLED_FILE: "{mcp_file}" }
  file: '{"command":{mcp_command},"args":{mcp_args}}'
format: text
`;

/** What the agent of the first task of an iteration heard. */
async function heard(root: string, name: string): Promise<unknown> {
  const [task] = jsonOf(await done(root, ['status', name, '--json']))['tasks'] as { readonly branch: string }[];
  return JSON.parse(sh(root, 'show', `${task?.branch ?? ''}:heard.json`));
}

it('an agent is handed the tools its descriptor has a place for, and what it says through them is on record; nothing is handed where they are switched off', async () => {
  const root = repositoryWith({ 'README.md': '# Shop\n', '.iter/agents/tooled.yaml': TOOLED });
  await done(root, ['new', 'with', '--agent', 'tooled', '-w', partsWorkflow(root)]);
  await done(root, ['launch']);
  await done(root, ['new', 'without', '--agent', 'tooled', '-w', partsWorkflow(root)]);
  await done(root, ['launch', '002'], { ITER_MCP: 'off' });

  expect(await heard(root, '001-with')).toEqual({
    handed: true,
    same: [true, true],
    server: 'iter',
    before: expect.stringMatching(/^red  T1\.\S+: .*commits/),
    after: 'nothing is red',
    report: 'T1: In Progress is on record as a claim',
    message: expect.stringMatching(/^m-\w+ is sent to All$/),
    set: 'plan.rates is set',
    get: 'integers',
    inbox: expect.stringMatching(/^nothing for builder-/),
  });
  expect(await heard(root, '002-without')).toEqual({ handed: false });
  const directory = path.join(root, 'iterations', '001-with');
  const claim = eventsOf(directory).find((event) => event.type === 'status-claimed');
  expect(claim).toMatchObject({ task: 'T1', word: 'In Progress', message: 'half of it', by: expect.stringMatching(/^builder-/) as string });
  expect(readFileSync(path.join(directory, 'INTER_AGENT_MESSAGES.md'), 'utf8')).toContain('the rates are integers');
});

it('a bad call of each tool says everything that is wrong with it and writes nothing, and the server goes on', async () => {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  await done(root, ['new', 'try', '--agent', 'rehearsal', '-w', partsWorkflow(root)]);
  const directory = path.join(root, 'iterations', '001-try');
  const written = (): unknown => [eventsOf(directory), readFileSync(path.join(directory, 'INTER_AGENT_MESSAGES.md'), 'utf8')];
  const before = written();
  const line = [process.execPath, CLI, 'mcp', '-C', root, '--task', 'T1'];
  const server = await connect(line, { env: { USER: 'ada', ITER_SANDBOX: 'bubblewrap' } });

  const asked: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['report', { status: 'Done', msg: 'x' }],
    ['report', { status: 'Done' }],
    ['message', { to: 'nobody', text: 'x', type: 'Directive', priority: 'Hihg', deadline: 'soon' }],
    ['message', { to: 'All' }],
    ['block', { text: ' ', needs: 'x', severity: 'Dire', type: 'Odd' }],
    ['block', { text: 'x', needs: 'y', escalate: 'yes' }],
    ['inbox', { all: 'yes' }],
    ['context_get', { key: 'no such' }],
    ['context_get', { key: 'none' }],
    ['context_set', { key: '../x', value: 'y' }],
    ['criteria', { task: 'T2' }],
    ['criteria', {}],
    ['reprot', {}],
  ];
  const said = await Promise.all(asked.map(([name, given]) => call(server, name, given)));
  expect(said).toEqual([
    'error: unknown argument "msg"; use one of status, message',
    'error: unknown status "Done"; use one of Not Started, In Progress, Blocked, Completed, Failed',
    expect.stringMatching(/a Directive comes from.*\n.*unknown priority "Hihg".*\n.*nobody is called "nobody".*\n.*bad deadline "soon"/),
    'error: "text" is missing; give text',
    expect.stringMatching(/unknown severity "Dire".*\nunknown type "Odd".*\nit is not said what stands in the way/),
    'error: "escalate" is no boolean; give a boolean',
    'error: "all" is no boolean; give a boolean',
    expect.stringContaining('error: bad key "no such"'),
    expect.stringContaining('error: nobody has set "none"'),
    expect.stringContaining('error: bad key "../x"'),
    'error: unknown argument "task"; give none',
    'error: T1 has no worktree; it has to be started first: iter launch',
    'error: unknown tool "reprot"; did you mean "report"?',
  ]);
  expect(written()).toEqual(before);
  const { tools } = await server.listTools();
  expect(tools.filter(({ annotations }) => annotations?.readOnlyHint).map(({ name }) => name)).toEqual([
    'inbox',
    'context_get',
    'criteria',
  ]);
  // what two ask at the same moment is both on record
  await Promise.all([1, 2, 3].map((n) => call(server, 'block', { text: `way ${n}`, needs: 'a word', severity: 'low' })));
  const status = jsonOf(await done(root, ['status', '--json'])) as { tasks: { blockers: { text: string }[] }[] };
  expect(status.tasks[0]?.blockers.map(({ text }) => text).toSorted()).toEqual(['way 1', 'way 2', 'way 3']);

  // a file where the folder has to be refuses as a read-only folder does, to root, too
  rmSync(path.join(directory, 'context'), { recursive: true, force: true });
  writeFileSync(path.join(directory, 'context'), '');
  expect(await call(server, 'context_set', { key: 'plan.rates', value: 'integers' })).toMatch(
    /^error: E\w+: .*; in a sandbox an agent leaves in \.iter\/outbox\/ .*ctx\/<key>$/,
  );
  expect(await call(server, 'inbox', { all: false })).toBe('nothing for ada');
  await server.close();
});

it('passes over lines that are no message, answers what was asked before its input ended, and ends with 0', async () => {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  await done(root, ['new', 'try', '--agent', 'rehearsal', '-w', partsWorkflow(root)]);
  const lines = [
    'no JSON',
    '{"jsonrpc":"2.0","id":"x"}',
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'context_set', arguments: { key: 'a.b', value: 'c' } } }),
    JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'resources/list' }),
  ];
  const ended = spawnSync(process.execPath, [CLI, 'mcp', '-C', root], { input: lines.join('\n').concat('\n'), encoding: 'utf8' });
  const answers = ended.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number });
  expect(answers.toSorted((one, other) => one.id - other.id)).toMatchObject([
    { id: 1, result: { content: [{ text: 'a.b is set' }] } },
    { id: 2, error: { code: -32_601 } },
  ]);
  expect([ended.status, ended.stderr.match(/^not a message of the protocol/gm)?.length]).toEqual([0, 2]);
});
