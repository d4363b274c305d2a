/** Every step of a workflow file with the place it stands at: those of `steps`, then those of `finally`. */
import type { StepSource, WorkflowSource } from './workflow-source.ts';
import { lastSteps } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

export interface PlacedStep {
  readonly step: StepSource;
  readonly path: YamlPath;
}

/** The steps in the order they are done in. */
export function placedSteps(source: Pick<WorkflowSource, 'steps' | 'finally'>): PlacedStep[] {
  return [
    ...source.steps.map((step, index) => ({ step, path: ['steps', index] })),
    ...lastSteps(source).map((step, index) => ({ step, path: ['finally', index] })),
  ];
}
