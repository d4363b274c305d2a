/** The plan of a new iteration: what the request, the workflow and the place where work starts come to together. */
import type { Expansion } from '../core/expand.ts';
import { mergedModels, type Models } from '../core/model.ts';
import type { Plan } from '../core/plan.ts';
import { cycleIn } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Workflow } from '../core/workflow.ts';
import type { Start } from './create-place.ts';
import type { CreateRequest } from './create-request.ts';

/** When neither the request nor the workflow names an environment. */
const ENVIRONMENT = 'dev';

/** What was found and worked out for a request. */
export interface Planned {
  readonly name: string;
  readonly start: Start;
  readonly workflow: Workflow;
  readonly tasks: Plan['tasks'];
  readonly inputs: Expansion['inputs'];
}

/** The one the iteration runs in. */
export function environmentOf(request: CreateRequest, workflow: Workflow): string {
  return request.environment ?? Object.keys(workflow.environments)[0] ?? ENVIRONMENT;
}

export function planOf(request: CreateRequest, { name, start, workflow, tasks, inputs }: Planned): Plan {
  const environment = environmentOf(request, workflow);
  return {
    iteration: name,
    workflow: workflow.name,
    target: start.target,
    base: start.base,
    created: request.now,
    strategy: workflow.merge.strategy,
    maxParallel: request.maxParallel ?? workflow.concurrency,
    ...(workflow.perProvider === undefined ? {} : { perProvider: workflow.perProvider }),
    environment,
    human: workflow.environments[environment]?.human ?? 'required',
    inputs,
    ...(workflow.escalation === undefined ? {} : { escalation: workflow.escalation }),
    ...(workflow.decision === undefined ? {} : { decision: workflow.decision }),
    ...(workflow.budget === undefined ? {} : { budget: workflow.budget }),
    tasks,
  };
}

/** The configuration wins over the workflow, and the workflow over what the agents say of themselves. */
export function modelsFor(workflow: Workflow, { tiers = {}, models = {} }: Pick<CreateRequest, 'tiers' | 'models'>): Models {
  return mergedModels(mergedModels(tiers, workflow.models ?? {}), models);
}

export function cycleProblems(plan: Plan): Problem[] {
  const cycle = cycleIn(plan.tasks);
  if (cycle.length === 0) return [];
  return [{ what: `the needs of ${cycle.join(', ')} go round in a circle`, fix: 'take one out of the workflow' }];
}
