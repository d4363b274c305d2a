/** What conditions are evaluated over: inputs, environment and the steps that came before. */
import type { FieldType, FieldValue } from './fields.ts';
import { emptyValue } from './fields.ts';
import type { Plan } from './plan.ts';
import type { State } from './state.ts';
import type { InputValue } from './workflow.ts';

export interface StepFacts {
  readonly status: string;
  readonly verdict: string;
  readonly rejections: number;
  readonly outputs: Readonly<Record<string, FieldValue>>;
}

export interface ConditionFacts {
  readonly environment: string;
  readonly inputs: Readonly<Record<string, InputValue>>;
  readonly steps: Readonly<Record<string, StepFacts>>;
}

/**
 * The facts as they stand. A step's status is `accepted` when all its tasks are, `skipped` when all were skipped, else the state of the first that is neither;
 * its outputs are those of its tasks together. A declared field nobody has filled (its step was skipped) has the empty value of its type.
 */
export function conditionFacts(plan: Plan, state: State): ConditionFacts {
  const steps: Record<string, StepFacts> = {};
  for (const task of plan.tasks) {
    const current = state.tasks[task.id];
    // of alternatives the step is the one that was taken
    if (current?.phase.name === 'superseded') continue;
    const before = steps[task.step];
    const name = current?.phase.name ?? 'waiting';
    const status = name === 'merged' ? 'accepted' : name;
    const declared = Object.assign({}, ...task.deliverables.map((deliverable) => empty(deliverable.fields ?? {}))) as Record<
      string,
      FieldValue
    >;
    steps[task.step] = {
      status: before === undefined || before.status === 'skipped' || before.status === 'accepted' ? status : before.status,
      verdict: current?.verdict ?? before?.verdict ?? '',
      rejections: (before?.rejections ?? 0) + (current?.rejections ?? 0),
      outputs: { ...declared, ...before?.outputs, ...current?.outputs },
    };
  }
  return { environment: plan.environment, inputs: plan.inputs ?? {}, steps };
}

function empty(fields: Readonly<Record<string, FieldType>>): Record<string, FieldValue> {
  return Object.fromEntries(Object.entries(fields).map(([name, type]) => [name, emptyValue(type)]));
}
