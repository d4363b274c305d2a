import { describe, expect, test } from 'vitest';
import { expand } from '../../src/core/expand.ts';
import { problemLine } from '../../src/core/problem.ts';
import { needsOf } from '../../src/core/stages.ts';
import type { Step, Workflow } from '../../src/core/workflow.ts';
import { criterionSentence } from '../../src/files/criterion.ts';
import { ALONE } from '../../src/files/workflow-document.ts';
import { type LoadedWorkflow, loadWorkflow } from '../../src/files/workflow.ts';
import { lintWorkflow } from '../../src/files/workflow-lint.ts';
import { shelf } from '../rig/shelf.ts';

const SUB = `version: 1
name: sub
inputs:
  issue: { type: string, default: "{{ iteration.slug }}" }
  parts: { type: list, default: [one, two] }
  deep: { type: boolean, default: false }
  limit: { type: number, default: 3 }
  command: { type: string, default: "" }
environments: { dev: { human: optional }, night: { human: optional } }
defaults: { timeout: 5m, retry: { max: 0 }, agent: codex }
steps:
  - id: plan
    role: planner
    prompt: "Plan {{ inputs.issue }} in deliverables/plan.md, not in docs/deliverables/plan.md or deliverables/plan.md.bak."
    deliverables:
      - { id: plan, path: deliverables/plan.md, fields: { kind: [bug, wish], found: list }, checks: [{ contains: ["{{ inputs.parts }}"] }] }
  - id: build
    stage: make
    role: builder
    targets: { from: inputs.parts }
    checks:
      - { id: tests, command: "{{ inputs.command }}" }
      - { exists: true, file: deliverables/plan.md }
      - { matches: "^{{ inputs.issue }}$", file: deliverables/plan.md }
  - { id: extra, stage: make, role: doc, timeout: 1m, when: steps.plan.outputs.kind == 'wish' && inputs.deep, checks: [{ commits: { min: 0 } }] }
  - { id: review, role: reviewer, deliverables: [{ id: r, path: review.md }], gate: { on_reject: { goto: plan } } }
  - { id: ok, human: { ask: Good?, show: [plan], mode: { dev: auto, night: off } } }
checks: [{ id: whole, command: "{{ inputs.command }}" }, { id: fixed, command: make all }]
`;

const OUTER = [
  'version: 1',
  'name: outer',
  'inputs: { topic: { type: string, default: t }, flag: { type: boolean }, list: { type: list } }',
  'environments: { dev: { human: optional } }',
  'steps:',
];
const outer = (...steps: readonly string[]): string => [...OUTER, ...steps.map((step) => `  - ${step}`), ''].join('\n');
const START = '{ id: start, role: planner, deliverables: [{ id: s, path: context/s.md, fields: { go: [sub, other] } }] }';
const END = '{ id: end, role: doc, checks: [{ commits: { min: 0 } }] }';

const OTHER = `version: 1
name: other
inputs: { topic: { type: string, required: true } }
steps: [{ id: only, role: doc, prompt: "{{ inputs.topic }}", deliverables: [{ id: o, path: context/o.md, fields: { kind: string, alone: string } }] }]
`;
const LIBRARY = { sub: SUB, other: OTHER };

const load = (text: string, more: Readonly<Record<string, string>> = {}): LoadedWorkflow =>
  loadWorkflow(text, 'outer.yaml', shelf({ ...LIBRARY, ...more }));
const problems = (text: string, more: Readonly<Record<string, string>> = {}): string[] => load(text, more).problems.map(problemLine);

function workflow(text: string): Workflow {
  const loaded = load(text);
  if (loaded.workflow === undefined) throw new Error(loaded.problems.map(problemLine).join('\n'));
  return loaded.workflow;
}

const step = (text: string, id: string): Step | undefined => workflow(text).steps.find((one) => one.id === id);
const whens = (text: string): (string | undefined)[] => workflow(text).steps.map(({ when }) => when);

describe('the steps of a used workflow', () => {
  const text = outer(START, '{ id: do, uses: sub, title: Login }', END);

  test('stand in the place of the using one, after what it waits for, before what waits for it', () => {
    expect([...needsOf(workflow(text).steps)].map(([id, needs]) => `${id} after ${needs.join(', ')}`)).toEqual([
      'start after ',
      'do-plan after start',
      'do-build after do-plan',
      'do-extra after do-plan',
      'do-review after do-build, do-extra',
      'do-ok after do-review',
      'end after do-ok',
    ]);
  });

  test('keep the defaults of their own workflow, their stage and their title', () => {
    expect(
      workflow(text).steps.map(({ id, title, stage, timeout, retries, agent }) => [id, title, stage, timeout, retries, agent]),
    ).toEqual([
      ['start', 'Start', undefined, 2_400_000, 2, undefined],
      ['do-plan', 'Login: Plan', undefined, 300_000, 0, 'codex'],
      ['do-build', 'Login: Build: {{ target }}', 'do-make', 300_000, 0, 'codex'],
      ['do-extra', 'Login: Extra', 'do-make', 60_000, 0, 'codex'],
      ['do-review', 'Login: Review', undefined, 300_000, 0, 'codex'],
      ['do-ok', 'Login: Ok', undefined, 2_400_000, 2, undefined],
      ['end', 'End', undefined, 2_400_000, 2, undefined],
    ]);
  });

  test('do not take over how long, how often and with which rights the outer workflow works; the agent they do', () => {
    const plain = SUB.replace(/^defaults: .*\n/m, '');
    const said = outer('{ id: do, uses: sub }').replace(
      'steps:',
      'defaults: { timeout: 1m, retry: { max: 9 }, permission: read, agent: qwen }\nsteps:',
    );
    const [plan, build] = load(said, { sub: plain }).workflow?.steps ?? [];
    expect([plan?.timeout, plan?.retries, plan?.permission, build?.agent]).toEqual([2_400_000, 2, undefined, 'qwen']);
  });

  test('deliver into a folder of the using step, and whatever names those files follows', () => {
    const { steps } = workflow(text);
    expect(steps.flatMap(({ deliverables }) => deliverables.map(({ path }) => path))).toEqual([
      'context/s.md',
      'deliverables/do/plan.md',
      'deliverables/do/review.md',
    ]);
    expect(steps[1]?.prompt).toBe(
      'Plan {{ iteration.slug }} in deliverables/do/plan.md, not in docs/deliverables/plan.md or deliverables/plan.md.bak.',
    );
    expect(steps[2]?.checks.map(({ criterion }) => criterion)).toContainEqual({
      check: 'exists',
      in: 'iteration',
      file: 'deliverables/do/plan.md',
    });
    expect(steps[1]?.deliverables[0]?.checks.map(({ criterion }) => criterion)).toEqual([
      { check: 'contains', in: 'iteration', file: 'deliverables/do/plan.md', words: ['one', 'two'] },
    ]);
  });

  test('send back to and show one another, and know only the environments there are', () => {
    expect(step(text, 'do-review')?.gate?.goto).toBe('do-plan');
    expect(step(text, 'do-ok')?.human).toMatchObject({ show: ['do-plan'], mode: { dev: 'auto' } });
    expect(Object.keys(step(text, 'do-ok')?.human?.mode ?? {})).toEqual(['dev']);
  });

  test('bring the checks on what lands; one that an empty command leaves, and one that is there already, are left out', () => {
    const own = `${text}checks: [{ id: all, command: make all }]\n`;
    expect(workflow(text).checks.map(({ id }) => id)).toEqual(['do-fixed']);
    expect(workflow(own).checks.map(({ id }) => id)).toEqual(['all']);
    expect(workflow(text.replace('title: Login', 'with: { command: npm test }')).checks.map(({ id }) => id)).toEqual([
      'do-whole',
      'do-fixed',
    ]);
  });

  test('run side by side with those of another workflow of the same stage', () => {
    const both = outer(
      START,
      '{ id: a, uses: other, stage: both, with: { topic: a } }',
      '{ id: b, uses: other, stage: both, with: { topic: b } }',
      END,
    );
    expect([...needsOf(workflow(both).steps)].map(([id, needs]) => `${id} after ${needs.join(', ')}`)).toEqual([
      'start after ',
      'a-only after start',
      'b-only after start',
      'end after a-only, b-only',
    ]);
  });
});

describe('inputs of a used workflow', () => {
  test('stand in texts, lists, targets and conditions for what was given', () => {
    const text = outer(
      '{ id: do, uses: sub, with: { issue: "a.b {{ inputs.topic }}", parts: "{{ inputs.list }}", deep: "{{ inputs.flag }}", command: npm test } }',
    );
    const [plan, build, extra] = workflow(text).steps;
    expect([plan?.prompt?.slice(0, 26), plan?.deliverables[0]?.checks[0]?.criterion, build?.targets?.from, extra?.when]).toEqual([
      'Plan a.b {{ inputs.topic }',
      { check: 'contains', in: 'iteration', file: 'deliverables/do/plan.md', words: ['{{ inputs.list }}'] },
      { is: 'input', input: 'list' },
      'steps["do-plan"].outputs.kind == \'wish\' && inputs.flag',
    ]);
    expect(build?.checks.map(({ criterion }) => criterion).filter(({ check }) => check === 'command' || check === 'matches')).toEqual([
      { check: 'command', run: 'npm test', timeout: 600_000 },
      { check: 'matches', in: 'iteration', file: 'deliverables/do/plan.md', pattern: String.raw`^a\.b {{ inputs.topic }}$` },
    ]);
  });

  test('that are lists of their own become an input of the outer workflow, for the targets', () => {
    const made = workflow(outer('{ id: do, uses: sub, with: { parts: [x, y] } }'));
    expect(made.inputs['uses_do_parts']).toEqual({ type: 'list', required: false, default: ['x', 'y'], description: 'The targets of do.' });
    expect(made.steps[1]?.targets?.from).toEqual({ is: 'input', input: 'uses_do_parts' });
  });

  test.each([
    ['a number', 'inputs.limit > 2.5', 'limit: 4', 'dyn(4) > 2.5'],
    ['a text', 'inputs.issue == "x"', 'issue: "say \\"hi\\""', '"say \\"hi\\"" == "x"'],
    ['a text with an input in it', 'inputs.issue == "x"', 'issue: "on {{ inputs.topic }}"', '("on " + string(inputs.topic)) == "x"'],
    ['a passed text', 'inputs.issue == "x"', 'issue: "{{ inputs.topic }}"', 'string(inputs.topic) == "x"'],
    ['a list', '"a" in inputs.parts', 'parts: [a, "{{ inputs.topic }}"]', '"a" in ["a", string(inputs.topic)]'],
    ['an unsaid flag', 'inputs.deep', 'limit: 1', 'false'],
  ])('%s in a condition is CEL', (_, when, given, expected) => {
    const sub = `${SUB.split('steps:')[0] ?? ''}steps: [{ id: go, role: doc, when: '${when}', checks: [{ commits: { min: 0 } }] }]\n`;
    const loaded = loadWorkflow(outer(`{ id: do, uses: sub, with: { ${given} } }`), 'outer.yaml', shelf({ sub }));
    expect([loaded.problems, loaded.workflow?.steps[0]?.when]).toEqual([[], expected]);
  });

  test('are the inputs of its tasks, also where it is used by one that is used, and those of the outer workflow are not', () => {
    const middle = `version: 1
name: middle
inputs: { wish: { type: string, required: true }, things: { type: list, default: [x] } }
steps:
  - { id: own, role: doc, checks: [{ commits: { min: 0 } }] }
  - { id: in, uses: sub, with: { issue: "Wish {{ inputs.wish }}", parts: "{{ inputs.things }}", limit: 7 } }
`;
    const text = outer(
      '{ id: do, uses: middle, with: { wish: "of {{ inputs.topic }}", things: "{{ inputs.list }}" } }',
      '{ id: re, uses: middle, with: { wish: w, things: ["{{ inputs.topic }}", "d, e"] } }',
      END,
    );
    const made = load(text, { middle }).workflow;
    if (made === undefined) throw new Error('not sound');
    const inputs = { topic: 'tea', list: ['a, b', 'c'] };
    const { tasks } = expand({ workflow: made, iteration: '001-try', slug: 'try', inputs, roles: {}, agent: 'rehearsal' });
    const own = (id: string) => tasks.find((task) => task.step === id)?.inputs;
    expect(own('re-in-plan')?.['parts']).toEqual(['tea', 'd, e']);
    expect([own('do-own'), own('do-in-plan'), own('do-in-ok'), own('end')]).toEqual([
      { wish: 'of tea', things: ['a, b', 'c'] },
      { issue: 'Wish of tea', parts: ['a, b', 'c'], deep: false, limit: 7, command: '' },
      undefined,
      undefined,
    ]);
    expect(problems(outer('{ id: a, role: doc, values: { wish: "{{ inputs.nothing }}" } }'))).toEqual([
      expect.stringContaining('unknown name "{{ inputs.nothing }}"'),
    ]);
  });

  test('are refused when they are missing, unknown, of the wrong kind, or name what is not there', () => {
    const sub = SUB.replace('issue: { type: string, default: "{{ iteration.slug }}" }', 'issue: { type: string, required: true }');
    expect(problems(outer('{ id: do, uses: sub, with: { isue: x, deep: "{{ inputs.list }}", limit: many } }'), { sub })).toEqual([
      'outer.yaml:6:5: input "issue" of workflow "sub" is missing; give it with with: {issue: …}',
      'outer.yaml:6:34: unknown input "isue"; did you mean "issue"?',
      'outer.yaml:6:49: input "deep" of workflow "sub" is a boolean, and "list" a list; pass on a boolean',
      'outer.yaml:6:77: input "limit" of workflow "sub" is a number; write a number',
    ]);
    expect(problems(outer('{ id: do, uses: sub, with: { issue: "{{ inputs.nowhere }}", parts: ["{{ task.id }}"] } }'))).toEqual([
      'outer.yaml:6:42: unknown name "{{ inputs.nowhere }}"; use one of iteration.name, iteration.slug, inputs.topic, inputs.flag, inputs.list',
      'outer.yaml:6:74: unknown name "{{ task.id }}"; use one of iteration.name, iteration.slug, inputs.topic, inputs.flag, inputs.list',
    ]);
  });

  test('that a condition speaks of cannot be what only a run knows', () => {
    const sub = SUB.replace('&& inputs.deep', '&& inputs.issue == "x"');
    expect(problems(outer('{ id: do, uses: sub }'), { sub })).toEqual([
      'outer.yaml:6:5: a condition there speaks of input "issue", and a condition cannot speak of "{{ iteration.slug }}"; give that input a value of its own with with:',
    ]);
  });
});

describe('conditions around a used workflow', () => {
  test('hold for each of its steps, together with their own', () => {
    expect(whens(outer(START, "{ id: do, uses: sub, when: steps.start.outputs.go == 'sub' }")).slice(1, 4)).toEqual([
      "steps.start.outputs.go == 'sub'",
      "steps.start.outputs.go == 'sub'",
      "(steps.start.outputs.go == 'sub') && (steps[\"do-plan\"].outputs.kind == 'wish' && false)",
    ]);
  });

  test('choose one of several, each in the plan', () => {
    const text = outer(START, '{ id: do, uses: { by: steps.start.outputs.go, one_of: [sub, other] }, with: { topic: x } }', END);
    const { steps } = workflow(text);
    expect(steps.map(({ id, when }) => [id, when])).toEqual([
      ['start', undefined],
      ['do-sub-plan', 'steps.start.outputs.go == "sub"'],
      ['do-sub-build', 'steps.start.outputs.go == "sub"'],
      ['do-sub-extra', '(steps.start.outputs.go == "sub") && (steps["do-sub-plan"].outputs.kind == \'wish\' && false)'],
      ['do-sub-review', 'steps.start.outputs.go == "sub"'],
      ['do-sub-ok', 'steps.start.outputs.go == "sub"'],
      ['do-other-only', 'steps.start.outputs.go == "other"'],
      ['end', undefined],
    ]);
    expect(needsOf(steps).get('end')).toEqual(['do-sub-ok', 'do-other-only']);
    expect(steps.find(({ id }) => id === 'do-other-only')?.deliverables[0]?.path).toBe('context/do-other/o.md');
  });

  test('of later steps mean the step that declares the field, that judges, or that comes last', () => {
    const later = (when: string): string =>
      outer('{ id: do, uses: sub }', `{ id: end, role: doc, when: '${when}', checks: [{ commits: { min: 0 } }] }`);
    expect(whens(later('steps.do.outputs.kind == "bug" && steps.do.verdict == "" || steps.do.status == "skipped"')).at(-1)).toBe(
      'steps["do-plan"].outputs.kind == "bug" && steps["do-review"].verdict == "" || steps["do-ok"].status == "skipped"',
    );
    expect(whens(later('steps["do-plan"].outputs.kind == "bug"')).at(-1)).toBe('steps["do-plan"].outputs.kind == "bug"');
    expect(problems(later('steps.do.outputs.nothing == 1'))).toEqual([
      'outer.yaml:7:33: "steps.do.outputs.nothing" means no step of the workflow in the place of "do"; name a step of that workflow',
    ]);
  });

  test('that may mean one of several workflows are refused, a field only one of them declares is not', () => {
    const later = (when: string): string =>
      outer(
        START,
        '{ id: do, uses: { by: steps.start.outputs.go, one_of: [sub, other] }, with: { topic: x } }',
        `{ id: end, role: doc, when: '${when}', checks: [{ commits: { min: 0 } }] }`,
      );
    expect(problems(later('steps.do.outputs.kind == "bug"'))[0]).toMatch(/"steps.do.outputs.kind" may mean one of several workflows/);
    expect(problems(later('steps.do.status == "accepted"'))[0]).toMatch(/"steps.do.status" may mean one of several workflows/);
    expect(whens(later('steps.do.outputs.alone == "x"')).at(-1)).toBe('steps["do-other-only"].outputs.alone == "x"');
  });
});

describe('steps that name a using one', () => {
  test('send back to its first step, show what it delivers, and take its targets', () => {
    const text = outer(
      '{ id: do, uses: sub }',
      '{ id: more, role: doc, targets: { from: do }, checks: [{ commits: { min: 0 } }] }',
      '{ id: each, role: doc, targets: { from: steps.do.outputs.found }, checks: [{ commits: { min: 0 } }] }',
      '{ id: ask, needs: [do, each], human: { ask: Good?, show: [do] }, gate: { on_reject: { goto: do } } }',
    );
    const { steps } = workflow(text);
    expect(steps.slice(-3).map(({ targets, needs, human, gate }) => [targets?.from, needs, human?.show, gate?.goto])).toEqual([
      [{ is: 'step', step: 'do-build' }, ['do-ok'], undefined, undefined],
      [{ is: 'output', step: 'do-plan', field: 'found' }, ['more'], undefined, undefined],
      [undefined, ['do-ok', 'each'], ['do-plan', 'do-review'], 'do-plan'],
    ]);
  });

  test('cannot send back to one of several workflows', () => {
    const text = outer(
      START,
      '{ id: do, uses: { by: steps.start.outputs.go, one_of: [sub, other] }, with: { topic: x } }',
      '{ id: ask, human: { ask: Good? }, gate: { on_reject: { goto: do } } }',
    );
    expect(problems(text)).toEqual(['outer.yaml:8:66: "do" is one of several workflows; use one of do-sub-plan, do-other-only']);
  });
});

describe('workflows that use workflows', () => {
  test('that use others become one plan', () => {
    const middle = 'version: 1\nname: middle\nsteps: [{ id: in, uses: other, with: { topic: "{{ iteration.slug }}" } }]\n';
    const loaded = load(outer('{ id: do, uses: middle }'), { middle });
    expect(loaded.workflow?.steps.map(({ id, deliverables }) => [id, deliverables[0]?.path])).toEqual([
      ['do-in-only', 'context/do/in/o.md'],
    ]);
    expect(loaded.origins?.[0]).toEqual({
      step: 'do-in-only',
      from: { file: 'other.yaml', line: 4 },
      changed: [],
      used: [
        { file: 'outer.yaml', line: 6 },
        { file: 'middle.yaml', line: 3 },
      ],
    });
    expect(loaded.others?.map(({ file }) => file)).toEqual(['middle.yaml', 'other.yaml']);
  });

  test('that use themselves are refused, with the circle', () => {
    const middle = 'version: 1\nname: middle\nsteps: [{ id: in, uses: outer }]\n';
    const text = outer('{ id: do, uses: middle }', END);
    expect(problems(text, { middle, outer: text })).toEqual([
      'middle.yaml:3:25: these workflows go round in a circle: outer.yaml → middle.yaml → outer.yaml; take one of them out',
    ]);
  });

  test('that multiply are stopped at 500 steps', () => {
    const ten = (name: string, uses: string): string =>
      `version: 1\nname: ${name}\nsteps:\n${Array.from({ length: 10 }, (_, index) => `  - { id: s${index}, uses: ${uses} }\n`).join('')}`;
    const more = { one: ten('one', 'two'), two: ten('two', 'three'), three: ten('three', 'sub') };
    expect(problems(outer('{ id: do, uses: one }'), more)).toEqual([
      'one.yaml:3:1: more than 500 steps with those of the workflows it uses; use fewer workflows, or make it several iterations',
    ]);
  });

  test('tell what is wrong with a used one in its own file, and their own faults all the same', () => {
    expect(
      problems(outer('{ id: do, uses: sub }', '{ id: do2, uses: nowhere }', '{ id: end, role: doc, needs: [strat] }'), {
        sub: SUB.replace('goto: plan', 'goto: paln'),
      }),
    ).toEqual([
      'outer.yaml:7:22: unknown workflow "nowhere"; name another',
      'outer.yaml:8:35: unknown step "strat"; use one of do, do2, end',
      'sub.yaml:26:106: unknown step "paln"; did you mean "plan"?',
    ]);
  });

  test('say what belongs to the used one nowhere else', () => {
    expect(problems(outer('{ id: do, uses: sub, role: doc, prompt: x }', '{ id: end, role: doc, with: { a: b } }'))).toEqual([
      'outer.yaml:6:26: "role" in a step that uses a workflow; say it in that workflow, or in one that extends it',
      'outer.yaml:6:37: "prompt" in a step that uses a workflow; say it in that workflow, or in one that extends it',
      'outer.yaml:7:27: "with" in a step that uses no workflow; add uses: and its name, or leave it out',
    ]);
    expect(problems(`${outer(END)}finally: [{ id: last, uses: sub }]\n`)[0]).toBe(
      'outer.yaml:7:23: "uses" in a step that is done at the end; put the step among the others',
    );
    expect(problems(outer(START, '{ id: do, uses: { by: "steps.start.outputs.go ==", one_of: [sub, sub] } }'))).toEqual([
      expect.stringMatching(/^outer.yaml:7:27: "steps.start.outputs.go ==" is no CEL expression/),
      'outer.yaml:7:70: workflow "sub" is there twice; name it once',
    ]);
  });

  test('need somebody who knows the other one', () => {
    expect(loadWorkflow(outer('{ id: do, uses: sub }'), 'outer.yaml', ALONE).problems.map(problemLine)).toEqual([
      'outer.yaml:6:21: there is no workflow "sub" here; name one of iter workflow list',
    ]);
  });

  test('bring their checklists and stages under the names of their steps, and what they call models', () => {
    const sub = `${SUB.replace('on_reject: { goto: plan } }', 'on_reject: { goto: plan }, checklist: seen }')}checklists: { seen: { must: [Is it there] } }
stages: { make: { goal: "Make {{ inputs.issue }}", checks: [{ exists: true, file: deliverables/plan.md }] } }
models: { strong: { codex: big } }
`;
    const text = `${outer('{ id: do, uses: sub, with: { issue: it } }')}checklists: { seen: { must: [Another] } }\nmodels: { fast: { codex: small } }\n`;
    const { problems: wrong, workflow: made } = load(text, { sub });
    expect(wrong.map(problemLine)).toEqual([]);
    expect([Object.keys(made?.checklists ?? {}), made?.steps[3]?.checklist, made?.models]).toEqual([
      ['seen', 'do-seen'],
      'do-seen',
      { strong: { codex: 'big' }, fast: { codex: 'small' } },
    ]);
    expect(made?.stages).toEqual({
      'do-make': {
        goal: 'Make it',
        checks: [{ level: 'must', criterion: { check: 'exists', in: 'iteration', file: 'deliverables/do/plan.md' } }],
      },
    });
  });

  test('bring the expressions in the checks of their stages, and the outer stages name steps in them', () => {
    const sub = `${SUB}stages: { make: { checks: [{ expr: 'steps.plan.outputs.kind == "bug"' }] } }\n`;
    const own = 'stages: { after: { checks: [{ expr: "steps.do.outputs.kind == \'bug\'" }] } }\n';
    const { problems: wrong, workflow: made } = load(
      `${outer('{ id: do, uses: sub }', END.replace('id: end', 'id: end, stage: after'))}${own}`,
      { sub },
    );
    expect(wrong.map(problemLine)).toEqual([]);
    const expressions = Object.values(made?.stages ?? {}).flatMap(({ checks }) => checks.map(({ criterion }) => criterion));
    expect(expressions).toEqual([
      { check: 'expr', expression: 'steps["do-plan"].outputs.kind == \'bug\'' },
      { check: 'expr', expression: 'steps["do-plan"].outputs.kind == "bug"' },
    ]);
  });

  test('cannot share a stage that has words of its own', () => {
    const text = `${outer(START, '{ id: do, uses: sub, stage: first }', END)}stages: { first: { goal: Begin. } }\n`;
    expect(problems(text)).toEqual([
      'outer.yaml:7:33: stages: says something of "first", and a step in it uses a workflow; say it in that workflow, or give the step another stage',
    ]);
  });

  test('bring their templates and skills, unless the outer one says otherwise', () => {
    const sub = `${SUB}skills: { lint: "1", style: "2" }\ntemplates: { doc: templates/doc.njk }\n`;
    const made = load(`${outer('{ id: do, uses: sub }')}skills: { style: "3" }\n`, { sub }).workflow;
    expect([made?.skills, made?.templates]).toEqual([{ lint: '1', style: '3' }, { doc: 'templates/doc.njk' }]);
  });

  test('may be done at the end, too, with what is done at the end', () => {
    const sub = `${SUB}finally: [{ id: tidy, run: make clean }]\n`;
    const made = load(outer("{ id: do, uses: sub, when: 'inputs.flag' }", END), { sub }).workflow;
    expect(made?.steps.at(-1)).toMatchObject({ id: 'do-tidy', finally: true, when: 'inputs.flag', run: 'make clean' });
  });
});

describe('lint', () => {
  test('has nothing against a condition that a given value settles', () => {
    const text = outer('{ id: do, uses: sub, with: { issue: "{{ inputs.topic }} {{ inputs.flag }} {{ inputs.list }}" } }');
    const { problems: wrong } = lintWorkflow({ text, file: 'outer.yaml', related: shelf(LIBRARY) }, [
      'planner',
      'builder',
      'doc',
      'reviewer',
    ]);
    expect(wrong.map(problemLine)).toEqual([]);
  });

  test('looks at the whole, and leaves the warnings about a used workflow to that workflow', () => {
    const text = outer(
      '{ id: do, uses: sub, with: { issue: "{{ inputs.topic }}", deep: "{{ inputs.flag }}", parts: "{{ inputs.list }}" } }',
    );
    const file = { text: text.replace('name: outer', 'name: outer\ndescription: d'), file: 'outer.yaml', related: shelf(LIBRARY) };
    const { problems: wrong, warnings } = lintWorkflow(file, ['planner', 'builder', 'doc']);
    expect(wrong.map(problemLine)).toEqual([
      'sub.yaml:26:25: unknown role "reviewer", as outer.yaml has it; use one of planner, builder, doc',
    ]);
    expect(warnings).toEqual([]);
  });
});

const CHECKED = `version: 1
name: checked
inputs: { issue: { type: string, default: i } }
steps:
  - { id: look, role: reviewer, deliverables: [{ id: r, path: deliverables/look.md, fields: { n: number } }] }
  - id: fix
    role: builder
    deliverables: [{ id: a, path: deliverables/fix.md, checks: [{ dispositions: { of: look } }] }]
    checks:
      - { verdict: { of: look } }
      - { verdict: { of: deliverables/look.md, in: [approved] } }
      - { expr: "steps.look.outputs.n > 1 && inputs.issue != ''" }
      - { metric: { from: deliverables/fix.md, path: n, op: improves, direction: lower, baseline: { file: deliverables/look.md, path: n } } }
      - { metric: { from: deliverables/fix.md, path: n, op: "<=", value: 5 }, in: worktree }
      - { traces: { ids_from: deliverables/look.md, pattern: "{{ inputs.issue }}-[0-9]" }, file: deliverables/fix.md }
      - { not_contains: ["{{ inputs.issue }}"], file: deliverables/fix.md }
checks: [{ verdict: { of: look } }]
`;

test('checks of a used workflow name its steps and its files where they are now', () => {
  const text = outer(
    '{ id: sub, uses: checked, with: { issue: "a.b" } }',
    '{ id: end, role: doc, checks: [{ expr: "steps.sub.outputs.n > 2" }] }',
  );
  const { workflow, problems } = loadWorkflow(text, 'outer.yaml', shelf({ checked: CHECKED }));
  expect(problems.map(problemLine)).toEqual([]);
  const said = (id: string): string[] => {
    const found = workflow?.steps.find((one) => one.id === id);
    return [...(found?.deliverables.flatMap((one) => one.checks) ?? []), ...(found?.checks ?? [])].map((one) =>
      criterionSentence(one.criterion),
    );
  };
  expect(said('sub-fix')).toEqual([
    'iteration file `deliverables/sub/fix.md` answers the MUST and SHOULD findings of iteration file `deliverables/sub/look.md` as fixed, documented, deferred or overridden',
    'iteration file `deliverables/sub/look.md` says approved or approved_with_suggestions with at most 0 open MUST findings',
    'iteration file `deliverables/sub/look.md` says approved with at most 0 open MUST findings',
    `expression \`steps["sub-look"].outputs.n > 1 && "a.b" != ''\` is true`,
    'metric `n` of iteration file `deliverables/sub/fix.md` is lower than metric `n` of iteration file `deliverables/sub/look.md`',
    'metric `n` of file `deliverables/fix.md` is at most 5',
    'iteration file `deliverables/sub/fix.md` mentions every `/a\\.b-[0-9]/` of iteration file `deliverables/sub/look.md`',
    'iteration file `deliverables/sub/fix.md` does not contain `a.b`',
  ]);
  expect(said('end')).toEqual(['expression `steps["sub-look"].outputs.n > 2` is true']);
  expect(workflow?.checks.map((one) => criterionSentence(one.criterion))).toEqual([
    'iteration file `deliverables/sub/look.md` says approved or approved_with_suggestions with at most 0 open MUST findings',
  ]);
});

test('a review of a step that uses a workflow is that of the one step that delivers, or nobody knows which', () => {
  const text = outer(
    '{ id: sub, uses: other, with: { topic: x } }',
    '{ id: two, uses: checked }',
    '{ id: end, role: doc, checks: [{ verdict: { of: sub } }, { verdict: { of: two } }] }',
  );
  const { problems } = loadWorkflow(text, 'outer.yaml', shelf({ other: OTHER, checked: CHECKED }));
  expect(problems.map((problem) => `${problem.line ?? 0}: ${problem.what}`)).toEqual([
    '8: several steps in the place of "two" deliver files',
  ]);
});

describe('what a used workflow names at its top', () => {
  const JUDGED = `version: 1
name: judged
inputs: { what: { type: string, default: x } }
models: { strong: { claude: opus, codex: big } }
checklists: { code: { must: [It works] }, docs: { should: [It reads well] } }
stages: { make: { title: "Make {{ inputs.what }}", checks: [{ id: there, exists: true, file: deliverables/plan.md }] } }
steps:
  - { id: build, stage: make, role: builder, deliverables: [{ id: p, path: deliverables/plan.md }] }
  - { id: review, role: reviewer, deliverables: [{ id: r, path: review.md }], gate: { on_reject: { goto: build }, checklist: code } }
  - { id: read, role: doc, checklist: docs, deliverables: [{ id: n, path: notes.md }] }
`;
  const text = [
    'version: 1',
    'name: outer',
    'models: { strong: { claude: sonnet } }',
    'checklists: { code: { must: [Ours] } }',
    'steps:',
    '  - { id: start, role: builder, checks: [{ commits: { min: 1 } }] }',
    '  - { id: own, role: reviewer, deliverables: [{ id: o, path: own.md }], gate: { on_reject: { goto: start }, checklist: code } }',
    '  - { id: do, uses: judged, with: { what: tax } }',
    '',
  ].join('\n');
  const { workflow: whole, problems: found } = load(text, { judged: JUDGED });
  const listOf = (id: string): string[] => {
    const name = whole?.steps.find((one) => one.id === id)?.checklist ?? '';
    return (whole?.checklists?.[name] ?? []).map((item) => item.text);
  };

  test('comes with its steps, and is not mixed up with what the outer one calls the same', () => {
    expect(found).toEqual([]);
    expect(['own', 'do-review', 'do-read'].map(listOf)).toEqual([['Ours'], ['It works'], ['It reads well']]);
    expect(whole?.stages).toEqual({
      'do-make': {
        title: 'Make tax',
        checks: [{ id: 'there', level: 'must', criterion: { check: 'exists', in: 'iteration', file: 'deliverables/do/plan.md' } }],
      },
    });
  });

  test('gives models to tiers where the outer one does not', () => {
    expect(whole?.models).toEqual({ strong: { claude: 'sonnet', codex: 'big' } });
  });
});
