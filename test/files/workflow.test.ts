import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { loadWorkflow, rolesUsed } from '../../src/files/workflow.ts';

const lines = (text: string): string[] => loadWorkflow(text, 'w.yaml').problems.map(problemLine);

/** A workflow with these steps, each a line of YAML in flow style; the first stands on line 3. */
const withSteps = (...steps: readonly string[]): string =>
  ['version: 1', 'name: small', 'steps:', ...steps.map((step) => `  - ${step}`), ''].join('\n');

describe('a sound workflow', () => {
  test('is completed with what it leaves unsaid', () => {
    const { workflow, problems } = loadWorkflow(withSteps('{ id: build-it, role: builder }'), 'w.yaml');
    expect(problems).toEqual([]);
    expect(workflow).toEqual({
      version: 1,
      name: 'small',
      description: '',
      triggers: [],
      inputs: {},
      environments: {},
      concurrency: 3,
      steps: [
        {
          id: 'build-it',
          title: 'Build it',
          role: 'builder',
          deliverables: [],
          checks: [],
          retries: 2,
          timeout: 2_400_000,
          estimate: 30,
          points: 1,
        },
      ],
      checks: [],
      merge: { strategy: 'linear' },
    });
  });

  test('may say every kind of check, in a deliverable and for a step', () => {
    const { workflow, problems } = loadWorkflow(
      `version: 1
name: checks
inputs: { test_command: { type: string }, paths: { type: list } }
steps:
  - id: build
    role: builder
    deliverables:
      - id: notes
        path: docs/notes.md
        in: worktree
        level: should
        checks:
          - exists: true
          - { size: { min: 1KB, max: 3000 }, level: must }
          - headings: [Summary]
          - contains: [tax, rate]
          - matches: "(?m)^AC-[0-9]+"
          - { format: markdown, id: form }
    checks:
      - { commits: { min: 1 } }
      - { command: "{{ inputs.test_command }}", id: tests, timeout: 90s }
      - { scope: { allow: ["{{ inputs.paths }}"], deny: ["*.lock"] }, level: nice }
      - { exists: true, file: src/a.js, in: repository }
`,
      'w.yaml',
    );
    expect(problems).toEqual([]);
    const notes = { in: 'repository', file: 'docs/notes.md' };
    expect(workflow?.steps[0]?.deliverables[0]?.checks).toEqual([
      { level: 'should', criterion: { check: 'exists', ...notes } },
      { level: 'must', criterion: { check: 'size', ...notes, min: 1024, max: 3000 } },
      { level: 'should', criterion: { check: 'headings', ...notes, headings: ['Summary'] } },
      { level: 'should', criterion: { check: 'contains', ...notes, words: ['tax', 'rate'] } },
      { level: 'should', criterion: { check: 'matches', ...notes, pattern: '(?m)^AC-[0-9]+' } },
      { id: 'form', level: 'should', criterion: { check: 'format', ...notes, format: 'markdown' } },
    ]);
    expect(workflow?.steps[0]?.checks).toEqual([
      { level: 'must', criterion: { check: 'commits', min: 1 } },
      { id: 'tests', level: 'must', criterion: { check: 'command', run: '{{ inputs.test_command }}', timeout: 90_000 } },
      { level: 'nice', criterion: { check: 'scope', allow: ['{{ inputs.paths }}'], deny: ['*.lock'] } },
      { level: 'must', criterion: { check: 'exists', in: 'repository', file: 'src/a.js' } },
    ]);
  });

  test('hands its defaults to the steps that say nothing themselves', () => {
    const { workflow } = loadWorkflow(
      `version: 1
name: defaults
defaults: { agent: codex, timeout: 5m, retry: { max: 0 }, permission: read }
steps:
  - { id: one, role: planner }
  - { id: two, role: builder, agent: claude, timeout: 1h, retry: { max: 4 }, permission: full }
`,
      'w.yaml',
    );
    expect(workflow?.steps.map(({ agent, timeout, retries, permission }) => [agent, timeout, retries, permission])).toEqual([
      ['codex', 300_000, 0, 'read'],
      ['claude', 3_600_000, 4, 'full'],
    ]);
  });

  test('a step says after which ends there is another try, else the defaults do', () => {
    const text = `version: 1
name: defaults
defaults: { retry: { on: [crash] } }
steps:
  - { id: one, role: builder, retry: { max: 1 } }
  - { id: two, role: builder, retry: { on: [timeout, invalid-output] } }
`;
    const { workflow } = loadWorkflow(text, 'w.yaml');
    expect(workflow?.steps.map(({ retries, retryOn }) => [retries, retryOn])).toEqual([
      [1, ['crash']],
      [2, ['timeout', 'invalid-output']],
    ]);
    expect(lines(text.replace('crash', 'rate-limit').replace('[timeout, invalid-output]', '[]'))).toEqual([
      'w.yaml:3:27: "on" is "rate-limit"; use one of crash, timeout, missing-deliverable, invalid-output',
      'w.yaml:6:44: "on" is empty; put something in or remove the key',
    ]);
  });

  test('a gate says what comes after its last rejection; to ask a person is what happens anyway', () => {
    const review = (id: string, then: string): string =>
      `  - { id: ${id}, role: reviewer, deliverables: [{ id: r, path: context/${id}.md }], gate: { on_reject: { goto: build${then} } } }\n`;
    const text = `version: 1
name: gates
steps:
  - { id: build, role: builder }
${review('a', '')}${review('b', ', then: escalate')}${review('c', ', then: fail, max: 1')}${review('d', ', then: proceed, with: full-review, fresh: true')}`;
    const { workflow } = loadWorkflow(text, 'w.yaml');
    expect(workflow?.steps.flatMap(({ gate }) => gate ?? [])).toStrictEqual([
      { goto: 'build', max: 3 },
      { goto: 'build', max: 3 },
      { goto: 'build', max: 1, last: 'fail' },
      { goto: 'build', max: 3, last: 'proceed', with: 'full-review', fresh: true },
    ]);
  });

  test('names each of its roles once', () => {
    const { workflow } = loadWorkflow(
      withSteps('{ id: a, role: builder }', '{ id: b, role: reviewer }', '{ id: c, role: builder }'),
      'w.yaml',
    );
    expect(workflow && rolesUsed(workflow)).toEqual(['builder', 'reviewer']);
  });

  test('the one that comes with the program loads', () => {
    const text = readFileSync(new URL('../../workflows/plan-build-review-doc.yaml', import.meta.url), 'utf8');
    const { workflow, problems } = loadWorkflow(text, 'plan-build-review-doc.yaml');
    expect(problems).toEqual([]);
    expect(workflow?.steps.map((step) => step.id)).toEqual(['plan', 'build', 'review', 'document']);
    expect(workflow?.environments).toEqual({ dev: { human: 'optional' }, prod: { human: 'required' } });
  });
});

describe('what a schema refuses', () => {
  test('unknown keys stand at their line and column, with what was probably meant', () => {
    const text = `version: 1
name: typos
stepz: []
steps:
  - id: build
    role: builder
    retry: { mx: 2 }
    delivrables: []
`;
    expect(lines(text)).toEqual([
      'w.yaml:3:1: unknown key "stepz"; did you mean "steps"?',
      'w.yaml:7:14: unknown key "mx"; did you mean "max"?',
      'w.yaml:8:5: unknown key "delivrables"; did you mean "deliverables"?',
    ]);
  });

  test('values out of their set, their form or their bounds are quoted with what may stand there', () => {
    const text = withSteps(
      '{ id: Build, role: builder }',
      '{ id: two, role: builder, permission: reed }',
      '{ id: three, role: builder, timeout: 40 minutes }',
      '{ id: four, role: builder, retry: { max: 99 } }',
      '{ id: five, role: builder, checks: [ { headings: [], file: a } ] }',
    );
    expect(lines(text)).toEqual([
      'w.yaml:4:11: "id" is "Build"; expected: lower case letters and digits, with single dashes between',
      'w.yaml:5:43: "permission" is "reed"; did you mean "read"?',
      'w.yaml:6:42: "timeout" is "40 minutes"; expected: a time such as 90s, 40m or 1.5h',
      'w.yaml:7:46: "max" is "99"; it must be <= 10',
      'w.yaml:8:54: "headings" is empty; put something in or remove the key',
    ]);
  });

  test('missing keys and wrong types are told together', () => {
    expect(lines('version: 2\nname: x\nsteps:\n  - role: builder\n    needs: plan\n')).toEqual([
      'w.yaml:1:10: "version" is "2"; write 1',
      'w.yaml:4:5: the key "id" is missing in "steps"; add it',
      'w.yaml:5:12: "needs" is "plan"; write a list',
    ]);
    expect(lines('')).toEqual([
      'w.yaml:1:1: the key "steps" is missing; add it',
      'w.yaml:1:1: the key "version" is missing; add it',
      'w.yaml:1:1: the key "name" is missing; add it',
    ]);
    expect(lines('- 1\n')).toEqual(['w.yaml:1:1: "the file" is a list; write a map of keys']);
  });

  test('a name of JavaScript is as unknown as any other', () => {
    expect(lines(withSteps('{ id: a, role: b, constructor: 1, title: "{{ toString }}" }'))).toEqual([
      expect.stringContaining('unknown key "constructor"'),
      expect.stringContaining('unknown name "{{ toString }}"'),
    ]);
  });
});

describe('YAML that is broken or harmful', () => {
  test('a key given twice is refused at the second', () => {
    expect(lines('version: 1\nname: a\nname: b\nsteps: []\n')).toEqual([expect.stringMatching(/^w\.yaml:3:1: .*"name".*twice/)]);
  });

  test('a syntax error has a line', () => {
    expect(lines('version: 1\nname: [a\nsteps: {}\n')[0]).toMatch(/^w\.yaml:[34]:\d+: /);
  });

  test('a second document is refused', () => {
    expect(lines('version: 1\n---\nname: b\n')[0]).toMatch(/^w\.yaml:\d:\d: a second document starts here/);
  });

  test('aliases that multiply are refused', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
    for (const [letter, before] of ['ba', 'cb', 'dc', 'ed']) {
      bomb.push(`${letter}: &${letter} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`);
    }
    expect(lines(bomb.join('\n'))).toEqual(['w.yaml:2:8: an alias (*name) repeats too much of the file; write the value out']);
    expect(lines('version: *x\n')).toEqual([expect.stringContaining('anchor')]);
  });

  test('nesting and size are refused before they can do harm', () => {
    expect(lines('['.repeat(200_000))).toEqual([expect.stringContaining('100 levels')]);
    expect(lines(`- ${'- '.repeat(5000)}x`)).toEqual([expect.stringContaining('100 levels')]);
    expect(lines(`# ${'x'.repeat(1_100_000)}`)).toEqual([expect.stringContaining('over 256 KB')]);
  });
});

describe('names that must exist', () => {
  test('needs and goto name steps, targets name list inputs, placeholders name values', () => {
    const text = `version: 1
name: names
inputs:
  parts: { type: list }
  issue: { type: string, default: "{{ inputs.parts }}" }
steps:
  - id: plan
    role: planner
    title: "Plan {{ target }}"
  - id: build
    role: builder
    needs: [plam]
    targets: { from: inputs.part }
    prompt: "Build {{ target.stem }} for {{ inputs.isue }}"
  - id: test
    role: builder
    targets: { from: inputs.issue }
    deliverables:
      - { id: out, path: "context/{{ iteration.slug | upper }}.md" }
  - id: review
    role: reviewer
    deliverables: [ { id: report, path: context/report.md } ]
    gate: { on_reject: { goto: buidl } }
checks:
  - { scope: { deny: ["{{ task.id }}/**"] } }
`;
    expect(lines(text)).toEqual([
      'w.yaml:5:36: unknown name "{{ inputs.parts }}"; use one of iteration.name, iteration.slug',
      'w.yaml:9:18: unknown name "{{ target }}"; use one of iteration.name, iteration.slug, inputs.parts, inputs.issue, task.id',
      'w.yaml:12:13: unknown step "plam"; did you mean "plan"?',
      'w.yaml:13:22: unknown input "inputs.part"; did you mean "inputs.parts"?',
      'w.yaml:14:42: unknown name "{{ inputs.isue }}"; did you mean "inputs.issue"?',
      'w.yaml:17:22: "inputs.issue" is not a list; make its type list or name another input',
      'w.yaml:19:35: "{{ iteration.slug | upper }}" is no placeholder; write {{ name }} with a plain name: no filters, no conditions',
      'w.yaml:23:32: unknown step "buidl"; did you mean "build"?',
      'w.yaml:25:24: unknown name "{{ task.id }}"; use one of iteration.name, iteration.slug, inputs.parts, inputs.issue',
    ]);
  });

  test('a default has the type of its input', () => {
    const text = `version: 1
name: types
inputs:
  a: { type: number, default: many }
  b: { type: list, default: one }
  c: { type: boolean, default: true }
  d: { type: string, default: [x] }
steps: [ { id: s, role: r } ]
`;
    expect(lines(text)).toEqual([
      'w.yaml:4:31: the default of input "a" is no number; write a number',
      'w.yaml:5:29: the default of input "b" is no list; write a list',
      'w.yaml:7:31: the default of input "d" is no string; write a string',
    ]);
  });
});

describe('an order that must be possible', () => {
  const report = 'deliverables: [{ id: r, path: context/r.md }]';

  test('ids are given once and a stage does not start again', () => {
    const text = withSteps('{ id: a, role: r, stage: x }', '{ id: a, role: r }', '{ id: c, role: r, stage: x }');
    expect(lines(text)).toEqual([
      'w.yaml:5:11: a second step with the id "a"; give every step its own id',
      'w.yaml:6:30: stage "x" starts a second time; put its steps next to each other or use another name',
    ]);
  });

  test('steps that wait for each other are named', () => {
    const text = withSteps('{ id: a, role: r, needs: [b] }', '{ id: b, role: r, needs: [a] }', '{ id: c, role: r, needs: [b] }');
    expect(lines(text)).toEqual([
      'w.yaml:4:30: step "a" waits for itself: a, b need each other; remove one of these needs',
      'w.yaml:5:30: step "b" waits for itself: a, b need each other; remove one of these needs',
    ]);
  });

  test('a rejection goes to a step before the review', () => {
    const gate = (goto: string): string => `{ id: review, role: r, ${report}, gate: { on_reject: { goto: ${goto} } } }`;
    const around = (goto: string): string[] =>
      lines(withSteps('{ id: plan, role: r }', '{ id: build, role: r }', gate(goto), '{ id: doc, role: r }'));
    expect(around('plan')).toEqual([]);
    expect(around('build')).toEqual([]);
    expect(around('doc')).toEqual([expect.stringContaining('step "doc" does not come before "review"; use one of')]);
    expect(around('review')).toEqual([expect.stringContaining('step "review" does not come before "review"')]);
  });

  test('a gate needs a review to read', () => {
    const text = withSteps('{ id: a, role: r }', '{ id: b, role: r, gate: { on_reject: { goto: a } } }');
    expect(lines(text)).toEqual([expect.stringContaining('w.yaml:5:23: step "b" has a gate but delivers no review')]);
  });
});

describe('alternatives, picks and ends', () => {
  const BUILD =
    '{ id: build, role: builder, alternatives: [{ id: a, with: { how: x } }, { id: b, with: { how: y } }], prompt: "by {{ alternative.how }}", deliverables: [{ id: note, path: "notes/{{ alternative.id }}.md", fields: { score: number } }] }';

  test('are sound together', () => {
    const text = withSteps(BUILD, '{ id: choose, pick: { from: build, by: alternative.outputs.score } }');
    expect(lines(`${text}finally:\n  - { id: sweep, run: node sweep.mjs }\n`)).toEqual([]);
  });

  test.each([
    [
      '{ id: build, role: builder, alternatives: 3 }',
      ['w.yaml:4:33: no step picks one of the alternatives of "build"; have exactly one step with pick: {from: build}'],
    ],
    ['{ id: choose, pick: { from: bild } }', ['w.yaml:4:33: unknown step "bild"; give an earlier step alternatives']],
  ])('%s is refused', (step, expected) => {
    expect(lines(withSteps(step))).toEqual(expected);
  });

  test('rules may speak of declared fields and known figures only', () => {
    expect(lines(withSteps(BUILD, '{ id: choose, pick: { from: build, by: alternative.outputs.speed } }'))).toEqual([
      'w.yaml:5:44: the alternatives declare no field "speed"',
    ]);
    expect(lines(withSteps(BUILD, '{ id: choose, pick: { from: build, score: [{ metric: alternative.cost }] } }'))).toEqual([
      'w.yaml:5:58: unknown "alternative.cost"; use id, task, agent, attempts, warnings, files, lines, minutes, outputs',
    ]);
  });

  test('a value only some alternatives have, a second id and the words of an answer are told', () => {
    const step = '{ id: build, role: builder, alternatives: [{ id: a, with: { how: x } }, { id: a }, { id: reject, with: { how: y } }] }';
    expect(lines(withSteps(step, '{ id: choose, pick: { from: build } }'))).toEqual([
      'w.yaml:4:77: alternative "a" has no value "how", which others have; add it to with:',
      'w.yaml:4:83: a second alternative with the id "a"; give each its own id',
      'w.yaml:4:94: "reject" is an answer to decisions already; use another id',
    ]);
  });

  test('what is done at the end sends nothing back', () => {
    const text = withSteps('{ id: build, role: builder }');
    expect(lines(`${text}finally:\n  - { id: sweep, human: { ask: ok? } }\n`)).toEqual([
      'w.yaml:6:18: "human" in a step that is done at the end; leave it out, or put the step among the others',
    ]);
  });

  test('joining each needs targets that are the same as before', () => {
    const text = (second: string): string =>
      `version: 1\nname: small\ninputs: { parts: { type: list }, others: { type: list } }\nsteps:\n  - { id: build, role: builder, targets: { from: inputs.parts } }\n  - ${second}\n`;
    expect(lines(text('{ id: check, role: reviewer, targets: { from: build }, join: each }'))).toEqual([]);
    expect(lines(text('{ id: check, role: reviewer, targets: { from: inputs.others }, join: each }'))).toEqual([
      'w.yaml:6:68: no step before "check" has the same targets; take the targets from the step it waits for, or leave join out',
    ]);
  });
});

describe('checks that must make sense', () => {
  const check = (yaml: string): string[] =>
    lines(withSteps(`{ id: a, role: r, checks: [ ${yaml} ] }`).replace('steps:', 'inputs: { cmd: { type: string } }\nsteps:'));

  test.each([
    ['{ commits: { min: 1 } }', []],
    ['{ command: npm test }', []],
    ['{ command: "{{ inputs.cmd }}" }', []],
    ['{ id: x }', ['a check that checks nothing; use one of exists, size']],
    ['{ commits: { min: 1 }, command: npm test }', ['one check with two kinds, "command" and "commits"; make it two checks']],
    ['{ exists: true }', ['an exists check without a file']],
    ['{ file: a, commits: { min: 1 } }', ['"file" with a commits check; leave it out']],
    ['{ exists: true, file: a, timeout: 1m }', ['"timeout" with an exists check; leave it out: only commands take time']],
    ['{ exists: true, file: ../a }', ['the path "../a" leaves its folder with ".."']],
    ['{ exists: true, file: /etc/passwd }', ['the path "/etc/passwd" is absolute']],
    ['{ command: "npm test {{ inputs.cmd }}" }', ['a placeholder inside the command']],
    ['{ command: "npm test | tee log" }', ['uses a shell operator']],
    ['{ matches: "(", file: a }', ['does not compile']],
    ['{ size: { min: 2KB, max: 1KB }, file: a }', ['no file is at least 2KB and at most 1KB']],
  ])('%s', (yaml, expected) => {
    const found = check(yaml);
    expect(found).toHaveLength(expected.length);
    for (const [index, text] of expected.entries()) expect(found[index]).toContain(text);
  });

  test('in a deliverable the file is the deliverable, and its path is one that iter does not write', () => {
    const text = `version: 1
name: places
steps:
  - id: a
    role: r
    deliverables:
      - { id: x, path: Manifest.json }
      - { id: x, path: .git/config, in: repository }
      - { id: y, path: context/y.md, checks: [ { format: yaml, file: other.yaml } ] }
`;
    expect(lines(text)).toEqual([
      'w.yaml:7:24: the path "Manifest.json" is written by iter itself; name a file such as context/report.md',
      'w.yaml:8:15: a second deliverable with the id "x"; give each its own id',
      'w.yaml:8:24: the path ".git/config" is inside .git; name a file such as context/report.md',
      'w.yaml:9:64: "file" in a check of a deliverable; leave it out: the file is the deliverable',
    ]);
  });
});
