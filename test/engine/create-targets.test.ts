import { symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Workflow } from '../../src/core/workflow.ts';
import { globsOf } from '../../src/engine/create-targets.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';
import { repositoryWith, write } from '../rig/repository.ts';

function workflowOver(glob: string): Workflow {
  const { workflow } = loadWorkflow(`version: 1\nname: w\nsteps:\n  - { id: a, role: b, targets: { glob: "${glob}" } }\n`, 'w.yaml');
  if (workflow === undefined) throw new Error('the workflow of this test is broken');
  return workflow;
}

test('tracked and untracked files count; ignored and deleted ones, links and iterations do not', async () => {
  const root = repositoryWith({ '.gitignore': 'b.md\n', 'a.md': 'a', 'gone.md': 'x', 'sub/d.md': 'd' });
  write(root, { 'b.md': 'ignored', 'c.md': 'new', 'iterations/001-x/README.md': 'ours' });
  unlinkSync(path.join(root, 'gone.md'));
  symlinkSync('/etc/hosts', path.join(root, 'link.md'));
  symlinkSync('/etc', path.join(root, 'etc'));
  expect(await globsOf(root, workflowOver('**/*.md'), undefined)).toEqual({
    globs: { '**/*.md': ['a.md', 'c.md', 'sub/d.md'] },
    problems: [],
  });
});

test('a name with a line break in it is refused, one with spaces and quotes is not', async () => {
  const root = repositoryWith({ "it's a.md": 'a' });
  writeFileSync(path.join(root, 'two\nlines.md'), 'b');
  const { globs, problems } = await globsOf(root, workflowOver('*.md'), undefined);
  expect(globs['*.md']).toEqual(["it's a.md", 'two\nlines.md']);
  expect(problems.map((problem) => problem.what)).toEqual(['the name of the target "two\\nlines.md" holds a control character']);
});
