import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, temporaryFolder, write } from '../rig/repository.ts';

const SMALL =
  'version: 1\nname: small\ndescription: Fix a typo in a page.\ntriggers: [typo]\nsteps:\n  - { id: fix, role: builder, checks: [{ commits: { min: 1 } }] }\n';

interface Entry {
  readonly name: string;
  readonly layer: string;
  readonly hiddenBy: string | null;
}

/** A repository with these workflows, and a folder of the person's own with those. */
function place(
  ours: Readonly<Record<string, string>>,
  mine: Readonly<Record<string, string>> = {},
): { root: string; env: Record<string, string> } {
  const prefixed = Object.entries(ours).map(([name, text]) => [`workflows/${name}`, text]);
  const root = repositoryWith({ 'README.md': '# Shop\n', ...Object.fromEntries(prefixed) });
  const config = temporaryFolder();
  write(path.join(config, 'iter', 'workflows'), mine);
  return { root, env: { XDG_CONFIG_HOME: config } };
}

describe('three layers of workflows', () => {
  it('are listed with where each comes from, and the repository hides the person, who hides the program', async () => {
    const { root, env } = place({ 'small.yaml': SMALL }, { 'small.yaml': SMALL, 'rfc.yaml': SMALL.replace('small', 'rfc') });
    const listed = jsonOf(await done(root, ['workflow', 'list', '--json'], env))['workflows'] as Entry[];
    expect(
      listed.filter(({ name }) => name === 'small' || name === 'rfc').map(({ name, layer, hiddenBy }) => [name, layer, hiddenBy]),
    ).toEqual([
      ['rfc', 'user', null],
      ['rfc', 'built in', 'user'],
      ['small', 'repository', null],
      ['small', 'user', 'repository'],
    ]);
  });

  it('are what iter new looks in', async () => {
    const { root, env } = place({}, { 'small.yaml': SMALL });
    const made = await done(root, ['new', 'typo', '-w', 'small', '--agent', 'rehearsal', '--json'], env);
    expect((jsonOf(made)['tasks'] as { step: string }[]).map((task) => task.step)).toEqual(['fix']);
  });

  it('can be listed outside of a repository, and from a folder inside one', async () => {
    const { root, env } = place({ 'small.yaml': SMALL });
    mkdirSync(path.join(root, 'docs'));
    const inside = await done(path.join(root, 'docs'), ['workflow', 'list'], env);
    const outside = await done(temporaryFolder(), ['workflow', 'list'], env);
    expect([
      inside.stdout.includes('\nsmall '),
      outside.stdout.includes('\nsmall '),
      outside.stdout.includes('plan-build-review-doc'),
    ]).toEqual([true, false, true]);
  });
});

describe('iter workflow lint', () => {
  it('finds nothing wrong with what comes with the program', async () => {
    const { root, env } = place({});
    const linted = await iter(root, ['workflow', 'lint', '--all'], env);
    expect([linted.exit, linted.stderr]).toEqual([0, '']);
    expect(linted.stdout).toMatch(/\b\d+ workflows, 0 problems/);
  });

  it('says everything that is wrong at its place and ends with 2; warnings alone do not', async () => {
    const broken = SMALL.replace('role: builder', 'role: buidler').replace('description', 'descripton');
    const { root, env } = place({
      'small.yaml': SMALL,
      'other.yaml': broken,
      'third.yaml': SMALL.replace('checks: [{ commits: { min: 1 } }]', 'points: 2'),
    });
    const linted = await iter(root, ['workflow', 'lint', 'other', 'workflows/third.yaml', 'small'], env);
    expect([linted.exit, linted.stdout.split('\n')]).toEqual([
      2,
      [
        'workflows/other.yaml:3:1: unknown key "descripton"; did you mean "description"?',
        'warning: workflows/third.yaml:6:11: nothing checks step "fix": it has no deliverables and no checks; add what it has to deliver, or a check',
        '3 workflows, 1 problem, 1 warning',
        '',
      ],
    ]);
    expect((await iter(root, ['workflow', 'lint', 'third'], env)).exit).toBe(0);
    expect((await iter(root, ['workflow', 'lint', 'smal'], env)).stderr).toBe('unknown workflow "smal"; did you mean "small"?\n');
    expect((await iter(root, ['workflow', 'lint', './workflows'], env)).exit).toBe(2);
  });

  it('has the same in JSON', async () => {
    const { root, env } = place({ 'small.yaml': SMALL.replace('role: builder', 'role: buidler') });
    const linted = await iter(root, ['workflow', 'lint', 'small', '--json'], env);
    expect([linted.exit, jsonOf(linted)]).toEqual([
      2,
      {
        schemaVersion: 1,
        workflows: [
          {
            name: 'small',
            layer: 'repository',
            file: 'workflows/small.yaml',
            problems: [
              { file: 'workflows/small.yaml', line: 6, column: 22, what: 'unknown role "buidler"', fix: 'did you mean "builder"?' },
            ],
            warnings: [],
          },
        ],
        problems: 1,
        warnings: 0,
      },
    ]);
  });
});

describe('one workflow', () => {
  it('is shown byte for byte, and resolved it loads and lints', async () => {
    const { root, env } = place({ 'small.yaml': SMALL });
    const shown = await done(root, ['workflow', 'show', 'small'], env);
    const resolved = await done(root, ['workflow', 'resolve', 'small'], env);
    writeFileSync(path.join(root, 'resolved.yaml'), resolved.stdout);
    const linted = await done(root, ['workflow', 'lint', './resolved.yaml'], env);
    expect([shown.stdout, resolved.stdout.includes('  # from workflows/small.yaml:6\n'), linted.stdout]).toEqual([
      SMALL,
      true,
      '1 workflow, 0 problems\n',
    ]);
  });

  it('is drawn, and so is an iteration with the state of its tasks', async () => {
    const { root, env } = place({ 'small.yaml': SMALL });
    const drawn = await done(root, ['graph', 'small'], env);
    const none = await iter(root, ['graph'], env);
    await done(root, ['new', 'typo', '-w', 'small', '--agent', 'rehearsal'], env);
    await done(root, ['launch'], env);
    const run = await done(root, ['graph', '--iteration', '1'], env);
    expect([drawn.stdout, none.exit]).toEqual(['flowchart TD\n  n1["Fix<br/>builder"]\n', 2]);
    expect(run.stdout).toContain('n1["T1 Fix<br/>builder<br/>accepted"]:::done');
  });
});

describe('iter triage', () => {
  it('puts the workflow with the word first and says why; without a word in common it lists what there is', async () => {
    const { root, env } = place({ 'small.yaml': SMALL });
    const ranked = await done(root, ['triage', 'There', 'is a typo on the start page'], env);
    const nothing = await done(root, ['triage', 'zzz', '--json'], env);
    expect(ranked.stdout.split('\n')[0]).toMatch(/^ +6 {2}small +typo \(trigger\), page \(description\); "typo"$/);
    expect(ranked.stdout).toContain('next: iter new <slug> -w small');
    expect(jsonOf(nothing)).toEqual({ schemaVersion: 1, request: 'zzz', workflows: [] });
  });
});

describe('iter schema', () => {
  it('prints the schema of each file people write', async () => {
    const folder = temporaryFolder();
    const names = (await done(folder, ['schema'])).stdout.trim().split('\n');
    const workflow = JSON.parse((await done(folder, ['schema', 'workflow'])).stdout) as Record<string, unknown>;
    const unknown = await iter(folder, ['schema', 'worfklow']);
    expect([names.includes('workflow'), names.includes('role'), workflow['$id'], unknown.exit]).toEqual([
      true,
      true,
      'urn:iter:workflow:1',
      2,
    ]);
  });
});
