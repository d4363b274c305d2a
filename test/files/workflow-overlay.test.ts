import { describe, expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { needsOf } from '../../src/core/stages.ts';
import type { Workflow } from '../../src/core/workflow.ts';
import { type LoadedWorkflow, loadWorkflow } from '../../src/files/workflow.ts';
import { resolvedText } from '../../src/files/workflow-resolve.ts';
import { shelf } from '../rig/shelf.ts';

const BASE = `version: 1
name: base
description: The base.
triggers: [base]
inputs:
  issue: { type: string, default: x }
  scope: { type: list, default: [] }
budget: { usd: 1, tokens: 10 }
steps:
  - id: plan
    role: planner
    prompt: "{{ inputs.issue }}"
    deliverables: [{ id: plan, path: deliverables/plan.md, fields: { kind: [bug, wish] } }]
  - id: build
    role: builder
    timeout: 10m
    checks: [{ commits: { min: 1 } }]
  - id: review
    role: reviewer
    deliverables: [{ id: review, path: deliverables/review.md }]
    gate: { on_reject: { goto: build } }
  - { id: note, role: doc, when: steps.plan.outputs.kind == 'bug', checks: [{ exists: true, file: a.md }] }
checks:
  - { id: tests, command: npm test }
`;

const OVER = ['version: 1', 'name: over', 'extends: base'];
const over = (...lines: readonly string[]): string => [...OVER, ...lines, ''].join('\n');

function load(text: string, more: Readonly<Record<string, string>> = {}): LoadedWorkflow {
  return loadWorkflow(text, 'over.yaml', shelf({ base: BASE, ...more }));
}

function workflow(text: string, more: Readonly<Record<string, string>> = {}): Workflow {
  const loaded = load(text, more);
  if (loaded.workflow === undefined) throw new Error(loaded.problems.map(problemLine).join('\n'));
  return loaded.workflow;
}

const order = (text: string, more: Readonly<Record<string, string>> = {}): string[] =>
  [...needsOf(workflow(text, more).steps)].map(([id, needs]) => `${id} after ${needs.join(', ')}`);
const problems = (text: string, more: Readonly<Record<string, string>> = {}): string[] => load(text, more).problems.map(problemLine);

describe('what an overlay says', () => {
  test('replaces words and lists, merges maps key by key, and adds checks', () => {
    const { name, description, triggers, inputs, budget, checks, merge } = workflow(
      over(
        'description: Another.',
        'triggers: [other]',
        'inputs: { extra: { type: boolean }, scope: null }',
        'budget: { usd: 2 }',
        'checks: [{ id: lint, command: npm run lint }]',
        'merge: { strategy: squash }',
      ),
    );
    expect({ name, description, triggers, inputs: Object.keys(inputs), budget, checks: checks.map(({ id }) => id), merge }).toEqual({
      name: 'over',
      description: 'Another.',
      triggers: ['other'],
      inputs: ['issue', 'extra'],
      budget: { usd: 2, tokens: 10 },
      checks: ['tests', 'lint'],
      merge: { strategy: 'squash' },
    });
  });

  test('takes out checklists and stages by null', () => {
    const base = `${BASE.replace('on_reject: { goto: build } }', 'on_reject: { goto: build }, checklist: seen }').replace('id: build', 'id: build\n    stage: make')}checklists: { seen: { must: [Is it there] } }\nstages: { make: { goal: Make it. } }\n`;
    const text = over(
      'checklists: { seen: null }',
      'stages: { make: null }',
      'overlay:',
      '  - { change: review, set: { gate: null } }',
      '  - { change: build, set: { stage: null } }',
    );
    const { workflow: made, problems: wrong } = load(text, { base });
    expect([wrong.map(problemLine), made?.checklists, made?.stages]).toEqual([[], {}, {}]);
    expect(problems(base.replace('{ goal: Make it. }', 'null'))).toEqual(['over.yaml:27:17: "make" is empty; write a map of keys']);
  });

  test('inserts steps behind or before one, and the order follows', () => {
    expect(
      order(
        over(
          'overlay:',
          '  - { insert: [{ id: spell, role: doc, checks: [{ commits: { min: 0 } }] }], after: build }',
          '  - { insert: [{ id: ask, human: { ask: Go on? } }], before: build }',
        ),
      ),
    ).toEqual(['plan after ', 'ask after plan', 'build after ask', 'spell after build', 'review after spell', 'note after review']);
  });

  test('replaces a step, changes keys of one, and takes keys out', () => {
    const { steps } = workflow(
      over(
        'overlay:',
        '  - { replace: note, with: { id: note, role: scribe, checks: [{ commits: { min: 0 } }] } }',
        '  - { change: build, set: { role: developer, timeout: null } }',
        '  - { change: review, set: { gate: null } }',
      ),
    );
    expect(steps.map(({ id, role, timeout, gate, when }) => [id, role, timeout, gate !== undefined, when !== undefined])).toEqual([
      ['plan', 'planner', 2_400_000, false, false],
      ['build', 'developer', 2_400_000, false, false],
      ['review', 'reviewer', 2_400_000, false, false],
      ['note', 'scribe', 2_400_000, false, false],
    ]);
  });

  test('of an overlay is done on what that one made', () => {
    const middle =
      'version: 1\nname: middle\nextends: base\noverlay:\n  - { remove: note }\n  - { change: build, set: { role: developer } }\n';
    const text = 'version: 1\nname: over\nextends: middle\noverlay:\n  - { change: build, set: { timeout: 5m } }\n';
    expect(workflow(text, { middle }).steps.map(({ id, role, timeout }) => `${id} ${role} ${timeout}`)).toEqual([
      'plan planner 2400000',
      'build developer 300000',
      'review reviewer 2400000',
    ]);
  });
});

describe('where things come from', () => {
  const text = over(
    'overlay:',
    '  - insert:',
    '      - { id: spell, role: doc, checks: [{ commits: { min: 0 } }] }',
    '    after: build',
    '  - { change: review, set: { timeout: 1h } }',
    '  - { remove: plan }',
    '  - { change: note, set: { when: null } }',
  );

  test('is known for every step: its own line, and the lines that changed it', () => {
    const { origins = [] } = load(text);
    expect(origins.map(({ step, from, changed }) => [step, from, changed])).toEqual([
      ['build', { file: 'base.yaml', line: 14 }, []],
      ['spell', { file: 'over.yaml', line: 6 }, []],
      ['review', { file: 'base.yaml', line: 18 }, [{ file: 'over.yaml', line: 8 }]],
      ['note', { file: 'base.yaml', line: 22 }, [{ file: 'over.yaml', line: 10 }]],
    ]);
  });

  test('is said above each step of the resolved text, with what a removal did to the order', () => {
    const resolved = resolvedText(text, 'over.yaml', load(text));
    expect(resolved.split('\n').filter((line) => line.trim().startsWith('#'))).toEqual([
      '# over from over.yaml, with everything it leaves unsaid',
      '# plan removed by over.yaml:9: build comes first now; nothing else changes its order',
      '  # from base.yaml:14',
      '  # from over.yaml:6',
      '  # from base.yaml:18',
      '  # changed by over.yaml:8',
      '  # from base.yaml:22',
      '  # changed by over.yaml:10',
    ]);
    expect(loadWorkflow(resolved, 'r.yaml').problems).toEqual([]);
  });

  test('includes every file, so that all can be pinned', () => {
    const middle = 'version: 1\nname: middle\nextends: base\n';
    expect(load('version: 1\nname: over\nextends: middle\n', { middle }).others?.map(({ file }) => file)).toEqual([
      'middle.yaml',
      'base.yaml',
    ]);
  });
});

describe('what is wrong', () => {
  test('with an operation is told at its place, all of it at once', () => {
    expect(
      problems(
        over(
          'overlay:',
          '  - { remove: plam }',
          '  - { insert: [{ id: a, role: b }] }',
          '  - { insert: [{ id: plan, role: b }], after: build }',
          '  - { remove: note, change: build }',
          '  - { change: build, set: { id: make } }',
          '  - { change: build, set: { gate: null } }',
          '  - { after: build }',
          '  - { remove: note, after: build }',
          '  - { replace: note, with: { id: build, role: b } }',
        ),
      ),
    ).toEqual([
      'over.yaml:5:15: unknown step "plam"; did you mean "plan"?',
      'over.yaml:6:7: insert without after or before; add after: or before:',
      'over.yaml:7:22: there is a step "plan" already; give the new one its own id, or replace that one',
      'over.yaml:8:7: one operation with "change" and "remove"; make it two',
      'over.yaml:8:21: change without set; add set:',
      'over.yaml:9:29: the id of a step cannot be changed; replace the step',
      'over.yaml:10:29: step "build" has no "gate" to take out; use one of id, role, timeout, checks',
      'over.yaml:11:5: an operation that does nothing; use one of insert, replace, change, remove',
      'over.yaml:12:21: "after" with remove; leave it out',
      'over.yaml:13:34: there is a step "build" already; give the new one its own id, or replace that one',
    ]);
  });

  test('with a key that set gives a step is told where it is set', () => {
    expect(problems(over('overlay:', '  - { change: build, set: { timout: 5m, retry: { max: 99 }, needs: [nowhere, plan] } }'))).toEqual([
      'over.yaml:5:29: unknown key "timout"; did you mean "timeout"?',
      'over.yaml:5:55: "max" is "99"; it must be <= 10',
      'over.yaml:5:69: unknown step "nowhere"; use one of plan, build, review, note',
    ]);
  });

  test('with steps that name a removed one says which overlay removed it, at the place of the name, once', () => {
    expect(problems(over('overlay: [{ remove: plan }, { remove: build }]'))).toEqual([
      'base.yaml:21:32: step "build" is removed by over.yaml:4, as over.yaml has it; name another step, or change "review" by the overlay, too',
      'base.yaml:22:34: step "plan" is removed by over.yaml:4, as over.yaml has it; name another step, or change "note" by the overlay, too',
    ]);
  });

  test('with an operation on a step that is gone says who removed it', () => {
    expect(problems(over('overlay:', '  - { remove: note }', '  - { change: note, set: { role: doc } }'))).toEqual([
      'over.yaml:6:15: step "note" is removed by over.yaml:5; name another step',
    ]);
  });

  test('with the workflow that is extended is told in that file, and nothing is added', () => {
    expect(problems(over('overlay: [{ remove: review }]'), { base: BASE.replace('goto: build', 'goto: biuld') })).toEqual([
      'base.yaml:21:32: unknown step "biuld"; did you mean "build"?',
    ]);
  });

  test('with what is extended: nobody knows it, or it extends the one it is for', () => {
    expect(problems('version: 1\nname: over\nextends: bsae\n')).toEqual(['over.yaml:3:10: unknown workflow "bsae"; name another']);
    const text = 'version: 1\nname: over\nextends: middle\n';
    const middle = 'version: 1\nname: middle\nextends: over\n';
    expect(problems(text, { middle, over: text })).toEqual([
      'middle.yaml:3:10: these workflows go round in a circle: over.yaml → middle.yaml → over.yaml; take one of them out',
    ]);
  });

  test('with a chain that is too long shows it', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [
        `w${index}`,
        `version: 1\nname: w${index}\nextends: ${index === 11 ? 'base' : `w${index + 1}`}\n`,
      ]),
    );
    expect(problems(over().replace('base', 'w0'), chain)[0]).toMatch(
      /^w8.yaml:3:10: more than 10 workflows build on one another: over.yaml → w0.yaml → /,
    );
  });

  test('with keys that have their place elsewhere', () => {
    expect(problems(over('steps: [{ id: a, role: b }]', 'inputs: { none: null }'))).toEqual([
      'over.yaml:4:1: "steps" in a workflow that extends another; use overlay: with insert, replace, change or remove; or leave extends out',
      'over.yaml:5:11: there is nothing called "none" to take out of inputs; use one of issue, scope',
    ]);
    expect(problems(`${BASE}overlay: [{ remove: note }]\n`.replace('{ type: string, default: x }', 'null'))).toEqual([
      'over.yaml:6:10: "issue" is empty; write a map of keys',
      'over.yaml:25:1: an overlay of nothing; add extends: and the workflow it changes',
    ]);
  });
});
