import { expect, it } from 'vitest';
import { checksByLastStep } from '../../src/core/stage-checks.ts';
import type { CheckTemplate } from '../../src/core/workflow.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';

function placed(...steps: readonly string[]): Record<string, (string | undefined)[]> {
  const text = `version: 1\nname: w\nstages: { A: { checks: [{ commits: { min: 1 } }, { id: whole, exists: true, file: a.md }] }, B: { title: Rest } }\nsteps:\n${steps.map((step) => `  - ${step}`).join('\n')}\n`;
  const { workflow, problems } = loadWorkflow(text, 'w.yaml');
  if (workflow === undefined) throw new Error(JSON.stringify(problems));
  const ids = (checks: readonly CheckTemplate[]): (string | undefined)[] => checks.map((check) => check.id);
  return Object.fromEntries([...checksByLastStep(workflow)].map(([step, checks]) => [step, ids(checks)]));
}

const NAMED = ['A.commits', 'A.whole'];

it('the checks of a stage are judged with the step that ends it', () => {
  const last = '{ id: two, stage: A, needs: [one], role: b }';
  expect(placed('{ id: one, stage: A, role: b }', last, '{ id: three, stage: B, role: b }')).toEqual({ two: NAMED });
});

it('where steps end a stage side by side, with each of them', () => {
  const ends = ['{ id: two, stage: A, needs: [one], role: b }', '{ id: three, stage: A, needs: [one], role: b }'];
  expect(placed('{ id: one, stage: A, role: b }', ...ends, '{ id: four, stage: B, role: b }')).toEqual({ two: NAMED, three: NAMED });
});
