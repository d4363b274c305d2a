import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { commit, repositoryWith, sh, temporaryFolder } from '../rig/repository.ts';
import { validatePromptManifest } from '../../src/generated/validate-prompt-manifest.js';

const FLOW = (more: { top?: string; step?: string } = {}): string => `version: 1
name: chain
description: Three steps in a row.
${more.top ?? ''}environments: { dev: { human: optional } }
steps:
  - id: one
    role: planner
    deliverables: [{ id: one, path: context/one.md, checks: [{ headings: [Summary] }] }]
  - id: two
    role: planner
    deliverables: [{ id: two, path: context/two.md, checks: [{ headings: [Summary] }] }]
  - id: three
    role: builder
    deliverables: [{ id: three, path: context/three.md, checks: [{ headings: [Summary] }] }]
${more.step ?? ''}`;

interface Place {
  readonly root: string;
  readonly directory: string;
  /** The person's own folder of iter. */
  readonly personal: string;
  readonly env: Readonly<Record<string, string>>;
}

function place(files: Readonly<Record<string, string>> = {}): Place {
  const root = repositoryWith({ 'README.md': '# Shop\n', 'workflows/chain.yaml': FLOW(), ...files });
  const config = temporaryFolder();
  return {
    root,
    directory: path.join(root, 'iterations', '001-try'),
    personal: path.join(config, 'iter'),
    env: { XDG_CONFIG_HOME: config },
  };
}

const make = ({ root, env }: Place, ...flags: readonly string[]) =>
  iter(root, ['new', 'try', '-w', 'chain', '--agent', 'rehearsal', ...flags], env);
const prompt = ({ directory }: Place, task: string): string => {
  const name = readdirSync(path.join(directory, 'agent-prompts')).find((one) => one.startsWith(`${task}-`)) ?? '';
  return readFileSync(path.join(directory, 'agent-prompts', name), 'utf8');
};
const sent = ({ directory }: Place, name: string): string => readFileSync(path.join(directory, '.run', 'prompts', name), 'utf8');

function put(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const SKILL = (text: string, version = '1.2.0'): string =>
  `---\nname: x\ndescription: ${text}\nversion: ${version}\n---\nHow it is done.\n`;

interface Manifest {
  readonly tokens: number;
  readonly budget: number;
  readonly overflows: boolean;
  readonly prefix: { readonly sha256: string };
  readonly parts: readonly { readonly part: string; readonly sha256: string }[];
  readonly artefacts: readonly { readonly path: string; readonly wanted: string; readonly form: string }[];
}

function manifest(at: Place, name: string): Manifest {
  const read = JSON.parse(sent(at, `${name}.manifest.json`)) as Manifest;
  expect([validatePromptManifest(read), validatePromptManifest.errors]).toEqual([true, null]);
  return read;
}

describe('what goes into a prompt', () => {
  it('is written beside it: the newest deliverable whole, the older one as its summary, and a prefix all attempts share', async () => {
    const at = place({ 'workflows/chain.yaml': FLOW({ step: '    context: { full: 1 }\n' }) });
    await make(at, '--rehearse', 'T3=fail');
    await done(at.root, ['launch'], at.env);
    const [first, second, planner] = [manifest(at, 'T3-1'), manifest(at, 'T3-2'), manifest(at, 'T2-1')];
    expect(first.artefacts.map(({ path, form }) => `${path} ${form}`)).toEqual([
      '.iter/context/context/two.md full',
      '.iter/context/context/one.md summary',
    ]);
    expect([second.prefix, first.tokens <= first.budget, first.overflows]).toEqual([first.prefix, true, false]);
    const role = (one: Manifest): readonly string[] => one.parts.slice(0, 2).map((part) => part.sha256);
    expect(role(planner)).toEqual(role(manifest(at, 'T1-1')));
    const log = jsonOf(await done(at.root, ['logs', 'T3', '--json'], at.env));
    expect(log['promptManifest']).toBe(path.join(at.directory, '.run', 'prompts', 'T3-2.manifest.json'));
    expect((await done(at.root, ['logs', 'T3', '--prompt'], at.env)).stdout).toBe(sent(at, 'T3-2.md'));
  });

  it('is a decision for a person where the workflow wants nothing cut, before anything is started', async () => {
    const at = place({ 'workflows/chain.yaml': FLOW({ step: '    context: { budget: 40, on_overflow: fail }\n' }) });
    await make(at);
    const stopped = await iter(at.root, ['launch'], at.env);
    expect([stopped.exit, stopped.stderr.includes('does not fit its budget of 40 tokens')]).toEqual([5, true]);
    expect(existsSync(path.join(at.directory, '.run', 'prompts', 'T3-1.md'))).toBe(false);
    await done(at.root, ['decide', '--option', 'look'], at.env);
    expect((await iter(at.root, ['launch'], at.env)).exit).toBe(5);
    await done(at.root, ['decide', '--option', 'trim'], at.env);
    await done(at.root, ['launch'], at.env);
    const { artefacts, overflows } = manifest(at, 'T3-1');
    expect([artefacts.map(({ wanted, form }) => `${wanted} ${form}`), overflows]).toEqual([['full path', 'full path'], true]);
  });
});

describe('a template of one’s own', () => {
  it('of the repository counts as it is committed, never as it lies in the checkout', async () => {
    const at = place({ 'templates/agent-prompt.md.njk': 'Ours: {{ task.id }}\n' });
    put(path.join(at.root, 'templates', 'agent-prompt.md.njk'), 'Changed: {{ task.id }}\n');
    put(path.join(at.root, 'templates', 'roles', 'builder.md.njk'), 'Sneaked in\n');
    const ended = await make(at);
    expect([ended.exit, prompt(at, 'T1'), prompt(at, 'T3')]).toEqual([0, 'Ours: T1\n', 'Ours: T3\n']);
    expect(readFileSync(path.join(at.directory, 'workflow.lock.yaml'), 'utf8')).toContain('source: templates/agent-prompt.md.njk');
  });

  it('that is not committed is not used, and that is said', async () => {
    const at = place();
    put(path.join(at.root, 'templates', 'agent-prompt.md.njk'), 'Ours\n');
    const ended = await make(at);
    expect([prompt(at, 'T1').startsWith('Ours'), ended.stderr.includes('templates/agent-prompt.md.njk is not committed')]).toEqual([
      false,
      true,
    ]);
  });

  it('on a branch of agents is not used', async () => {
    const at = place({ 'templates/agent-prompt.md.njk': 'Ours\n' });
    sh(at.root, 'switch', '--quiet', '--create', 'iter/000-old/T1');
    const ended = await make(at);
    expect([ended.exit, prompt(at, 'T1').startsWith('Ours'), ended.stderr.includes('is a branch of agents')]).toEqual([0, false, true]);
  });

  it('for a role stands before the one for all, that of the repository before the person’s, and what the workflow names before both', async () => {
    const top = 'templates: { builder: prompts/build.md.j2 }\n';
    const at = place({
      'workflows/chain.yaml': FLOW({ top }),
      'prompts/build.md.j2': 'Named {{ task.id }}\n',
      'templates/roles/builder.md.njk': 'Role\n',
    });
    put(path.join(at.personal, 'templates', 'agent-prompt.md.njk'), 'Mine {{ task.id }}\n');
    await make(at);
    expect([prompt(at, 'T1'), prompt(at, 'T3')]).toEqual(['Mine T1\n', 'Named T3\n']);
  });

  it('makes the prompts of tasks that come while the iteration runs, too, as it was where the iteration started', async () => {
    const grows = `version: 1
name: chain
description: A list, and a task for each item.
environments: { dev: { human: optional } }
steps:
  - id: plan
    role: planner
    deliverables: [{ id: parts, path: context/parts.md, fields: { parts: list } }]
  - id: build
    role: builder
    skills: [sql]
    targets: { from: steps.plan.outputs.parts }
    checks: [{ commits: { min: 1 } }]
`;
    const template = (word: string): string =>
      `${word} {{ task.id }}{% for skill in task.skills %} {{ skill.name }}{% endfor %}\n\n{% for line in task.criteria %}\n{{ line }}\n{% endfor %}\n`;
    const at = place({
      'workflows/chain.yaml': grows,
      'skills/sql/SKILL.md': SKILL('Writes SQL'),
      'templates/agent-prompt.md.njk': template('Ours'),
    });
    await make(at);
    commit(at.root, { 'templates/agent-prompt.md.njk': template('Later') }, 'later');
    await done(at.root, ['launch'], at.env);
    expect(prompt(at, 'T3').split('\n')[0]).toBe('Ours T3 sql');
    const refreshed = jsonOf(await done(at.root, ['refresh', '--json'], at.env));
    expect([refreshed['written'], JSON.stringify(refreshed).includes('T3-')]).toEqual([['workflow.lock.yaml'], false]);
  });

  it('that cannot be used stops everything before anything is written, with every place', async () => {
    const at = place({
      'templates/agent-prompt.md.njk': 'a\n{{ nobody }}\n{% do x %}\n',
      'templates/roles/builder.md.j2': '{{ rol.body }}',
    });
    const ended = await make(at);
    expect([
      ended.exit,
      existsSync(at.directory),
      ended.stderr
        .split('\n')
        .filter((line) => line.startsWith('templates/'))
        .toSorted(),
    ]).toEqual([
      2,
      false,
      [
        'templates/agent-prompt.md.njk:3:4: unknown tag "do"; use {% set %}',
        'templates/roles/builder.md.j2:1:4: unknown name "rol"; did you mean "role"?',
      ],
    ]);
  });

  it('copied out with iter init gives the same prompts once it is committed', async () => {
    const [plain, own] = [place(), place()];
    await make(plain, '-q');
    await done(own.root, ['init', '--eject', 'templates'], own.env);
    sh(own.root, 'add', '--all');
    sh(own.root, 'commit', '--quiet', '--message', 'templates');
    await make(own, '-q');
    const masked = (text: string): string => text.replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'then');
    expect(['T1', 'T2', 'T3'].map((id) => masked(prompt(own, id)))).toEqual(['T1', 'T2', 'T3'].map((id) => masked(prompt(plain, id))));
    expect(readFileSync(path.join(own.directory, 'workflow.lock.yaml'), 'utf8')).toContain('templates/agent-prompt.md.njk');
  });
});

describe('skills', () => {
  const files = {
    'workflows/chain.yaml': FLOW({ step: '    skills: [sql, tuning, nobody]\n' }),
    '.agents/skills/sql/SKILL.md': SKILL('Writes SQL'),
    '.claude/skills/sql/SKILL.md': SKILL('Not this one'),
  };

  it('are listed in order with what they are for and where they are; one nobody has is said to be missing', async () => {
    const at = place(files);
    put(path.join(at.personal, 'skills', 'tuning', 'SKILL.md'), SKILL('Tunes queries'));
    put(path.join(at.root, '.agents', 'skills', 'nobody', 'SKILL.md'), SKILL('Not committed'));
    await make(at);
    const lines = prompt(at, 'T3')
      .split('\n')
      .filter((line) => /sql|tuning|nobody/.test(line));
    expect(lines).toEqual([
      '  - `sql`: Writes SQL (`.agents/skills/sql/SKILL.md`)',
      `  - \`tuning\`: Tunes queries (\`${path.join(at.personal, 'skills', 'tuning', 'SKILL.md')}\`)`,
      '- Named for you, but there is no file of it here: `nobody`. Do what the name says from what you know.',
    ]);
  });

  it('that have changed since are named when the iteration is launched', async () => {
    const at = place(files);
    await make(at);
    const before = await iter(at.root, ['launch'], at.env);
    commit(at.root, { '.agents/skills/sql/SKILL.md': SKILL('Writes SQL well', '2.0.0') }, 'sql 2');
    const after = await iter(at.root, ['launch'], at.env);
    expect([before.stderr.includes('skill'), after.stderr.match(/warning: the skill.*/)?.[0]]).toEqual([
      false,
      'warning: the skill "sql" (.agents/skills/sql/SKILL.md) has changed since the iteration was made: version 1.2.0 then, 2.0.0 now; to take it up in prompts: iter refresh 001-try',
    ]);
  });

  it('pinned by the workflow have to be there in that version', async () => {
    const at = place({
      ...files,
      'workflows/chain.yaml': FLOW({ top: 'skills: { sql: "1.0.0", gone: "1" }\n', step: '    skills: [sql, gone]\n' }),
    });
    const ended = await make(at);
    expect([ended.exit, ended.stderr.trim().split('\n')]).toEqual([
      2,
      [
        '.agents/skills/sql/SKILL.md: workflow "chain" was written for version 1.0.0 of the skill "sql", and this is version 1.2.0; read what has changed, then change the pin',
        'workflow "chain" was written for version 1 of the skill "gone", and no file has it; commit .agents/skills/gone/SKILL.md, or take the pin out',
      ],
    ]);
  });
});

describe('iter refresh', () => {
  const times = (folder: string): string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => `${file} ${statSync(file, { bigint: true }).mtimeNs}`)
      .toSorted();

  const role = (text: string): string => `---\nname: builder\ndescription: Builds.\n---\n${text}\n`;

  it('touches no file when nothing has changed', async () => {
    const at = place({ 'a.txt': 'a\n' });
    await make(at, '--context', 'a.txt');
    const before = times(at.directory);
    const { unchanged, written } = jsonOf(await done(at.root, ['refresh', '--json'], at.env)) as { unchanged: string[]; written: string[] };
    expect([times(at.directory), written, unchanged.length]).toEqual([before, [], 6]);
  });

  it('writes prompts anew, keeps what a person edited with the new text beside it, and leaves work that is done alone', async () => {
    const at = place({ 'roles/builder.md': role('You build.'), 'roles/planner.md': role('You plan.').replace('builder', 'planner') });
    await make(at);
    await done(at.root, ['launch', '--only', 'T1'], at.env);
    put(path.join(at.directory, 'agent-prompts', 'T2-planner-agent-prompt.md'), 'By hand.\n');
    put(path.join(at.root, 'roles', 'builder.md'), role('You build with care.'));
    put(path.join(at.root, 'roles', 'planner.md'), role('You plan with care.').replace('builder', 'planner'));
    const dry = jsonOf(await done(at.root, ['refresh', '--dry-run', '--json'], at.env));
    expect(prompt(at, 'T3').startsWith('You build.\n')).toBe(true);
    const real = jsonOf(await done(at.root, ['refresh', '--json'], at.env));
    expect({ ...real, dryRun: true }).toEqual(dry);
    expect(real).toMatchObject({
      written: ['agent-prompts/T3-builder-agent-prompt.md', 'workflow.lock.yaml'],
      kept: [{ path: 'agent-prompts/T2-planner-agent-prompt.md', fresh: '.run/refresh/agent-prompts/T2-planner-agent-prompt.md' }],
      left: [{ path: 'agent-prompts/T1-planner-agent-prompt.md', reason: 'its task is accepted' }],
    });
    expect([prompt(at, 'T1'), prompt(at, 'T2'), prompt(at, 'T3')].map((text) => text.split('\n')[0])).toEqual([
      'You plan.',
      'By hand.',
      'You build with care.',
    ]);
    expect(readFileSync(path.join(at.directory, '.run/refresh/agent-prompts/T2-planner-agent-prompt.md'), 'utf8').split('\n')[0]).toBe(
      'You plan with care.',
    );
    const again = jsonOf(await done(at.root, ['refresh', '--json'], at.env));
    expect(again['written']).toEqual([]);
  });

  it('takes over criteria a person edited, and a template that was committed since', async () => {
    const at = place();
    await make(at);
    const criteria = path.join(at.directory, 'COMPLETION_CRITERIA.md');
    put(criteria, readFileSync(criteria, 'utf8').replace('## T3', '## T3\n\n- [ ] MUST `T3.mine` `notes.md` exists\n'));
    commit(at.root, { 'templates/roles/builder.md.njk': 'Ours\n{% for line in task.criteria %}\n{{ line }}\n{% endfor %}\n' }, 'template');
    await done(at.root, ['refresh'], at.env);
    expect([prompt(at, 'T3').startsWith('Ours\n'), prompt(at, 'T3').includes('T3.mine')]).toEqual([true, true]);
  });

  it('refuses, without a change, when a template cannot be read', async () => {
    const at = place({ 'templates/x.txt': 'x' });
    await make(at);
    commit(at.root, { 'templates/agent-prompt.md.njk': '{{ nobody }}' }, 'template');
    const before = times(at.directory);
    const ended = await iter(at.root, ['refresh'], at.env);
    expect([ended.exit, ended.stderr.trim().split(';')[0], times(at.directory)]).toEqual([
      2,
      'templates/agent-prompt.md.njk:1:4: unknown name "nobody"',
      before,
    ]);
  });
});
