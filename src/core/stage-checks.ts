/** What a stage has to have reached: its checks are judged with the steps that end it, under the name of the stage. */
import { stagesOf, upstreamOf, needsOf } from './stages.ts';
import type { CheckTemplate, Step, Workflow } from './workflow.ts';

/** A step with the checks of the stage it ends, if it ends one. */
export function withStageChecks(step: Step, workflow: Pick<Workflow, 'steps' | 'stages'>): Step {
  if (step.stage === undefined || workflow.stages === undefined) return step;
  return { ...step, checks: [...step.checks, ...(checksByLastStep(workflow).get(step.id) ?? [])] };
}

/** The checks of the stages by the id of the step they are judged with; where steps end a stage side by side, each of them is. */
export function checksByLastStep({
  steps,
  stages = {},
}: Pick<Workflow, 'steps' | 'stages'>): ReadonlyMap<string, readonly CheckTemplate[]> {
  const found = new Map<string, readonly CheckTemplate[]>();
  for (const members of stagesOf(steps)) {
    const name = members[0]?.stage;
    const checks = name !== undefined && Object.hasOwn(stages, name) ? (stages[name]?.checks ?? []) : [];
    if (name === undefined || checks.length === 0) continue;
    const named = checks.map((check) => ({ ...check, id: `${name}.${check.id ?? check.criterion.check}` }));
    for (const step of lastOf(members, steps)) found.set(step.id, named);
  }
  return found;
}

/** The steps of a stage that no other step of it waits for. */
function lastOf(members: readonly Step[], steps: readonly Step[]): Step[] {
  const needs = needsOf(steps);
  return members.filter((step) => !members.some((other) => upstreamOf(other.id, needs).has(step.id)));
}
