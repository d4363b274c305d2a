import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasAgent } from '../../src/core/actor.ts';
import { expand } from '../../src/core/expand.ts';
import { problemLine } from '../../src/core/problem.ts';
import type { Inputs, Role, Workflow } from '../../src/core/workflow.ts';
import { loadRole } from '../../src/files/role.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';
import { shelf } from '../rig/shelf.ts';

const root = join(import.meta.dirname, '..', '..');
const textsOf = (folder: string, extension: string): [string, string][] =>
  readdirSync(join(root, folder))
    .filter((file) => file.endsWith(extension))
    .map((file) => [file.slice(0, -extension.length), readFileSync(join(root, folder, file), 'utf8')]);

const library = textsOf('workflows', '.yaml');
const roles: Readonly<Record<string, Role>> = Object.fromEntries(
  textsOf('roles', '.md').flatMap(([name, text]) => {
    const { role } = loadRole(text, `${name}.md`);
    return role === undefined ? [] : [[name, role]];
  }),
);

function workflowNamed(name: string): Workflow {
  const text = library.find(([each]) => each === name)?.[1] ?? '';
  const { workflow } = loadWorkflow(text, `${name}.yaml`, shelf(Object.fromEntries(library)));
  if (workflow === undefined) throw new Error(`${name} does not load`);
  return workflow;
}

/** What a person has to give: the required inputs. */
function neededInputs(workflow: Workflow): Inputs {
  const needed = Object.entries(workflow.inputs).filter(([, input]) => input.required && input.default === undefined);
  return Object.fromEntries(needed.map(([name]) => [name, 'x']));
}

function expanded(workflow: Workflow, environment: string): ReturnType<typeof expand> {
  const stories = ['stories/login.md', 'stories/logout.md', 'stories/reset.md'];
  const request = { workflow, iteration: '001-try', slug: 'try', inputs: neededInputs(workflow), roles, agent: 'rehearsal', environment };
  return expand({ ...request, globs: { 'stories/*.md': stories } });
}

/** Ids of the steps a person does, in order. */
const checkpointsOf = (workflow: Workflow): string[] => workflow.steps.flatMap((step) => (step.human === undefined ? [] : [step.id]));
const workOf = (workflow: Workflow): string[] => workflow.steps.flatMap((step) => (step.human === undefined ? [step.id] : []));

test('every workflow that is asked for ships', () => {
  expect(library.map(([name]) => name).sort()).toEqual([
    'api-change',
    'backend-feature',
    'bug-triage',
    'code-review',
    'compare-approaches',
    'database-performance',
    'devops-pipeline',
    'docs-refresh',
    'error-investigation',
    'feature-pipeline',
    'incident-post-mortem',
    'incident-response',
    'integration-setup',
    'long-running-project',
    'migration-runbook',
    'plan-build-review-doc',
    'rfc',
    'security-change',
    'security-fix',
    'task-execution',
    'triage',
    'user-story-refinement',
  ]);
});

describe.each(library)('the workflow %s', (name, text) => {
  test('loads without a problem, under the name of its file', () => {
    const { workflow, problems } = loadWorkflow(text, `${name}.yaml`, shelf(Object.fromEntries(library)));
    expect(problems.map(problemLine)).toEqual([]);
    expect(workflow?.name).toBe(name);
  });

  test('says what it is for, when to take it, and how much of a person it needs', () => {
    const workflow = workflowNamed(name);
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/schemas\/workflow\.schema\.json\n# \S/);
    expect(workflow.description).not.toBe('');
    expect(workflow.triggers.length).toBeGreaterThan(0);
    expect(workflow.environments).toEqual({ dev: { human: 'optional' }, prod: { human: 'required' } });
  });

  test.each(['dev', 'prod'])('becomes tasks without a problem in %s', (environment) => {
    const workflow = workflowNamed(name);
    const { tasks, problems } = expanded(workflow, environment);
    expect(problems.map(problemLine)).toEqual([]);
    expect([...new Set(tasks.map((task) => task.step))]).toEqual(workflow.steps.map((step) => step.id));
  });

  test('runs without a command of its own', () => {
    const { checks } = expanded(workflowNamed(name), 'dev');
    expect(checks.filter((check) => check.check === 'command')).toEqual([]);
  });

  test('asks every agent for something it can check, and tells it what to do', () => {
    const silent = workflowNamed(name).steps.filter(
      (step) => hasAgent(step) && (step.prompt === undefined || step.deliverables.length + step.checks.length === 0),
    );
    expect(silent.map((step) => step.id)).toEqual([]);
  });

  test('sends work back to somebody else than the one who judged it', () => {
    const workflow = workflowNamed(name);
    const roleOf = (id: string | undefined): string | undefined => workflow.steps.find((step) => step.id === id)?.role;
    const own = workflow.steps.filter((step) => step.gate !== undefined && roleOf(step.gate.goto) === step.role);
    expect(own.map((step) => step.id)).toEqual([]);
  });
});

test('the feature pipeline has nine steps and four checkpoints, after the scope is closed', () => {
  const workflow = workflowNamed('feature-pipeline');
  expect(workOf(workflow)).toEqual([
    'design',
    'design-review',
    'test-cases',
    'implementation-outline',
    'quality-feedback',
    'code-review',
    'resolution',
    'write-up',
    'customer-doc',
  ]);
  expect(checkpointsOf(workflow)).toEqual(['scope', 'checkpoint-1', 'checkpoint-2', 'checkpoint-3', 'checkpoint-4']);
});

test('every item of the scope has to be named by the design, the test cases and the page', () => {
  const workflow = workflowNamed('feature-pipeline');
  const inputs = { scope: 'cert-manager, SPIRE, Vault' };
  const { checks } = expand({ workflow, iteration: '001-try', slug: 'try', inputs, roles, agent: 'rehearsal', environment: 'dev' });
  const naming = checks.flatMap((check) => (check.check === 'contains' && check.words.includes('Vault') ? [check.words] : []));
  expect(naming).toEqual(Array.from({ length: 3 }, () => ['cert-manager', 'SPIRE', 'Vault']));
});

test('nothing but a person starts the feature pipeline in prod, and nobody has to look in dev', () => {
  const modes = (environment: string): (string | undefined)[] =>
    expanded(workflowNamed('feature-pipeline'), environment).tasks.flatMap((task) => (task.human === undefined ? [] : [task.human.mode]));
  expect(modes('dev')).toEqual(['off', 'optional', 'optional', 'optional', 'optional']);
  expect(modes('prod')).toEqual(['required', 'required', 'required', 'required', 'required']);
});

test('the shipped conditions, each a branch to be rehearsed both ways', () => {
  // those of triage are those of the workflows it uses
  const conditions = library
    .filter(([name]) => name !== 'triage')
    .flatMap(([name]) =>
      workflowNamed(name).steps.flatMap((step) => (step.when === undefined ? [] : [`${name} ${step.id}: ${step.when}`])),
    );
  expect(conditions).toMatchInlineSnapshot(`
    [
      "api-change breaking-change: steps.compatibility.outputs.change == 'breaking'",
      "backend-feature database: steps.triage.outputs.data_model == 'changes'",
      "backend-feature context-save: steps.triage.outputs.complexity == 'high'",
      "bug-triage more-facts: steps.reproduce.outputs.outcome == 'not-reproduced'",
      "database-performance architecture: steps.investigate.outputs.schema == 'changes'",
      "database-performance not-faster: steps.validation.outputs.result != 'improved'",
      "devops-pipeline architecture: steps.triage.outputs.classification == 'infrastructure' && steps.triage.outputs.services == 'affected'",
      "devops-pipeline broken-contract: steps.architecture.outputs.contracts == 'broken'",
      "docs-refresh upgrade-notes: steps.changes.outputs.breaking == 'some'",
      "error-investigation analyze-backend: steps.detect.outputs.domain == 'backend'",
      "error-investigation analyze-database: steps.detect.outputs.domain == 'database'",
      "incident-response communicate: steps.triage.outputs.customers == 'affected'",
      "integration-setup mcp-server: inputs.mcp",
      "security-fix research: steps.assess.outputs.vulnerability == 'unknown'",
    ]
  `);
});

test('triage does the one of seven workflows that fits, as that workflow says', () => {
  const whole = workflowNamed('triage');
  const { steps } = whole;
  const field = steps[0]?.deliverables[0]?.fields?.['workflow'];
  const kinds = typeof field === 'object' ? field : [];
  expect(kinds).toHaveLength(7);
  for (const kind of kinds) {
    const works = (list: Workflow['steps'], { checklists = {} }: Workflow, prefix: string): unknown[] =>
      list
        .filter(({ human }) => human === undefined)
        .map(({ id, role, timeout, permission, retries, checklist = '' }) => [
          `${prefix}${id}`,
          role,
          timeout,
          permission,
          retries,
          checklists[checklist],
        ]);
    const used = steps.filter(({ id }) => id.startsWith(`do-${kind}-`));
    const own = workflowNamed(kind);
    expect(works(used, whole, '')).toEqual(works(own.steps, own, `do-${kind}-`));
    expect(used.every(({ when }) => when?.includes(`steps.classify.outputs.workflow == "${kind}"`) === true)).toBe(true);
  }
});

test('the rfc is the design half of the feature pipeline, and writes no code', () => {
  const half = workOf(workflowNamed('feature-pipeline')).slice(0, 4);
  expect(workOf(workflowNamed('rfc'))).toEqual(['problem', ...half, 'publish']);
  expect(checkpointsOf(workflowNamed('rfc'))).toEqual(['checkpoint-1', 'checkpoint-2']);
});

test('the examples of the guide load', () => {
  const guide = readFileSync(join(root, 'docs', 'workflows.md'), 'utf8');
  const [overlay = '', using = ''] = [...guide.slice(guide.indexOf('## Changing a workflow')).matchAll(/```yaml\n([^`]*)```/g)].map(
    (match) => match[1] ?? '',
  );
  const head = [
    'version: 1',
    'name: guide',
    'inputs: { issue: { type: string }, test_command: { type: string }, with_login: { type: boolean } }',
    'steps:',
  ];
  const classify = '  - { id: classify, role: planner, deliverables: [{ id: c, path: context/c.md, fields: { workflow: string } }] }';
  const loaded = [overlay, [...head, classify, using].join('\n')].map((text) =>
    loadWorkflow(text, 'guide.yaml', shelf(Object.fromEntries(library))),
  );
  expect(loaded.flatMap(({ problems }) => problems.map(problemLine))).toEqual([]);
  expect(loaded.map(({ workflow }) => workflow?.steps.length)).toEqual([8, 22]);
});

test('story refinement gives each story its five files', () => {
  const { tasks } = expanded(workflowNamed('user-story-refinement'), 'dev');
  const files = tasks
    .flatMap((task) => task.deliverables.map((deliverable) => deliverable.path))
    .filter((file) => file.includes('/login/'));
  expect(files.sort()).toEqual(
    ['estimation', 'requirements', 'security-review', 'technical-design', 'test-plan'].map((word) => `stories/login/${word}.md`),
  );
});
