import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, temporaryFolder } from '../rig/repository.ts';

const BODY = 'You ask: why?\r\n\r\n---\r\n\tand again';
const AGENT = `---\r\nname: Slow Query\r\ndescription: Use it when: a query is slow\r\ncolor: cyan\r\n---\r\n${BODY}`;
const CREW =
  'data_researcher:\n  role: Researcher\n  goal: Find it\n  backstory: You read.\nwriter:\n  role: Writer\n  goal: Write it\n  backstory: You write.\n';

const project = (files: Readonly<Record<string, string>> = {}): string => repositoryWith({ 'README.md': '# Shop\n', ...files });
const read = (root: string, file: string): string => readFileSync(path.join(root, file), 'utf8');

interface Listed {
  readonly name: string;
  readonly type?: string;
  readonly specialty: string;
  readonly model: string;
  readonly source: string;
  readonly layer: string;
  readonly hiddenBy: string | null;
}

async function listed(root: string): Promise<readonly Listed[]> {
  return jsonOf(await done(root, ['roles', 'list', '--json']))['roles'] as Listed[];
}

describe('iter roles', () => {
  it('lists the library, in a repository or not, and the roles of the repository in place of those they are named after', async () => {
    const elsewhere = await listed(temporaryFolder());
    const root = project({ 'roles/qa.md': '---\nname: qa\ndescription: Our own.\nmodel: fast\n---\nYou test.\n' });
    const here = await listed(root);
    expect(elsewhere).toHaveLength(33);
    expect(here).toHaveLength(34);
    expect(here.filter(({ name }) => name === 'qa').map(({ layer, hiddenBy }) => `${layer} ${hiddenBy}`)).toEqual([
      'repository null',
      'built in repository',
    ]);
    expect(here.find(({ name }) => name === 'qa')).toEqual({
      name: 'qa',
      specialty: 'Our own.',
      model: 'fast',
      permission: 'edit',
      aka: [],
      source: 'roles/qa.md',
      layer: 'repository',
      hiddenBy: null,
      valid: true,
    });
    expect(here.find(({ name }) => name === 'sre')).toMatchObject({ type: 'specialist', model: 'standard', source: 'built in' });
    expect((await done(root, ['roles', 'list'])).stdout).toMatch(/^architect +architect +strong +built in +System architect: /);
  });

  it('shows a role as it is written, and knows a slip of the hand', async () => {
    const root = project();
    expect((await done(root, ['roles', 'show', 'reviewer'])).stdout).toMatch(/^---\nname: reviewer\n/);
    expect(await iter(root, ['roles', 'show', 'revewer'])).toMatchObject({
      exit: 2,
      stdout: '',
      stderr: 'unknown role "revewer"; did you mean "reviewer"?\n',
    });
  });

  it('starts a role that can be used at once, and never overwrites one', async () => {
    const root = project();
    await done(root, ['roles', 'init', 'release-manager']);
    const text = read(root, 'roles/release-manager.md');
    expect((await listed(root)).map(({ name }) => name)).toContain('release-manager');
    expect((await iter(root, ['roles', 'init', 'release-manager'])).exit).toBe(2);
    expect(read(root, 'roles/release-manager.md')).toBe(text);
    expect((await iter(root, ['roles', 'init', '../Out'])).stderr).toBe('"../Out" is no name for a role; try: iter roles init out\n');
  });

  it('imports an agent file with broken front matter from wherever it lies and gives it out again', async () => {
    const root = project();
    const file = path.join(temporaryFolder(), 'slow.md');
    writeFileSync(file, AGENT);
    mkdirSync(path.join(root, 'deep'));
    await done(path.join(root, 'deep'), ['roles', 'import', file]);
    expect(read(root, 'roles/slow-query.md')).toMatch(new RegExp(`^---\nname: slow-query\n[^]*\ncolor: cyan\r\n[^]*---\n`));
    await done(root, ['roles', 'export', 'slow-query', '--to', 'claude', '-o', 'out/agent.md']);
    expect(read(root, 'out/agent.md').endsWith(`---\n${BODY}`)).toBe(true);
    expect(await iter(root, ['roles', 'export', 'slow-query', '--to', 'claude', '-o', 'out/agent.md'])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('is there already'),
    });
  });

  it('imports all agents of one file or none', async () => {
    const root = project({ 'agents.yaml': CREW, 'roles/writer.md': '---\nname: writer\ndescription: Ours.\n---\nYou.\n' });
    expect(await iter(root, ['roles', 'import', 'agents.yaml'])).toMatchObject({
      exit: 2,
      stdout: '',
      stderr: 'roles/writer.md: is there already and stays as it is; choose another name\n',
    });
    expect((await iter(root, ['roles', 'show', 'data-researcher'])).exit).toBe(2);
  });

  it('says everything that is wrong with what it was given, and writes nothing', async () => {
    const root = project({
      'a.md': 'no front matter',
      'b.md': '---\nname: b\ndescription: B.\niter: { type: boss }\n---\nYou.\n',
      'agents.yaml': CREW,
    });
    const { exit, stderr } = await iter(root, ['roles', 'import', 'a.md', 'b.md', 'c.md', 'agents.yaml', '--as', 'one']);
    expect(exit).toBe(2);
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^a\.md:1: no front matter/),
      'c.md: there is no such file; check the path',
      '--as names one role, and there are 3; import them one by one',
      expect.stringMatching(/^b\.md, as roles\/b\.md:4:15: "type" is "boss"; use one of lead/),
    ]);
    expect((await listed(root)).every(({ source }) => source === 'built in')).toBe(true);
  });

  it('gives a role out to Claude Code with a model it knows', async () => {
    const { stdout } = await done(temporaryFolder(), ['roles', 'export', 'architect', '--to', 'claude']);
    expect(stdout).toContain('\nmodel: opus\n');
    expect((await iter(temporaryFolder(), ['roles', 'export', 'architect', '--to', 'cloude'])).stderr).toBe(
      '--to: unknown form "cloude"; did you mean "claude"?\n',
    );
  });

  it('takes its flags before or behind the word that says what to do', async () => {
    const root = project({ 'roles/own.md': '---\nname: own\ndescription: Ours.\n---\nYou.\n' });
    const place = temporaryFolder();
    for (const argv of [
      ['-C', root, 'roles', 'list', '--json'],
      ['roles', '--json', '-C', root, 'list'],
      ['roles', 'list', '-C', root, '--json'],
    ]) {
      expect(jsonOf(await done(place, argv))['roles']).toHaveLength(34);
    }
  });
});
