import { describe, expect, test } from 'vitest';
import { type Expansion, expand } from '../../src/core/expand.ts';
import type { Globs } from '../../src/core/targets.ts';
import { valuesOfTarget } from '../../src/core/targets.ts';
import type { Role, Step, Targets, Workflow } from '../../src/core/workflow.ts';

const role = (name: string, complexityThreshold: number): Role => ({
  name,
  description: name,
  promptTokens: 2000,
  tokenBudget: 50_000,
  complexityThreshold,
  skills: [],
  body: name,
});
const roles = { analyst: role('analyst', 10), developer: role('developer', 5) };

const files: Targets = { from: { is: 'glob', globs: ['stories/*.md'] }, as: 'story', strategy: 'balanced', onHigh: 'split' };

const step = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  title: `${id}: {{ target }}`,
  role: 'developer',
  targets: files,
  deliverables: [],
  checks: [],
  retries: 2,
  timeout: 60_000,
  permission: 'edit',
  estimate: 30,
  points: 5,
  ...more,
});

const workflow = (steps: readonly Step[]): Workflow => ({
  version: 1,
  name: 'stories',
  description: '',
  triggers: [],
  inputs: {},
  environments: {},
  concurrency: 3,
  steps,
  checks: [],
  merge: { strategy: 'linear' },
});

const named = (...names: readonly string[]): Globs => ({ 'stories/*.md': names.map((name) => `stories/${name}.md`) });
const numbered = (count: number): Globs => named(...Array.from({ length: count }, (_, index) => `s${String(index + 1).padStart(2, '0')}`));
const expanded = (steps: readonly Step[], globs: Globs): Expansion =>
  expand({ workflow: workflow(steps), iteration: '007-cart', slug: 'cart', inputs: {}, roles, agent: 'rehearsal', globs });
const whats = ({ problems }: Expansion): string[] => problems.map((problem) => problem.what);

test('files are packed by the threshold of the role, and workers are numbered', () => {
  const { tasks, points } = expanded([step('design')], numbered(12));
  expect(tasks.map((task) => [task.id, task.instance, task.title, task.targets.length, points[task.id], task.risk.score])).toEqual([
    ['T1', 'developer-001', 'design: 4 targets', 4, 20, 41],
    ['T2', 'developer-002', 'design: 4 targets', 4, 20, 41],
    ['T3', 'developer-003', 'design: 4 targets', 4, 20, 41],
  ]);
});

test('a step may take the targets of an earlier one and share them out anew', () => {
  const steps = [
    step('analyse', { role: 'analyst', points: 1 }),
    step('design', { targets: { ...files, from: { is: 'step', step: 'analyse' } } }),
  ];
  expect(
    expanded(steps, numbered(6)).tasks.map((task) => `${task.step} ${task.targets.length} after ${task.needs.join(' ') || '-'}`),
  ).toEqual(['analyse 6 after -', 'design 3 after T1', 'design 3 after T1']);
});

test('the limits of the step go before those of the role', () => {
  const sizes = (more: Partial<Targets>): number[] =>
    expanded([step('design', { targets: { ...files, ...more } })], numbered(4)).tasks.map((task) => task.targets.length);
  expect([sizes({}), sizes({ maxTargets: 2 }), sizes({ maxPoints: 5 }), sizes({ strategy: 'one-each' })]).toEqual([
    [4],
    [2, 2],
    [1, 1, 1, 1],
    [1, 1, 1, 1],
  ]);
});

describe('a task of several targets', () => {
  const deliverable = (path: string) => ({ id: 'design', path, in: 'repository', level: 'must', checks: [] }) as const;

  test('delivers one file for each where the path names the target, and is checked for each', () => {
    const { tasks, checks } = expanded(
      [step('design', { deliverables: [deliverable('out/{{ story.id }}/design.md'), { ...deliverable('out/all.md'), id: 'all' }] })],
      named('A1', 'b 2'),
    );
    expect(tasks[0]?.deliverables.map(({ path }) => path)).toEqual(['out/A1/design.md', 'out/b-2/design.md', 'out/all.md']);
    expect(checks.map((check) => check.id)).toEqual(['T1.design.A1', 'T1.design.b-2', 'T1.all', 'T1.protected']);
  });

  test('is asked line by line, and kept within the paths of all its targets by one check', () => {
    const own = [{ level: 'must', criterion: { check: 'scope', allow: ['src/{{ target.stem }}/**', 'docs/**'], deny: [] } }] as const;
    const { prompts, checks } = expanded(
      [step('design', { prompt: 'Design them.\n- {{ story }}\nAll of them.', checks: own })],
      named('a', 'b'),
    );
    expect(prompts).toEqual({ T1: 'Design them.\n- stories/a.md\n- stories/b.md\nAll of them.' });
    expect(checks[0]).toMatchObject({ id: 'T1.scope', allow: ['src/a/**', 'src/b/**', 'docs/**'] });
  });

  test('does not exist where each target has a review of its own', () => {
    const review = { id: 'review', path: 'context/{{ target.slug }}.md', in: 'iteration', level: 'must', checks: [] } as const;
    const steps = [step('design'), step('review', { deliverables: [review], gate: { goto: 'design', max: 3 } })];
    expect(expanded(steps, numbered(2)).tasks.map((task) => [task.targets.length, task.gate?.report])).toEqual([
      [2, undefined],
      [1, 'context/stories-s01-md.md'],
      [1, 'context/stories-s02-md.md'],
    ]);
  });

  test('cannot deliver one file for two targets under a path that names the target', () => {
    const found = expanded([step('design', { deliverables: [deliverable('out/{{ target.stem }}.md')] })], named('a.x', 'A.x'));
    expect(whats(found)).toEqual(['step "design": the targets "stories/A.x.md" and "stories/a.x.md" both deliver "out/a-x.md"']);
  });
});

describe('high risk', () => {
  const heavy = (onHigh: Targets['onHigh']): Expansion =>
    expanded([step('design', { points: 60, targets: { ...files, onHigh } })], numbered(1));

  test('of one target that nothing can split is told', () => {
    expect(heavy('split').warnings).toEqual(['the risk of T1 is 72 of 100 (1 target, 60 points, 62000 tokens)']);
    expect(heavy('warn').problems).toEqual([]);
  });

  test('stops the iteration where the step refuses it', () => {
    expect(whats(heavy('refuse'))).toEqual(['step "design": the risk of T1 is 72 of 100 (1 target, 60 points, 62000 tokens)']);
  });

  test('splits targets as long as there are several', () => {
    const before = [step('plan'), step('sketch')];
    const sizes = (onHigh: Targets['onHigh']): number[] => {
      const { tasks } = expanded([...before, step('design', { points: 9.5, targets: { ...files, onHigh } })], numbered(5));
      return tasks.filter((task) => task.step === 'design').map((task) => task.targets.length);
    };
    expect([sizes('warn'), sizes('split')]).toEqual([[5], [3, 2]]);
  });
});

test('a pattern that no file matches is a problem', () => {
  expect(whats(expanded([step('design')], {}))).toEqual(['step "design": no file of the repository matches "stories/*.md"']);
});

test('the id of a target is its file name as written where that is safe in a path, else its stem', () => {
  const ids = ['a/US-001.md', 'b/Tax Rates.md', 'c/..md', '税', 'd/.env', "e/o'clock.md"].map(
    (target, place) => valuesOfTarget(target, place, undefined)['target.id'],
  );
  expect(ids).toEqual(['US-001', 'tax-rates', 'item-3', 'item-4', 'env', 'o-clock']);
});
