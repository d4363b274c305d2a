import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, temporaryFolder } from '../rig/repository.ts';

const role = (name: string, says: string, iterKeys = ''): string =>
  `---\nname: ${name}\ndescription: For tests.\n${iterKeys === '' ? '' : `iter: { ${iterKeys} }\n`}---\n${says}\n`;
const flow = (...steps: readonly string[]): string =>
  `version: 1\nname: small\ndescription: For tests.\nsteps:\n${steps.map((one) => `  - ${one}`).join('\n')}\n`;
const NOTES = 'deliverables: [{ id: notes, path: notes.md }]';

/** A repository, and the person's own folder with these roles. */
function place(files: Readonly<Record<string, string>>, own: Readonly<Record<string, string>> = {}) {
  const root = repositoryWith({ 'README.md': '# Shop\n', ...files });
  const config = temporaryFolder();
  mkdirSync(path.join(config, 'iter', 'roles'), { recursive: true });
  for (const [name, text] of Object.entries(own)) writeFileSync(path.join(config, 'iter', 'roles', `${name}.md`), text);
  return { root, env: { XDG_CONFIG_HOME: config } };
}

interface Task {
  readonly id: string;
  readonly role: string;
}

async function made(root: string, env: Readonly<Record<string, string>>): Promise<{ tasks: Task[]; prompt: (file: string) => string }> {
  const { tasks, dir } = jsonOf(await done(root, ['new', 'try', '-w', 'small', '--agent', 'rehearsal', '--json'], env)) as {
    tasks: Task[];
    dir: string;
  };
  return { tasks, prompt: (file) => readFileSync(path.join(dir, 'agent-prompts', `${file}-agent-prompt.md`), 'utf8') };
}

describe('roles', () => {
  it('of the person stand before those that come with iter, and those of the repository before both', async () => {
    const step = flow(`{ id: a, role: scribe, ${NOTES} }`);
    const mine = { scribe: role('scribe', 'You are mine.') };
    const user = place({ 'workflows/small.yaml': step }, mine);
    const both = place({ 'workflows/small.yaml': step, 'roles/scribe.md': role('scribe', 'You are ours.') }, mine);
    const text = await Promise.all([user, both].map(async ({ root, env }) => (await made(root, env)).prompt('T1-scribe').split('\n')[0]));
    const listed = await done(both.root, ['roles', 'list'], both.env);
    expect([text, listed.stdout.split('\n').filter((line) => line.startsWith('scribe '))]).toEqual([
      ['You are mine.', 'You are ours.'],
      [
        expect.stringMatching(/^scribe +- +- +repository +For tests\.$/),
        expect.stringMatching(/^scribe +- +- +user, hidden by repository +For/),
        expect.stringMatching(/^scribe +writer +standard +built in, hidden by repository +/),
      ],
    ]);
  });

  it('answer to their other names, in a workflow and on the command line', async () => {
    const { root, env } = place({ 'workflows/small.yaml': flow(`{ id: a, role: lead, ${NOTES} }`) });
    const { tasks } = await made(root, env);
    const shown = await done(root, ['roles', 'show', 'lead'], env);
    const linted = await done(root, ['workflow', 'lint', 'small'], env);
    expect([tasks[0]?.role, shown.stdout.split('\n')[1], linted.stdout]).toEqual([
      'principal-software-engineer',
      'name: principal-software-engineer',
      '1 workflow, 0 problems\n',
    ]);
  });

  it('that share another name are a problem where it is used, and told when roles are listed', async () => {
    const clash = 'the roles "one" and "two" both go by "boss"; take it out of aka of one of them\n';
    const { root, env } = place({
      'roles/one.md': role('one', 'You.', 'aka: [boss]'),
      'roles/two.md': role('two', 'You.', 'aka: [Boss]'),
      'workflows/small.yaml': flow(`{ id: a, role: boss, ${NOTES} }`),
    });
    const refused = await iter(root, ['new', 'try', '-w', 'small', '--agent', 'rehearsal'], env);
    const fine = await iter(root, ['new', 'try', '-w', 'plan-build-review-doc', '--agent', 'rehearsal', '--dry-run'], env);
    expect([refused.exit, refused.stderr, (await done(root, ['roles', 'list'], env)).stderr, fine.exit]).toEqual([2, clash, clash, 0]);
  });

  it('are guessed by their other names, too', async () => {
    const { root, env } = place({ 'workflows/small.yaml': flow(`{ id: a, role: senior-software-enginer, ${NOTES} }`) });
    const refused = await iter(root, ['new', 'try', '-w', 'small', '--agent', 'rehearsal'], env);
    expect(refused.stderr).toContain('unknown role "senior-software-enginer"; did you mean "senior-software-engineer"?');
  });

  it('say what a step may do when it does not, by permission or by type', async () => {
    const steps = [
      '{ id: a, role: looks, deliverables: [{ id: a, path: a.md }] }',
      '{ id: b, role: judges, deliverables: [{ id: b, path: b.md }] }',
      '{ id: c, role: writes, deliverables: [{ id: c, path: c.md }] }',
      '{ id: d, role: looks, permission: edit, deliverables: [{ id: d, path: d.md }] }',
      '{ id: e, role: looks, permission: edit, checks: [{ scope: { allow: [docs/**] } }] }',
    ];
    const { root, env } = place({
      'roles/looks.md': role('looks', 'You.', 'permission: read'),
      'roles/judges.md': role('judges', 'You.', 'type: gate'),
      'roles/writes.md': role('writes', 'You.'),
      'workflows/small.yaml': flow(...steps),
    });
    const { prompt } = await made(root, env);
    const reads = ['T1-looks', 'T2-judges', 'T3-writes', 'T4-looks'].map((task) =>
      prompt(task).includes('change no file of the repository'),
    );
    const linted = await done(root, ['workflow', 'lint', 'small'], env);
    expect([reads, linted.stdout]).toEqual([
      [true, true, false, false],
      'warning: workflows/small.yaml:8:39: step "d" may edit, and its role "looks" only reads; say permission: read, or add a check with the scope it may change\n1 workflow, 0 problems, 1 warning\n',
    ]);
  });
});

describe('models', () => {
  it('are named to the agent of a task by tier, and the configuration has the last word', async () => {
    const program = path.join(temporaryFolder(), 'tell.mjs');
    const step = `{ id: a, role: architect, ${NOTES}, agent: "command:node ${program}" }`;
    const { root, env } = place({
      'workflows/small.yaml': flow(step).replace('steps:', 'models: { strong: { command: big, claude: opus } }\nsteps:'),
      '.iter/config.yaml': 'models: { strong: { command: huge } }\n',
    });
    writeFileSync(
      program,
      "import { writeFileSync } from 'node:fs';\nwriteFileSync('.iter/out/notes.md', String(process.env.ITER_MODEL));\n",
    );
    await done(root, ['new', 'one', '-w', 'small'], env);
    await iter(root, ['launch'], env);
    expect(readFileSync(path.join(root, 'iterations/001-one/notes.md'), 'utf8')).toBe('huge');
    const plan = readFileSync(path.join(root, 'iterations/001-one/MULTI_AGENT_PLAN.md'), 'utf8');
    expect(plan).toContain('| strong (huge) | a wrong decision here costs most later |');
  });
});

it('lint tells what only roles and agents show: blind budgets, one role reviewing itself, a prompt over the budget, an unknown agent of models', async () => {
  const text = `version: 1
name: small
description: For tests.
budget: { usd: 5, tokens: 1000 }
models: { strong: { cluade: opus } }
checklists: { idle: { must: [x] } }
steps:
  - { id: a, role: sse, agent: codex, checks: [{ commits: { min: 1 } }] }
  - { id: b, role: senior-software-engineer, agent: "command:true", deliverables: [{ id: r, path: r.md }], gate: { on_reject: { goto: a } } }
  - { id: c, role: tight, ${NOTES}, prompt: "${'word '.repeat(300)}" }
`;
  const { root, env } = place({
    'workflows/small.yaml': text,
    'roles/tight.md': role('tight', 'You.', 'prompt_tokens: 100, token_budget: 350'),
  });
  const linted = await done(root, ['workflow', 'lint', 'small'], env);
  const said = linted.stdout.split('\n').map((line) => line.replace(/^warning: workflows\/small\.yaml:/, ''));
  expect(said).toEqual([
    '4:16: the budget in usd cannot be kept: "codex", "command:true" do not report usd; limit the time of the steps instead, or give them to agents that report it',
    expect.stringMatching(/^4:\d+: the budget in tokens cannot be kept: "command:true" does not report tokens;/),
    '5:21: models name the unknown agent "cluade"; did you mean "claude"?',
    '6:15: checklist "idle" is never used; use it or take it out',
    expect.stringMatching(/^9:20: step "b" reviews the work of its own role: "sse" of "a" and "senior-software-engineer" are one;/),
    expect.stringMatching(/^10:\d+: the prompt of step "c" has about 4\d\d tokens, and its role "tight" 350 for the whole task;/),
    '1 workflow, 0 problems, 6 warnings',
    '',
  ]);
});
