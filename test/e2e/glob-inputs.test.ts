import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, write } from '../rig/repository.ts';

const FLOW = `version: 1
name: pages
description: Looks at pages.
inputs: { pages: { type: string, default: "docs/*.md" } }
steps:
  - { id: look, role: scribe, targets: { glob: "{{ inputs.pages }}" }, deliverables: [{ id: notes, path: "notes/{{ task.id }}.md" }] }
`;
const project = (): string => repositoryWith({ 'docs/a.md': 'a\n', 'docs/b.md': 'b\n', 'guide/c.md': 'c\n', 'workflows/pages.yaml': FLOW });
const targetsOf = async (...flags: readonly string[]): Promise<unknown> =>
  jsonOf(await done(project(), ['new', 'try', '-w', 'pages', '--agent', 'rehearsal', '--json', ...flags]))['tasks'];

describe('an iteration that goes on from an earlier one', () => {
  const flags = ['--agent', 'rehearsal', '--json'];

  it('has its workflow, inputs and reports, where no flag says otherwise', async () => {
    const root = project();
    await done(root, ['new', 'first', '-w', './workflows/pages.yaml', '--input', 'pages=guide/*', ...flags]);
    write(root, { 'iterations/001-first/INTEGRATION_REPORT.md': '# What landed\n' });
    const second = jsonOf(await done(root, ['new', 'second', '--from', '1', ...flags]));
    const third = jsonOf(await done(root, ['new', 'third', '--from', 'first', '--input', 'pages=docs/a.md', ...flags]));
    expect([second, third]).toMatchObject([
      { iteration: '002-second', tasks: [{ targets: ['guide/c.md'] }] },
      { iteration: '003-third', tasks: [{ targets: ['docs/a.md'] }] },
    ]);
    expect(readFileSync(path.join(root, 'iterations', '002-second', 'context', 'given', 'INTEGRATION_REPORT.md'), 'utf8')).toBe(
      '# What landed\n',
    );
    const ended = await iter(root, ['new', 'fourth', '--from', 'nothing']);
    expect([ended.exit, ended.stderr.includes('nothing')]).toEqual([2, true]);
  });
});

describe('an input in the pattern of targets', () => {
  it('says which files the step is done on', async () => {
    expect(await targetsOf()).toMatchObject([{ targets: ['docs/a.md', 'docs/b.md'] }]);
    expect(await targetsOf('--input', 'pages=guide/*')).toMatchObject([{ targets: ['guide/c.md'] }]);
  });

  it.each([
    ['../*', '"../*" of its targets leaves its folder with ".."'],
    ['', 'of its targets is empty'],
    ['none/*', 'no file of the repository matches "none/*"'],
  ])('of %j is refused, with the line of the step', async (value, says) => {
    const ended = await iter(project(), ['new', 'try', '-w', 'pages', '--agent', 'rehearsal', '--input', `pages=${value}`]);
    expect([ended.exit, ended.stderr.startsWith('workflows/pages.yaml:6: step "look"'), ended.stderr.includes(says)]).toEqual([
      2,
      true,
      true,
    ]);
  });

  it('has files to be rehearsed on', async () => {
    expect((await iter(project(), ['rehearse', '-w', 'pages'])).stdout).toBe('pages: 1 pass\n');
  });
});
