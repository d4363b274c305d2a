import { describe, expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { ALONE } from '../../src/files/workflow-document.ts';
import { lintWorkflow } from '../../src/files/workflow-lint.ts';

const ROLES = ['planner', 'builder', 'reviewer'];
const HEAD = [
  'version: 1',
  'name: small',
  'description: For tests.',
  'environments: { dev: { human: optional }, prod: { human: required } }',
  'inputs: { urgent: { type: boolean, default: false }, command: { type: string } }',
  'steps:',
];
/** Uses every input, so that no warning is about them. */
const USED = `{ id: used, role: planner, checks: [{ exists: true, file: a.md }], prompt: "{{ inputs.urgent }} {{ inputs.command }}" }`;
const CHECKED = 'checks: [{ commits: { min: 1 } }]';

/** What lint says about these steps; the first of them stands on line 8. */
function lint(...steps: readonly string[]): { readonly problems: string[]; readonly warnings: string[] } {
  const text = [...HEAD, `  - ${USED}`, ...steps.map((step) => `  - ${step}`), ''].join('\n');
  const { problems, warnings } = lintWorkflow({ text, file: 'w.yaml', related: ALONE }, ROLES);
  return { problems: problems.map(problemLine), warnings: warnings.map(problemLine) };
}

const TRIAGE = `{ id: triage, role: planner, needs: [used], deliverables: [{ id: notes, path: context/notes.md, fields: { kind: [bug, wish], sure: boolean, count: number } }] }`;
const conditional = (condition: string): string[] => [TRIAGE, `{ id: go, role: builder, ${CHECKED}, when: '${condition}' }`];

describe('what would go wrong in a run', () => {
  test('nothing, when a workflow is sound', () => {
    expect(lint(...conditional('steps.triage.outputs.kind == "bug"'))).toEqual({ problems: [], warnings: [] });
  });

  test('what the loader refuses is all there is to say', () => {
    expect(lint('{ id: go, role: buidler, stge: s }')).toEqual({
      problems: ['w.yaml:8:30: unknown key "stge"; did you mean "stage"?'],
      warnings: [],
    });
  });

  test('a role nobody has written', () => {
    expect(lint(`{ id: go, role: buidler, ${CHECKED} }`).problems).toEqual([
      'w.yaml:8:21: unknown role "buidler"; did you mean "builder"?',
    ]);
  });

  test('two steps that deliver one file', () => {
    const step = (id: string): string => `{ id: ${id}, role: builder, deliverables: [{ id: notes, path: context/notes.md }] }`;
    expect(lint(step('one'), step('two')).problems).toEqual([
      'w.yaml:9:65: steps "one" and "two" both deliver "context/notes.md"; give each its own file',
    ]);
  });

  test.each([
    ['a word the field cannot be', 'steps.triage.outputs.kind == "bgu"'],
    ['an environment there is not', 'env == "staging"'],
    ['two words at once', 'steps.triage.outputs.kind == "bug" && steps.triage.outputs.kind == "wish"'],
    ['a status in which nothing would start', 'steps.triage.status == "failed"'],
    ['false itself', 'false'],
  ])('a step that can never be reached: %s', (_name, condition) => {
    expect(lint(...conditional(condition)).problems).toEqual([
      expect.stringMatching(/^w\.yaml:9:\d+: step "go" can never be reached: its condition is false whatever happens/),
    ]);
  });

  test('a person who is never asked', () => {
    expect(lint('{ id: look, human: { ask: Is it right, mode: off } }').problems).toEqual([
      expect.stringMatching(/^w\.yaml:8:\d+: step "look" can never be reached: nobody is ever asked/),
    ]);
  });
});

describe('what only deserves a warning', () => {
  test.each([
    [
      'a condition that is true whatever happens',
      conditional('env == "dev" || env == "prod"'),
      /^w\.yaml:9:\d+: step "go" has a condition that is true/,
    ],
    [
      'a review of the work of its own role',
      [
        `{ id: go, role: builder, ${CHECKED} }`,
        '{ id: review, role: builder, deliverables: [{ id: r, path: context/r.md }], gate: { on_reject: { goto: go } } }',
      ],
      /^w\.yaml:9:25: step "review" reviews the work of its own role: "go" is done by "builder", too/,
    ],
    [
      'steps side by side that may change the same paths',
      [
        '{ id: one, stage: s, role: builder, checks: [{ scope: { allow: ["src/*.ts"] } }] }',
        '{ id: two, stage: s, role: builder, checks: [{ scope: { allow: [docs/, src/a.ts] } }] }',
      ],
      /^w\.yaml:9:76: steps "one" and "two" may run at the same time and may both change "src\/a\.ts" \("src\/\*\.ts"\)/,
    ],
    ['an agent nothing looks at', ['{ id: go, role: builder }'], /^w\.yaml:8:11: nothing checks step "go"/],
    [
      'a MUST command that goes missing without a word',
      ['{ id: go, role: builder, checks: [{ command: "{{ inputs.command }}" }] }'],
      /^w\.yaml:8:50: a MUST check is left out when input "command" is not given/,
    ],
  ])('%s', (_name, steps, expected) => {
    expect(lint(...steps)).toEqual({ problems: [], warnings: [expect.stringMatching(expected)] });
  });

  test('steps one after the other may change the same paths', () => {
    const step = (id: string): string => `{ id: ${id}, role: builder, checks: [{ scope: { allow: ["src/**"] } }] }`;
    expect(lint(step('one'), step('two'))).toEqual({ problems: [], warnings: [] });
  });

  test('an input that is never used, and a missing description', () => {
    const text = `version: 1\nname: small\ninputs: { gone: { type: string } }\nsteps: [{ id: go, role: builder, ${CHECKED} }]\n`;
    expect(lintWorkflow({ text, file: 'w.yaml', related: ALONE }, ROLES).warnings.map(problemLine)).toEqual([
      'w.yaml:2:7: the workflow has no description; say in a sentence what it is for',
      'w.yaml:3:11: input "gone" is never used; use it or take it out',
    ]);
  });

  test('a condition over texts and numbers is left alone: their values are not known', () => {
    expect(lint(...conditional('steps.triage.outputs.count > 3'))).toEqual({ problems: [], warnings: [] });
    expect(lint(...conditional('inputs.command == "x" && false'))).toEqual({ problems: [], warnings: [] });
  });
});

describe('pins of skills', () => {
  const flow = (pins: string): string =>
    [
      'version: 1',
      'name: small',
      'description: For tests.',
      ...(pins === '' ? [] : [`skills: ${pins}`]),
      'steps:',
      `  - { id: one, role: builder, ${CHECKED} }`,
      `  - { id: two, role: builder, skills: [sql], ${CHECKED} }`,
      '',
    ].join('\n');
  const pinned = (pins: string): string[] =>
    lintWorkflow({ text: flow(pins), file: 'w.yaml', related: ALONE }, ROLES, { skills: { builder: ['testing'] } }).warnings.map(
      problemLine,
    );

  test('a workflow that pins none is left in peace', () => {
    expect(pinned('')).toEqual([]);
  });

  test('one that pins some hears of those it does not, of its steps and of their roles, and of those nobody uses', () => {
    expect(pinned('{ old: "1" }')).toEqual([
      'w.yaml:4:11: no step uses the skill "old"; take it out, or name it in a step',
      'w.yaml:6:22: step "one" uses "testing", which skills does not pin; add it to skills with its version',
      'w.yaml:7:39: step "two" uses "sql", which skills does not pin; add it to skills with its version',
    ]);
    expect(pinned('{ sql: "1", testing: "2" }')).toEqual([]);
  });
});
