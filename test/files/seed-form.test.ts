import { describe, expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';

const TEXT = `workflow:
  name: stories
  description: Refine stories.
  iterations:
    - name: analysis
      goal: Find out what is asked.
      agents:
        - role: product_analyst
          targets: ["stories/*.md"]
          deliverables: ["stories/{story_id}/requirements.md"]
          complexity_per_target: 3
      completion_criteria: [All stories have requirements]
    - name: design
      dependencies: [analysis]
      agents:
        - role: developer
          targets: ["stories/*/requirements.md"]
          deliverables: ["stories/{story_id}/design.md", "notes.md"]
        - role: qa_lead
          targets: ["stories/*/req*.md"]
agent_roles:
  product_analyst:
    perspective: Product Owner
    responsibilities: [Ask]
    token_budget: 30000
    complexity_threshold: 10
templates: { product_analyst: templates/a.md.j2 }
`;

const load = (text = TEXT) => loadWorkflow(text, 'w.yaml');
const told = (text: string): string[] => load(text).problems.map(problemLine);

test('iterations become stages, and agents steps', () => {
  const { workflow, problems } = load();
  expect(problems).toEqual([]);
  expect(workflow?.steps.map(({ id, role, stage, needs, points }) => ({ id, role, stage, needs, points }))).toEqual([
    { id: 'analysis', role: 'product-analyst', stage: 'analysis', needs: undefined, points: 3 },
    { id: 'design-developer', role: 'developer', stage: 'design', needs: ['analysis'], points: 1 },
    { id: 'design-qa-lead', role: 'qa-lead', stage: 'design', needs: ['analysis'], points: 1 },
  ]);
});

test('a pattern of what an earlier agent delivers means the targets of that agent', () => {
  expect(load().workflow?.steps.map((step) => step.targets?.from)).toEqual([
    { is: 'glob', globs: ['stories/*.md'] },
    { is: 'step', step: 'analysis' },
    { is: 'step', step: 'analysis' },
  ]);
});

test('deliverables are files of the repository, with the name of the target in the place of a name in braces', () => {
  const [, design] = load().workflow?.steps ?? [];
  expect(design?.deliverables.map(({ id, path, in: place }) => ({ id, path, place }))).toEqual([
    { id: 'design', path: 'stories/{{ target.id }}/design.md', place: 'repository' },
    { id: 'notes', path: 'notes.md', place: 'repository' },
  ]);
  expect(design?.prompt).toBe('Start from what was delivered before: stories/{{ target.id }}/requirements.md');
});

test('criteria in prose are left to a reviewer, and that is said', () => {
  const { workflow, notes } = load();
  expect(workflow?.checks).toEqual([
    { id: 'analysis-1', level: 'should', criterion: { check: 'human', text: 'All stories have requirements' } },
  ]);
  expect(notes).toEqual([
    '1 completion criterion is prose: listed in COMPLETION_CRITERIA.md for a reviewer, not judged by iter',
    'templates are not read (templates/a.md.j2): prompts are made from the role and the goal',
  ]);
});

test('roles of the file come with their limits and a persona', () => {
  expect(load().roles?.['product-analyst']).toMatchObject({
    name: 'product-analyst',
    tokenBudget: 30_000,
    complexityThreshold: 10,
    body: expect.stringMatching(/Product Owner[^]*- Ask/) as string,
  });
});

describe('faults point at the line of the file', () => {
  test.each([
    [
      'a misspelt key',
      TEXT.replace('  deliverables: ["notes', '').replace('goal:', 'gaol:'),
      'w.yaml:6:7: unknown key "gaol"; did you mean "goal"?',
    ],
    [
      'a dependency on nothing',
      TEXT.replace('[analysis]', '[analisys]'),
      'w.yaml:14:22: unknown iteration "analisys"; did you mean "analysis"?',
    ],
    [
      'a deliverable outside the repository',
      TEXT.replace('"notes.md"', '"../notes.md"'),
      'w.yaml:16:11: the path "../notes.md" leaves its folder with ".."; name a file such as context/report.md',
    ],
    [
      'a role without a perspective',
      TEXT.replace('perspective:', 'view:'),
      'w.yaml:23:5: the key "perspective" is missing in "product_analyst"; add it',
    ],
  ])('%s', (_name, text, expected) => {
    expect(told(text)).toContain(expected);
  });

  test('targets from two places', () => {
    const text = TEXT.replace('["stories/*/requirements.md"]', '["stories/*/requirements.md", "src/*.ts"]');
    expect(told(text)).toEqual([expect.stringContaining('targets of "developer" come from several places')]);
  });
});
