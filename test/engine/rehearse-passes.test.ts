import { expect, it } from 'vitest';
import { passesOf } from '../../src/engine/rehearse-passes.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';

function passes(text: string): { passes: string[]; missing: string[] } {
  const { workflow, problems } = loadWorkflow(text, 'w.yaml');
  if (workflow === undefined) throw new Error(JSON.stringify(problems));
  const found = passesOf(workflow);
  const covered = new Set(found.passes.flatMap((pass) => pass.covers));
  return {
    passes: found.passes.map((pass) => `${pass.environment} ${JSON.stringify({ ...pass.fields, ...pass.inputs })}`),
    missing: found.wanted.filter((one) => !covered.has(one)),
  };
}

const HEAD = 'version: 1\nname: w\ndescription: d\n';
const TRIAGE = `steps:
  - id: triage
    role: planner
    deliverables: [{ id: t, path: context/t.md, fields: { kind: [infra, data], big: boolean, other: string } }]
`;

it('a workflow without conditions is played once, or once for each environment', () => {
  expect(passes(`${HEAD}steps: [{ id: a, role: planner }]\n`).passes).toEqual(['dev {}']);
  const two = `${HEAD}environments: { dev: { human: optional }, prod: { human: required } }\nsteps: [{ id: a, role: planner }]\n`;
  expect(passes(two).passes).toEqual(['dev {}', 'prod {}']);
});

it('conditions over words, flags and inputs go both ways in as few passes as a greedy choice finds', () => {
  const text = `${HEAD}inputs: { mcp: { type: boolean, default: false } }\n${TRIAGE}  - { id: b, role: builder, when: "steps.triage.outputs.kind == 'infra' && steps.triage.outputs.big" }
  - { id: c, role: builder, when: "steps.triage.outputs.kind == 'data'" }
  - { id: d, role: builder, when: inputs.mcp }\n`;
  const found = passes(text);
  expect(found.missing).toEqual([]);
  expect(found.passes).toHaveLength(2);
});

it('a condition that can never be true is left over', () => {
  const text = `${HEAD}${TRIAGE}  - { id: b, role: builder, when: "steps.triage.outputs.kind == 'neither'" }\n`;
  expect(passes(text).missing).toEqual(['b: true']);
});

it('conditions over too many choices to try them all are merged into few passes, each way of each', () => {
  const kinds = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const fields = kinds.map((kind) => `${kind}: [x, y, z]`).join(', ');
  const steps = kinds.map(
    (kind) => `  - { id: ${kind}, role: builder, when: "steps.triage.outputs.kind == '${kind}' && steps.triage.outputs.${kind} == 'z'" }\n`,
  );
  const text = `${HEAD}environments: { dev: { human: optional }, prod: { human: required } }
steps:
  - { id: triage, role: planner, deliverables: [{ id: t, path: context/t.md, fields: { kind: [${kinds.join(', ')}], ${fields} } }] }
${steps.join('')}  - { id: night, role: builder, when: "env == 'prod'" }\n`;
  const found = passes(text);
  expect(found.missing).toEqual([]);
  expect(found.passes).toHaveLength(kinds.length);
  expect(new Set(found.passes.map((pass) => pass.split(' ')[0]))).toEqual(new Set(['dev', 'prod']));
});
