import { describe, expect, test } from 'vitest';
import type { Check } from '../../src/core/check.ts';
import { type Expansion, expand } from '../../src/core/expand.ts';
import type { Inputs, Role, Step, Targets, Workflow } from '../../src/core/workflow.ts';

const role = (name: string): Role => ({
  name,
  description: name,
  promptTokens: 2000,
  tokenBudget: 50_000,
  complexityThreshold: 5,
  skills: [],
  body: name,
});
const roles = { planner: role('planner'), builder: role('builder'), reviewer: role('reviewer') };

const step = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  title: id,
  role: 'builder',
  deliverables: [],
  checks: [],
  retries: 2,
  timeout: 60_000,
  permission: 'edit',
  estimate: 30,
  points: 1,
  ...more,
});

const itemsOf = (input: string): Targets => ({ from: { is: 'input', input }, strategy: 'one-each', onHigh: 'split' });

const workflow = (steps: readonly Step[], more: Partial<Workflow> = {}): Workflow => ({
  version: 1,
  name: 'small',
  description: '',
  triggers: [],
  inputs: {
    parts: { type: 'list', required: false },
    paths: { type: 'list', required: false },
    test_command: { type: 'string', required: false, default: '' },
    issue: { type: 'string', required: false, default: '{{ iteration.slug }}' },
  },
  environments: {},
  concurrency: 3,
  steps,
  checks: [],
  merge: { strategy: 'linear' },
  ...more,
});

const expanded = (steps: readonly Step[], inputs: Inputs = {}, more: Partial<Workflow> = {}): Expansion =>
  expand({ workflow: workflow(steps, more), iteration: '007-cart', slug: 'cart', inputs, roles, agent: 'rehearsal' });

const picture = ({ tasks }: Expansion): string[] =>
  tasks.map((task) => `${task.id} ${task.step} ${task.group} [${task.targets.join(' ')}] after ${task.needs.join(' ') || '-'}`);
const what = ({ problems }: Expansion): string[] => problems.map((problem) => problem.what);
const idsOf = (checks: readonly Check[]): string[] => checks.map((check) => check.id);

describe('order', () => {
  test('each step becomes one task for each of its targets, and waits for every task of the stage before', () => {
    const steps = [
      step('plan'),
      step('build', { stage: 'make', targets: itemsOf('parts') }),
      step('write', { stage: 'make' }),
      step('review'),
      step('ship'),
    ];
    expect(picture(expanded(steps, { parts: ['a', 'b'] }))).toEqual([
      'T1 plan A [] after -',
      'T2 build B [a] after T1',
      'T3 build B [b] after T1',
      'T4 write B [] after T1',
      'T5 review C [] after T2 T3 T4',
      'T6 ship D [] after T5',
    ]);
  });

  test('explicit needs take the place of the stage before', () => {
    const steps = [step('a'), step('b', { needs: [] }), step('c', { needs: ['a'] }), step('d')];
    expect(picture(expanded(steps))).toEqual(['T1 a A [] after -', 'T2 b B [] after -', 'T3 c C [] after T1', 'T4 d D [] after T3']);
  });

  test('a list without items gives one task for the iteration as a whole', () => {
    expect(picture(expanded([step('build', { targets: itemsOf('parts') })]))).toEqual(['T1 build A [cart] after -']);
  });

  test('after stage Z comes AA', () => {
    const steps = Array.from({ length: 28 }, (_, index) => step(`s${index}`));
    expect(
      expanded(steps)
        .tasks.slice(25)
        .map((task) => task.group),
    ).toEqual(['Z', 'AA', 'AB']);
  });
});

describe('names', () => {
  test('a task has its branch, worker and prompt file from its id, role and target', () => {
    const [task] = expanded([step('build', { targets: itemsOf('parts'), title: 'Build {{ target }}' })], {
      parts: ['src/Tax Rates.js'],
    }).tasks;
    expect(task).toMatchObject({
      id: 'T1',
      title: 'Build src/Tax Rates.js',
      instance: 'builder-tax-rates-001',
      branch: 'refs/heads/iter/007-cart/T1',
      prompt: 'agent-prompts/T1-builder-agent-prompt.md',
      agent: 'rehearsal',
    });
  });

  test('workers of one name are numbered, and steps without targets lend theirs', () => {
    const steps = [step('plan', { role: 'planner' }), step('build', { targets: itemsOf('parts') })];
    const { tasks } = expanded(steps, { parts: ['src/tax.js', 'lib/tax.js', '税'] });
    expect(tasks.map((task) => task.instance)).toEqual(['planner-plan-001', 'builder-tax-001', 'builder-tax-002', 'builder-item-3-001']);
  });

  test('the agent of a step goes before the default', () => {
    expect(expanded([step('a', { agent: 'codex' }), step('b')]).tasks.map((task) => task.agent)).toEqual(['codex', 'rehearsal']);
  });
});

describe('texts', () => {
  test('values take the place of placeholders in titles, paths and prompts', () => {
    const prompt =
      '{{ task.id }}: {{ target }} ({{ target.stem }}, {{ target.slug }}) of {{ inputs.parts }} in {{ iteration.name }}/{{ iteration.slug }}';
    const deliverables = [{ id: 'out', path: 'context/{{ target.slug }}.md', in: 'iteration', level: 'must', checks: [] }] as const;
    const { prompts, tasks } = expanded([step('build', { targets: itemsOf('parts'), prompt, deliverables })], {
      parts: ['src/a.b.js', 'c'],
    });
    expect(prompts).toEqual({
      T1: 'T1: src/a.b.js (a-b, src-a-b-js) of src/a.b.js, c in 007-cart/cart',
      T2: 'T2: c (c, c) of src/a.b.js, c in 007-cart/cart',
    });
    expect(tasks.map((task) => task.deliverables[0]?.path)).toEqual(['context/src-a-b-js.md', 'context/c.md']);
  });

  test('what a person typed is never read as a placeholder', () => {
    const { prompts } = expanded([step('build', { prompt: 'Do {{ inputs.issue }}' })], { issue: '{{ inputs.parts }} $& {{ x' });
    expect(prompts).toEqual({ T1: 'Do {{ inputs.parts }} $& {{ x' });
  });

  test('a default may use the slug', () => {
    expect(expanded([step('a', { prompt: '{{ inputs.issue }}' })]).prompts).toEqual({ T1: 'cart' });
  });
});

describe('checks', () => {
  const file = { in: 'iteration', file: 'context/out.md' } as const;
  const out = { id: 'report', path: file.file, in: 'iteration', level: 'must' } as const;

  test('every deliverable has to exist at its level, and every task is kept out of the iterations', () => {
    const { checks } = expanded([step('a', { deliverables: [{ ...out, level: 'should', checks: [] }] })]);
    expect(checks).toEqual([
      { id: 'T1.report', task: 'T1', level: 'should', check: 'exists', ...file },
      { id: 'T1.protected', task: 'T1', level: 'must', check: 'scope', allow: [], deny: ['iterations/**'] },
    ]);
  });

  test('ids come from the task, the deliverable and the kind, or as given, and are never shared', () => {
    const checks = [
      { level: 'must', criterion: { check: 'headings', ...file, headings: ['A'] } },
      { level: 'must', criterion: { check: 'headings', ...file, headings: ['B'] } },
      { id: 'shape', level: 'must', criterion: { check: 'format', ...file, format: 'markdown' } },
    ] as const;
    const own = [
      { level: 'must', criterion: { check: 'commits', min: 1 } },
      { id: 'tests', level: 'must', criterion: { check: 'command', run: 'npm test', timeout: 1 } },
      { level: 'must', criterion: { check: 'scope', allow: ['src/**'], deny: [] } },
    ] as const;
    const whole = [
      { id: 'tests', level: 'must', criterion: own[1].criterion },
      { level: 'must', criterion: own[1].criterion },
    ] as const;
    const { checks: found } = expanded([step('a', { deliverables: [{ ...out, checks }], checks: own })], {}, { checks: whole });
    expect(idsOf(found)).toEqual([
      'T1.report',
      'T1.report.headings',
      'T1.report.headings-2',
      'T1.shape',
      'T1.commits',
      'T1.tests',
      'T1.scope',
      'T1.protected',
      'tests',
      'command',
    ]);
    expect(found.at(-1)).not.toHaveProperty('task');
  });

  test('an exists check that is written out stands in for the implied one', () => {
    const checks = [{ level: 'nice', criterion: { check: 'exists', ...file } }] as const;
    const found = expanded([step('a', { deliverables: [{ ...out, checks }] })]).checks;
    expect(found.map((check) => `${check.id} ${check.level}`)).toEqual(['T1.report nice', 'T1.protected must']);
  });

  test('a check with the id "protected" stands in for the built-in protection', () => {
    const own = [{ id: 'protected', level: 'must', criterion: { check: 'scope', allow: [], deny: ['iterations/0*/**'] } }] as const;
    expect(expanded([step('a', { checks: own })]).checks).toEqual([
      { id: 'T1.protected', task: 'T1', level: 'must', check: 'scope', allow: [], deny: ['iterations/0*/**'] },
    ]);
  });

  const asked = [
    { level: 'must', criterion: { check: 'command', run: '{{ inputs.test_command }}', timeout: 1 } },
    { id: 'within', level: 'should', criterion: { check: 'scope', allow: ['{{ inputs.paths }}'], deny: [] } },
    { id: 'locks', level: 'should', criterion: { check: 'scope', allow: ['{{ inputs.paths }}'], deny: ['*.lock'] } },
  ] as const;

  test('a check that an empty input leaves without content is dropped', () => {
    const { checks } = expanded([step('a', { checks: asked })], { test_command: '  ', paths: '' });
    expect(checks.map((check) => [check.id, 'allow' in check ? check.allow : undefined])).toEqual([
      ['T1.locks', []],
      ['T1.protected', []],
    ]);
  });

  test('a list stands for as many patterns as it has items, and a command is taken as it is', () => {
    const { checks } = expanded([step('a', { checks: asked })], { test_command: ' npm run "{{ test }}" ', paths: 'src/**, test/**' });
    expect(checks).toMatchObject([
      { id: 'T1.command', run: 'npm run "{{ test }}"' },
      { id: 'T1.within', allow: ['src/**', 'test/**'] },
      { id: 'T1.locks', allow: ['src/**', 'test/**'], deny: ['*.lock'] },
      { id: 'T1.protected' },
    ]);
  });

  test('a value in a pattern stands for itself', () => {
    const own = [{ level: 'must', criterion: { check: 'matches', ...file, pattern: '^{{ target }}$' } }] as const;
    const { checks } = expanded([step('a', { targets: itemsOf('parts'), checks: own })], { parts: ['a.b(c)'] });
    expect(checks[0]).toMatchObject({ pattern: '^a\\.b\\(c\\)$' });
  });
});

test('a gate reads the first file its step delivers into the iteration folder', () => {
  const deliverables = [
    { id: 'code', path: 'notes.md', in: 'repository', level: 'must', checks: [] },
    { id: 'review', path: 'context/{{ iteration.slug }}.md', in: 'iteration', level: 'must', checks: [] },
  ] as const;
  const { tasks } = expanded([step('build'), step('review', { deliverables, gate: { goto: 'build', max: 3 } })]);
  expect(tasks[1]?.gate).toEqual({ report: 'context/cart.md', goto: 'build', max: 3 });
});

test('tokens are the prompt and the points of the target; risk grows with the chain before', () => {
  const { tasks } = expanded([step('plan'), step('build', { targets: itemsOf('parts'), points: 5, estimate: 45 })], { parts: ['a'] });
  expect(tasks.map(({ estimateTokens, estimateMinutes, risk }) => ({ estimateTokens, estimateMinutes, risk }))).toEqual([
    { estimateTokens: 3000, estimateMinutes: 30, risk: { score: 10, level: 'low' } },
    { estimateTokens: 7000, estimateMinutes: 45, risk: { score: 19, level: 'low' } },
  ]);
});

test('two steps of one stage on the same target overlap', () => {
  const steps = [step('a', { stage: 's', targets: itemsOf('parts') }), step('b', { stage: 's', targets: itemsOf('paths') })];
  const { tasks } = expanded(steps, { parts: ['x', 'y'], paths: ['x'] });
  expect(tasks.map((task) => task.risk.score)).toEqual([29, 14, 29]);
});

describe('problems', () => {
  const shared = [{ id: 'out', path: 'context/Out.md', in: 'iteration', level: 'must', checks: [] }] as const;

  test('two tasks cannot deliver one file of the iteration folder, but may change one file of the repository', () => {
    const both = (place: 'iteration' | 'repository'): string[] =>
      what(expanded([step('a', { targets: itemsOf('parts'), deliverables: [{ ...shared[0], in: place }] })], { parts: ['x', 'y'] }));
    expect(both('iteration')).toEqual(['T1 and T2 both deliver "context/Out.md"']);
    expect(both('repository')).toEqual([]);
  });

  test('a target cannot lead a deliverable or a check out of its folder', () => {
    const deliverables = [{ ...shared[0], path: '{{ target }}' }];
    const found = expanded([step('a', { targets: itemsOf('parts'), deliverables })], { parts: ['../x', '/y', 'manifest.json'] });
    expect(what(found)).toEqual([
      'T1: the deliverable path "../x" leaves its folder with ".."',
      'T2: the deliverable path "/y" is absolute',
      'T3: the deliverable path "manifest.json" is written by iter itself',
      'check T1.out: the path "../x" leaves its folder with ".."',
      'check T2.out: the path "/y" is absolute',
    ]);
  });

  test('unknown roles, repeated targets and inputs that cannot be are told together', () => {
    const inputs = { n: { type: 'number', required: false }, must: { type: 'string', required: true, description: 'the goal' } } as const;
    const parts = { type: 'list', required: false } as const;
    const found = expanded(
      [step('a', { role: 'bilder', targets: itemsOf('parts') })],
      { parts: 'x, y, x', n: 'many', isue: '1' },
      { inputs: { ...inputs, parts } },
    );
    expect(found.problems).toEqual([
      { what: 'workflow "small" has no input "isue"', fix: 'use one of n, must, parts' },
      { what: 'input "n" is "many"', fix: 'give a number' },
      { what: 'input "must" (the goal) is missing', fix: 'give it with --input must=…' },
      { what: 'step "a" has the unknown role "bilder"', fix: 'did you mean "builder"?' },
      { what: 'step "a" has the target "x" twice', fix: 'name it once in the input "parts"' },
    ]);
  });
});

describe('targets that are joined each, and alternatives', () => {
  test('a task waits only for the tasks that have its targets', () => {
    const found = expanded(
      [
        step('build', { targets: itemsOf('parts') }),
        step('check', { targets: { from: { is: 'step', step: 'build' }, strategy: 'one-each', onHigh: 'split' }, join: 'each' }),
        step('all'),
      ],
      { parts: ['a', 'b'] },
    );
    expect(picture(found)).toEqual([
      'T1 build A [a] after -',
      'T2 build A [b] after -',
      'T3 check B [a] after T1',
      'T4 check B [b] after T2',
      'T5 all C [] after T3 T4',
    ]);
  });

  test('each alternative is a task with its own agent and words, and the pick waits for all of them', () => {
    const found = expanded([
      step('build', {
        title: 'Build by {{ alternative.how }}',
        prompt: 'Use {{ alternative.how }}.',
        alternatives: [
          { id: 'a', agent: 'codex', values: { how: 'tables' } },
          { id: 'b', prompt: 'Keep it short.', values: { how: 'code' } },
        ],
      }),
      step('bench'),
      step('choose', { role: 'pick', pick: { from: 'build', tie: 'human', by: 'alternative.lines' } }),
    ]);
    expect(picture(found)).toEqual([
      'T1 build A [] after -',
      'T2 build A [] after -',
      'T3 bench B [] after T1 T2',
      'T4 choose C [] after T1 T2 T3',
    ]);
    expect(found.tasks.map(({ title, agent, alternative }) => ({ title, agent, alternative }))).toEqual([
      { title: 'Build by tables', agent: 'codex', alternative: 'a' },
      { title: 'Build by code', agent: 'rehearsal', alternative: 'b' },
      { title: 'bench', agent: 'rehearsal', alternative: undefined },
      { title: 'choose', agent: 'manual', alternative: undefined },
    ]);
    expect(found.prompts).toEqual({ T1: 'Use tables.', T2: 'Use code.\nKeep it short.' });
    expect(found.tasks[3]?.pick).toEqual({ among: ['T1', 'T2'], by: 'alternative.lines', tie: 'human' });
  });
});
