import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, temporaryFolder, write } from '../rig/repository.ts';

const SMALL = `version: 1
name: small
description: Fix a page.
triggers: [typo]
steps:
  - { id: fix, role: builder, prompt: Fix it., checks: [{ commits: { min: 1 } }] }
  - { id: check, role: reviewer, permission: read, prompt: Look., deliverables: [{ id: r, path: deliverables/r.md }], gate: { on_reject: { goto: fix } } }
`;
const overlay = (name: string, base: string, ...lines: readonly string[]): string =>
  [`version: 1`, `name: ${name}`, `description: D.`, `extends: ${base}`, ...lines, ''].join('\n');

function place(
  ours: Readonly<Record<string, string>>,
  mine: Readonly<Record<string, string>> = {},
): { root: string; env: Record<string, string> } {
  const root = repositoryWith({
    'README.md': '# Shop\n',
    ...Object.fromEntries(Object.entries(ours).map(([name, text]) => [`workflows/${name}`, text])),
  });
  const config = temporaryFolder();
  write(path.join(config, 'iter', 'workflows'), mine);
  return { root, env: { XDG_CONFIG_HOME: config } };
}

const steps = async (root: string, name: string, env: Record<string, string>): Promise<string[]> => {
  const { workflow } = jsonOf(await done(root, ['workflow', 'resolve', name, '--json'], env)) as { workflow: { steps: { id: string }[] } };
  return workflow.steps.map(({ id }) => id);
};

describe('a workflow that extends another', () => {
  it('of its own name changes the one of the layer below, through all layers', async () => {
    const { root, env } = place(
      { 'rfc.yaml': overlay('rfc', 'rfc', 'overlay: [{ remove: test-cases }]') },
      {
        'rfc.yaml': overlay(
          'rfc',
          'rfc',
          'overlay: [{ insert: [{ id: last, role: doc, checks: [{ commits: { min: 0 } }] }], after: publish }]',
        ),
      },
    );
    expect(await steps(root, 'rfc', env)).toEqual([
      'problem',
      'design',
      'checkpoint-1',
      'design-review',
      'checkpoint-2',
      'implementation-outline',
      'publish',
      'last',
    ]);
    expect((await iter(root, ['workflow', 'lint', 'rfc'], env)).stdout).toContain('1 workflow, 0 problems');
  });

  it('does not see what stands above it: a built-in one extends the built-in one', async () => {
    const { root, env } = place({ 'feature-pipeline.yaml': SMALL.replace('name: small', 'name: feature-pipeline') });
    expect(await steps(root, 'rfc', env)).toContain('design-review');
  });

  it('may name a file by its path from its own', async () => {
    const { root, env } = place({
      'parts/small.yaml': SMALL,
      'big.yaml': overlay('big', './parts/small.yaml', 'overlay: [{ change: fix, set: { timeout: 5m } }]'),
    });
    expect(await steps(root, 'big', env)).toEqual(['fix', 'check']);
    expect(await steps(path.join(root, 'workflows', 'parts'), '../big.yaml', env)).toEqual(['fix', 'check']);
    const missing = await iter(root, ['workflow', 'lint', 'big'], env).then(async () => {
      write(path.join(root, 'workflows'), { 'big.yaml': overlay('big', './parts/none.yaml') });
      return iter(root, ['workflow', 'lint', 'big'], env);
    });
    expect([missing.exit, missing.stdout.split('\n')[0]]).toEqual([
      2,
      'workflows/big.yaml:4:10: there is no workflow file "./parts/none.yaml" beside this one; check the path',
    ]);
  });

  it('is listed, and a broken one it builds on is told once, where it is broken', async () => {
    const { root, env } = place({
      'small.yaml': SMALL.replace('goto: fix', 'goto: fxi'),
      'one.yaml': overlay('one', 'small'),
      'two.yaml': overlay('two', 'small'),
    });
    const linted = await iter(root, ['workflow', 'lint', 'one', 'small', 'two'], env);
    expect([linted.exit, linted.stdout.trim().split('\n')]).toEqual([
      2,
      [expect.stringMatching(/^workflows\/small.yaml:7:\d+: unknown step "fxi"; did you mean "fix"\?$/), '3 workflows, 1 problem'],
    ]);
    expect((await done(root, ['workflow', 'list'], env)).stdout).toMatch(
      /^one +repository +does not load: 1 problem; iter workflow lint one$/m,
    );
  });

  it('is pinned with every file it was made from, and its text can be read by itself', async () => {
    const { root, env } = place({
      'small.yaml': SMALL,
      'big.yaml': overlay('big', 'small', 'overlay: [{ change: fix, set: { timeout: 5m } }]'),
    });
    await done(root, ['new', 'typo', '-w', 'big', '--agent', 'rehearsal'], env);
    const lock = parse(readFileSync(path.join(root, 'iterations', '001-typo', 'workflow.lock.yaml'), 'utf8')) as {
      workflow: object;
      others: { source: string; sha256: string }[];
      text: string;
    };
    expect(lock.workflow).toMatchObject({ name: 'big', source: 'workflows/big.yaml' });
    expect(lock.others.map(({ source, sha256 }) => [source, sha256.length])).toEqual([['workflows/small.yaml', 64]]);
    write(root, { 'again.yaml': lock.text });
    expect(await steps(root, './again.yaml', env)).toEqual(['fix', 'check']);
  });

  it('of a step that cannot become tasks is told where the step stands', async () => {
    const { root, env } = place({
      'small.yaml': SMALL,
      'big.yaml': overlay('big', 'small', 'overlay:', '  - { change: fix, set: { role: nobody } }'),
    });
    const refused = await iter(root, ['new', 'typo', '-w', 'big', '--agent', 'rehearsal'], env);
    expect([refused.exit, refused.stderr]).toEqual([2, expect.stringMatching(/^workflows\/small.yaml:6:?\d*: step "fix" /)]);
  });
});

describe('a workflow that uses another', () => {
  const OUTER = 'version: 1\nname: outer\ndescription: D.\nsteps:\n  - { id: first, uses: small }\n  - { id: second, uses: small }\n';

  it('is one iteration, from the plan to the landing', async () => {
    const { root, env } = place({ 'small.yaml': SMALL, 'outer.yaml': OUTER });
    const made = jsonOf(await done(root, ['new', 'typo', '-w', 'outer', '--agent', 'rehearsal', '--json'], env)) as {
      tasks: { step: string; needs: string[] }[];
    };
    expect(made.tasks.map(({ step, needs }) => [step, needs])).toEqual([
      ['first-fix', []],
      ['first-check', ['T1']],
      ['second-fix', ['T2']],
      ['second-check', ['T3']],
    ]);
    expect((await iter(root, ['launch'], env)).exit).toBe(0);
    expect((await iter(root, ['merge'], env)).exit).toBe(0);
  });

  it('can be rehearsed, each gate once, and says where its steps come from', async () => {
    const { root, env } = place({ 'small.yaml': SMALL, 'outer.yaml': OUTER });
    const played = await iter(root, ['rehearse', '-w', 'outer'], env);
    expect([played.exit, played.stdout.trim()]).toEqual([0, 'outer: 1 pass, 2 of 2 gates rejected once']);
    expect((await done(root, ['workflow', 'resolve', 'outer'], env)).stdout).toContain(
      '  # from workflows/small.yaml:6\n  # in the place of workflows/outer.yaml:5\n  - id: first-fix\n',
    );
  });

  it('is rehearsed each way where it is one of several, and each gate rejects when its turn comes', async () => {
    const kinds = 'deliverables: [{ id: k, path: context/k.md, fields: { kind: [small, other] } }]';
    const chosen = `version: 1\nname: chosen\nsteps:\n  - { id: which, role: planner, prompt: Say., ${kinds} }\n  - { id: do, uses: { by: steps.which.outputs.kind, one_of: [small, other] } }\n`;
    const { root, env } = place({ 'small.yaml': SMALL, 'other.yaml': SMALL.replace('name: small', 'name: other'), 'chosen.yaml': chosen });
    const played = await iter(root, ['rehearse', '-w', 'chosen'], env);
    expect([played.exit, played.stdout.trim()]).toEqual([0, 'chosen: 2 passes, 8 of 8 ways of conditions, 2 of 2 gates rejected once']);
  });

  it('takes the one of the repository where it has one of that name', async () => {
    const { root, env } = place({ 'security-fix.yaml': SMALL.replace('name: small', 'name: security-fix') });
    expect((await steps(root, 'triage', env)).filter((id) => id.startsWith('do-security-fix'))).toEqual([
      'do-security-fix-fix',
      'do-security-fix-check',
    ]);
  });
});

describe('iter workflow import', () => {
  const SEED = readFileSync(new URL('fixtures/seed-form.yaml.txt', import.meta.url), 'utf8');

  it('prints the workflow, writes it with its roles when asked, and never over what is there', async () => {
    const { root, env } = place({});
    write(root, { 'theirs.yaml': SEED });
    const printed = await done(root, ['workflow', 'import', 'theirs.yaml', '--name', 'ours'], env);
    expect(printed.stdout).toContain('\nname: ours\n');
    expect(printed.stderr).toContain('--write makes files of them');
    const written = jsonOf(await done(root, ['workflow', 'import', 'theirs.yaml', '--name', 'ours', '--write', '--json'], env))[
      'written'
    ] as string[];
    expect(written[0]).toBe('workflows/ours.yaml');
    expect(written.slice(1).every((file) => file.startsWith('roles/'))).toBe(true);
    expect(await steps(root, 'ours', env)).toEqual(await steps(root, './theirs.yaml', env));
    const again = await iter(root, ['workflow', 'import', 'theirs.yaml', '--name', 'ours', '--write'], env);
    expect([again.exit, again.stderr.split('\n')[0]]).toEqual([
      2,
      'workflows/ours.yaml: is there already and stays as it is; give another name with --name',
    ]);
  });
});

describe('iter init --eject', () => {
  it('writes the schema beside what names it, and all schemas on request', async () => {
    const { root } = place({});
    await done(root, ['init', '--eject', 'workflows']);
    const [line = ''] = readFileSync(path.join(root, 'workflows', 'rfc.yaml'), 'utf8').split('\n');
    const [, schema = ''] = /\$schema=(\S+)/.exec(line) ?? [];
    expect(JSON.parse(readFileSync(path.resolve(root, 'workflows', schema), 'utf8'))).toMatchObject({ title: 'iter workflow' });
    expect((await iter(root, ['workflow', 'lint'])).stdout).toMatch(/ 0 problems/);
    const { written } = jsonOf(await done(root, ['init', '--eject', 'schemas', '--json'])) as { written: string[] };
    expect(written).toContain('.iter/schemas/role.schema.json');
    expect(written).not.toContain('.iter/schemas/workflow.schema.json');
  });
});
