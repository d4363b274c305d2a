import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { done, eventsOf, jsonOf } from '../rig/cli.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { connect } from '../rig/mcp-client.mjs';

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
    exit: 0,
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
  const server = connect([process.execPath, CLI, 'mcp', '-C', root, '--task', 'T1'], { env: { PATH: process.env['PATH'], USER: 'ada' } });
  await server.start();
  server.raw('no JSON\n{"jsonrpc":"2.0","id":"x"}\n');

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
  const said = await Promise.all(asked.map(([name, given]) => server.call(name, given)));
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
    'refused: unknown tool "reprot"; did you mean "report"?',
  ]);
  expect(written()).toEqual(before);
  expect(await server.ask('resources/list')).toMatchObject({ error: { code: -32_601 } });
  const listed = (await server.ask('tools/list')) as { result: { tools: { name: string; annotations: { readOnlyHint: boolean } }[] } };
  expect(listed.result.tools.filter(({ annotations }) => annotations.readOnlyHint).map(({ name }) => name)).toEqual([
    'inbox',
    'context_get',
    'criteria',
  ]);
  // what two ask at the same moment is both on record
  await Promise.all([1, 2, 3].map((n) => server.call('block', { text: `way ${n}`, needs: 'a word', severity: 'low' })));
  expect(await server.ended()).toBe(0);
  const status = jsonOf(await done(root, ['status', '--json'])) as { tasks: { blockers: { text: string }[] }[] };
  expect(status.tasks[0]?.blockers.map(({ text }) => text).toSorted()).toEqual(['way 1', 'way 2', 'way 3']);
});
