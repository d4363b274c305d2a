import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { done, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, sh, write } from '../rig/repository.ts';

const FORM = readFileSync(path.join(import.meta.dirname, 'fixtures', 'seed-form.yaml.txt'), 'utf8');
const STORIES = { 'stories/US-001.md': '# Log in\n', 'stories/US-002.md': '# Pay\n', 'stories/search.md': '# Search\n' };

interface Task {
  readonly id: string;
  readonly step: string;
  readonly role: string;
  readonly targets: readonly string[];
  readonly needs: readonly string[];
}

function refinement(stories: Readonly<Record<string, string>> = STORIES): string {
  const root = repositoryWith(stories);
  write(path.dirname(root), { 'refine.yaml': FORM });
  return root;
}

it('a workflow written as iterations with agents runs as it is: both stages are shared out, launched, judged and landed', async () => {
  const root = refinement();
  const made = await done(root, ['new', 'refine', '-w', '../refine.yaml', '--agent', 'rehearsal', '--json']);
  await done(root, ['launch']);
  const judged = await done(root, ['validate', '--json']);
  await done(root, ['merge']);
  expect({
    tasks: (jsonOf(made)['tasks'] as Task[]).map(({ step, role, targets, needs }) => [step, role, targets.length, needs]),
    said: made.stderr.trim().split('\n'),
    decision: jsonOf(judged)['decision'],
    landed: sh(root, 'ls-tree', '-r', '--name-only', 'main', 'stories/US-001', 'stories/US-002', 'stories/search').split('\n'),
  }).toEqual({
    tasks: [
      ['requirements-analysis', 'product-analyst', 3, []],
      ['technical-design', 'developer', 3, ['T1']],
    ],
    said: [
      'warning: 6 completion criteria are prose: listed in COMPLETION_CRITERIA.md for a reviewer, not judged by iter',
      'warning: templates are not read (templates/product-analyst.md.j2, templates/developer.md.j2): prompts are made from the role and the goal',
    ],
    decision: 'GO',
    landed: ['US-001', 'US-002', 'search'].flatMap((id) =>
      ['requirements', 'technical-design', 'test-plan'].map((name) => `stories/${id}/${name}.md`),
    ),
  });
});

it('twelve stories are two analysts and three developers, as --dry-run shows', async () => {
  const stories = Array.from({ length: 12 }, (_, index) => [`stories/s${String(index + 1).padStart(2, '0')}.md`, '# Story\n']);
  const root = refinement(Object.fromEntries(stories) as Record<string, string>);
  const shown = await done(root, ['new', 'refine', '-w', '../refine.yaml', '--agent', 'rehearsal', '--dry-run']);
  expect(
    shown.stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().replaceAll(/ {2,}/g, ' ')),
  ).toEqual([
    'A T1 Requirements analysis: 6 targets product-analyst (rehearsal) 6 targets, 18 points, 20000 tokens, risk 46 medium',
    'A T2 Requirements analysis: 6 targets product-analyst (rehearsal) 6 targets, 18 points, 20000 tokens, risk 46 medium',
    'B T3 Technical design: 4 targets developer (rehearsal), after T1, T2 4 targets, 20 points, 22000 tokens, risk 43 medium',
    'B T4 Technical design: 4 targets developer (rehearsal), after T1, T2 4 targets, 20 points, 22000 tokens, risk 43 medium',
    'B T5 Technical design: 4 targets developer (rehearsal), after T1, T2 4 targets, 20 points, 22000 tokens, risk 43 medium',
  ]);
});

it('stories may be named on the command line instead, and none at all is a problem', async () => {
  const root = refinement({ 'backlog/one.md': '# One\n' });
  const named = await done(root, [
    'new',
    'refine',
    '-w',
    '../refine.yaml',
    '--agent',
    'rehearsal',
    '--targets',
    'backlog/*.md',
    '--json',
    '-n',
  ]);
  const none = await iter(root, ['new', 'refine', '-w', '../refine.yaml', '--agent', 'rehearsal']);
  expect((jsonOf(named)['tasks'] as Task[]).map((task) => task.targets)).toEqual([['backlog/one.md'], ['backlog/one.md']]);
  expect([none.exit, none.stderr]).toEqual([2, expect.stringContaining('no file of the repository matches "stories/*.md"')]);
});
