import { describe, expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith } from '../rig/repository.ts';

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
