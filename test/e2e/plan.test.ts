import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf, startIter } from '../rig/cli.ts';
import type { Order } from '../rig/driven.ts';
import { drivenAgents, runs } from '../rig/driven.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const FLOW = `version: 1
name: small
description: Changes files.
triggers: [a small change]
inputs: { issue: { type: string, required: true }, size: { type: number, default: 1 } }
steps:
  - { id: change, role: builder, targets: { glob: "src/*.js" }, prompt: "{{ inputs.issue }}", checks: [{ commits: { min: 1 } }] }
`;

const project = (): string => repositoryWith({ 'src/tax.js': '1\n', 'src/cart.js': '2\n', 'workflows/small.yaml': FLOW });
const answer = (...lines: readonly string[]): readonly Order[] => [
  { do: 'write', path: '.iter/out/answer.md', text: `---\n${lines.join('\n')}\n---\n` },
];

/** Everything a question could leave behind: worktrees, branches, files beside and inside the repository. */
function traces(root: string): unknown {
  return {
    worktrees: sh(root, 'worktree', 'list').split('\n').length,
    branches: sh(root, 'branch', '--all').split('\n').length,
    status: sh(root, 'status', '--short'),
    beside: readdirSync(path.dirname(root)),
    asked: existsSync(path.join(root, '.git', 'iter', 'consult')),
  };
}
const NOTHING = { worktrees: 1, branches: 1, status: '', beside: ['project'], asked: false };

describe('iter triage --agent', () => {
  it('has the lead choose, with the workflows in the prompt, and leaves nothing behind', async () => {
    const root = project();
    const agents = drivenAgents();
    agents.order('any', answer('workflow: small', 'inputs: { issue: "don\'t round" }', 'reason: it is small'));
    const { stdout } = await done(root, ['triage', 'rounding', 'is', 'wrong', '--agent', agents.agent], agents.env);
    expect(stdout).toBe(`small: it is small\nnext: iter new <slug> -w small --input 'issue=don'\\''t round'\n`);
    expect(traces(root)).toEqual(NOTHING);
  });

  it('quotes the faults of an answer back once, and gives up after that', async () => {
    const root = project();
    const agents = drivenAgents();
    agents.order('T1-1', answer('workflow: smal', 'reason: r'));
    agents.order('T1-2', [{ do: 'write', path: '.iter/out/prompt.md', text: 'x' }, ...answer('workflow: small', 'reason: r')]);
    const ended = await iter(root, ['triage', 'x', '--agent', agents.agent], agents.env);
    expect([ended.exit, ended.stderr.split('\n')]).toEqual([
      1,
      [
        expect.stringMatching(/ is asked again: unknown workflow "smal"$/),
        'answer.md: input "issue" is missing; write issue: and a value below inputs:',
        '',
      ],
    ]);
    expect(agents.announced()).toHaveLength(2);
    expect(traces(root)).toEqual(NOTHING);
  });

  it('tells the second try what was wrong with the first', async () => {
    const root = project();
    const seen = path.join(path.dirname(root), 'prompt.txt');
    const ended = await iter(root, ['triage', 'x', '--agent', `command:cp .iter/TASK.md ${seen}`]);
    const prompt = execFileSync('cat', [seen], { encoding: 'utf8' });
    expect([
      ended.exit,
      prompt.includes('## Your answer before could not be used'),
      prompt.includes('wrote no .iter/out/answer.md; it said nothing'),
    ]).toEqual([1, true, true]);
    expect(prompt).toContain('- `small`: Changes files. Take it for: a small change.\n  - input `issue` (string, required)\n');
    expect(prompt.startsWith('You ')).toBe(true);
  });

  it.each([
    ['a name nobody has', 'codx', 2, 'unknown agent "codx"; did you mean "codex"?'],
    ['a person', 'manual', 2, 'a person needs no agent to ask; leave out --agent'],
    ['a program that is not there', 'command:no-such-program', 4, 'the program "no-such-program" was not found'],
  ])('refuses %s before it makes anything', async (_name, agent, exit, says) => {
    const root = project();
    const ended = await iter(root, ['triage', 'x', '--agent', agent]);
    expect([ended.exit, ended.stderr.includes(says), traces(root)]).toEqual([exit, true, NOTHING]);
  });

  it('ends the agent and clears up when it is interrupted', async () => {
    const root = project();
    const agents = drivenAgents();
    const { pid, ended } = startIter(root, ['triage', 'x', '--agent', agents.agent], agents.env);
    const [agent] = await until(
      () => agents.announced(),
      (list) => list.length === 1,
      120_000,
    );
    process.kill(pid, 'SIGINT');
    expect((await ended).exit).toBe(130);
    expect([agent !== undefined && runs(agent), traces(root)]).toEqual([false, NOTHING]);
  });

  it('clears up after one that was killed while it asked', async () => {
    const root = project();
    const agents = drivenAgents();
    const { pid, ended } = startIter(root, ['triage', 'x', '--agent', agents.agent], agents.env);
    const [agent] = await until(
      () => agents.announced(),
      (list) => list.length === 1,
      120_000,
    );
    process.kill(pid, 'SIGKILL');
    await ended;
    await done(root, ['triage', 'a small change', '--agent', 'rehearsal']);
    expect([agent !== undefined && runs(agent), traces(root)]).toEqual([false, NOTHING]);
  });
});

describe('iter plan', () => {
  it('shows the table and the command that would make it, and writes nothing without a yes', async () => {
    const root = project();
    const ended = await iter(root, ['plan', "a small change, don't", '--agent', 'rehearsal', '-w', 'small']);
    expect([ended.exit, traces(root)]).toEqual([5, NOTHING]);
    expect(ended.stdout).toContain('would make iterations/001-a-small-change-don-t from small: 1 tasks\n');
    const line = ended.stdout.trimEnd().split('\n').at(-1)?.trim() ?? '';
    expect(line).toBe(String.raw`iter new a-small-change-don-t -w small --input 'issue=a small change, don'\''t' --agent rehearsal`);
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
      .slice(1);
    await done(root, words);
    expect(readdirSync(path.join(root, 'iterations'))).toEqual(['001-a-small-change-don-t']);
  });

  it('makes what it showed with --yes, the same every time', async () => {
    const planned = await Promise.all(
      [project(), project()].map(async (root) => {
        const said = jsonOf(await done(root, ['plan', 'a small change', '--agent', 'rehearsal', '--yes', '--json']));
        expect(existsSync(String(said['dir']))).toBe(true);
        return { ...said, dir: '' };
      }),
    );
    expect(planned[0]).toEqual(planned[1]);
    expect(planned[0]).toMatchObject({ created: true, slug: 'a-small-change', workflow: 'small', iteration: '001-a-small-change' });
  });

  it('quotes what iter new would refuse, and takes the targets of the second answer', async () => {
    const root = project();
    const agents = drivenAgents();
    agents.order('T1-1', answer('workflow: small', 'slug: tax', 'reason: r', 'inputs: { issue: x }', 'targets: [lib/*.js]'));
    agents.order('T1-2', answer('workflow: small', 'slug: tax', 'reason: r', 'inputs: { issue: x }', 'targets: [src/tax.js]'));
    const ended = await iter(root, ['plan', 'tax', '--agent', agents.agent, '--json'], agents.env);
    const said = jsonOf(ended);
    expect([ended.exit, ended.stderr.includes('--targets "lib/*.js": no file of the repository matches')]).toEqual([5, true]);
    expect([said['created'], said['targets'], String(said['command']).includes('--targets=src/tax.js')]).toEqual([
      false,
      ['src/tax.js'],
      true,
    ]);
    expect(traces(root)).toEqual(NOTHING);
  });

  it('gives up with everything that is wrong when the second answer is no better', async () => {
    const root = project();
    const agents = drivenAgents();
    agents.order('any', answer('workflow: small', 'slug: Tax', 'reason: r', 'targets: [../../etc/*]'));
    const ended = await iter(root, ['plan', 'tax', '--agent', agents.agent, '--yes'], agents.env);
    expect([ended.exit, ended.stdout, traces(root)]).toEqual([1, '', NOTHING]);
    expect(ended.stderr).toContain('the target "../../etc/*" leaves its folder with ".."');
  });

  it('knows workflows that are made of several files', async () => {
    const root = project();
    const ended = await iter(root, ['plan', 'agree first', '--agent', 'rehearsal', '-w', 'rfc']);
    const ranked = jsonOf(await done(root, ['triage', 'rfc', '--json']))['workflows'] as readonly { readonly name: string }[];
    expect([ended.exit, ended.stdout.includes('from rfc:'), ranked[0]?.name]).toEqual([5, true, 'rfc']);
  });

  it('says that a workflow it was told to take is not there', async () => {
    const ended = await iter(project(), ['plan', 'x', '--agent', 'rehearsal', '-w', 'smal']);
    expect([ended.exit, ended.stderr]).toEqual([2, 'unknown workflow "smal"; did you mean "small"?\n']);
  });
});

const hasScript = spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasScript)('iter plan on a terminal', () => {
  it.each([
    ['y', 0, 1],
    ['', 5, 0],
  ])('asks, and with the answer %j ends with %d', (typed, exit, made) => {
    const root = project();
    const cli = path.resolve(import.meta.dirname, '..', '..', 'dist', 'cli.js');
    const line = `${process.execPath} ${cli} plan tax --agent rehearsal -w small`;
    const ended = spawnSync('script', ['-qec', line, '/dev/null'], { cwd: root, input: `${typed}\n`, encoding: 'utf8' });
    const folders = existsSync(path.join(root, 'iterations')) ? readdirSync(path.join(root, 'iterations')) : [];
    expect([ended.status, ended.stdout.includes('make it? [y/N]'), folders.length]).toEqual([exit, true, made]);
  });
});
