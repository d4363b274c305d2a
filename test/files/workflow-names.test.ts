import { describe, expect, it } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';

const HEAD = `version: 1
name: w
inputs: { docs: { type: string, default: "docs/*.md" }, lead: { type: string, default: Ada } }
checklists: { code: { must: [It works], reject_if: [It leaks] } }
`;
const load = (...lines: string[]) => loadWorkflow(`${HEAD}${lines.join('\n')}\n`, 'w.yaml');
const faults = (...lines: string[]): string[] => load(...lines).problems.map(problemLine);
const step = (more: string): string[] => ['steps:', '  - { id: build, role: builder }', `  - { id: look, ${more} }`];
const REVIEW = 'role: reviewer, deliverables: [{ id: r, path: r.md }]';
const BACK = 'on_reject: { goto: build }';

describe('checklists', () => {
  it('of a step and of its gate are one thing', () => {
    const { workflow } = load(...step(`${REVIEW}, gate: { ${BACK}, checklist: code }`));
    expect(workflow?.steps[1]?.checklist).toBe('code');
    expect(workflow?.checklists).toEqual({
      code: [
        { id: 'C1', kind: 'must', text: 'It works' },
        { id: 'C2', kind: 'reject_if', text: 'It leaks' },
      ],
    });
    expect(faults(...step(`${REVIEW}, checklist: code, gate: { ${BACK}, checklist: code }`))).toEqual([]);
  });

  it.each([
    ['unknown', `${REVIEW}, checklist: cod`, 'w.yaml:7:83: unknown checklist "cod"; did you mean "code"?'],
    [
      'given to a person',
      'human: { ask: Well? }, checklist: code',
      'w.yaml:7:40: "checklist" in a step no agent does; leave it out, or give it to the review before',
    ],
    [
      'with nowhere to answer',
      'role: reviewer, checklist: code',
      'w.yaml:7:33: step "look" has a checklist but no file to answer it in; add a deliverable in the iteration folder: the answers stand in its front matter',
    ],
  ])('that are %s are refused where they are named', (_name, more, expected) => {
    expect(faults(...step(more))).toEqual([expected]);
  });

  it('two in one step are one too many', () => {
    const lines = [
      'checklists: { a: { must: [x] }, b: { must: [y] } }',
      ...step(`${REVIEW}, checklist: a, gate: { ${BACK}, checklist: b }`),
    ];
    const text = `version: 1\nname: w\n${lines.join('\n')}\n`;
    expect(loadWorkflow(text, 'w.yaml').problems.map((problem) => problem.what)).toEqual(['step "look" has two checklists, "a" and "b"']);
  });
});

describe('stages', () => {
  it('have to be ones that steps are in, and their texts know the inputs only', () => {
    const stages = 'stages: { bild: { title: "{{ inputs.lead }} and {{ target }}" } }';
    expect(faults(stages, 'steps: [{ id: a, stage: build, role: b }]')).toEqual([
      'w.yaml:5:11: no step is in the stage "bild"; did you mean "build"?',
      expect.stringContaining('unknown name "{{ target }}"'),
    ]);
  });

  it('may be letters, and their checks are judged like those of steps', () => {
    expect(faults('stages: { A: { checks: [{ exists: true }] } }', 'steps: [{ id: a, stage: A, role: b }]')).toEqual([
      'w.yaml:5:27: an exists check without a file; add file: and the path',
    ]);
  });
});

describe('inputs in other texts', () => {
  it('may stand in what a person is asked, and by whom', () => {
    expect(faults(...step('human: { ask: "Ship {{ inputs.docs }}?", who: "{{ inputs.lead }}" }'))).toEqual([]);
    expect(faults(...step('human: { ask: "Ship {{ inputs.doc }}?" }'))).toEqual([
      expect.stringContaining('unknown name "{{ inputs.doc }}"; did you mean "inputs.docs"?'),
    ]);
  });

  it('may stand in the patterns of targets', () => {
    expect(faults(...step('role: b, targets: { glob: "{{ inputs.docs }}" }'))).toEqual([]);
    expect(faults(...step('role: b, targets: { glob: ["x/{{ target }}"] }'))).toEqual([
      expect.stringContaining('unknown name "{{ target }}"'),
    ]);
  });
});

it('decision, escalation and models come through in the units of the program', () => {
  const { workflow, problems } = load(
    'models: { strong: { claude: opus } }',
    'decision: { caution_margin: 0.1, caution_approvers: [tech lead] }',
    'escalation: { to: tech lead, triage_within: 10m }',
    'steps: [{ id: a, role: b, model: strong }]',
  );
  expect([problems, workflow?.models, workflow?.decision, workflow?.escalation, workflow?.steps[0]?.model]).toEqual([
    [],
    { strong: { claude: 'opus' } },
    { cautionMargin: 0.1, cautionApprovers: ['tech lead'] },
    { to: 'tech lead', triageWithin: 600_000 },
    'strong',
  ]);
});

it.each(['--yolo', '-m', 'a b', ''])('%j is no name of a model: it could be read as a flag', (name) => {
  expect(faults(`models: { strong: { claude: ${JSON.stringify(name)} } }`, 'steps: [{ id: a, role: b }]')).toHaveLength(1);
});
