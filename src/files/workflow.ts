/** Loads a workflow: YAML text in, a checked `Workflow` out, or everything that is wrong with it. Turns nothing into tasks. */
import { hasAgent } from '../core/actor.ts';
import type { Problem } from '../core/problem.ts';
import type { Role, Workflow } from '../core/workflow.ts';
import type { StepOrigin } from './step-origins.ts';
import type { Assembly } from './workflow-assembly.ts';
import { assembleWorkflow } from './workflow-assembly.ts';
import { ALONE, type Related } from './workflow-document.ts';
import { workflowOf } from './complete-workflow.ts';
import type { WorkflowSource } from './workflow-source.ts';

export interface LoadedWorkflow {
  /** There exactly when there are no problems. */
  readonly workflow?: Workflow;
  /** Roles that stand in the workflow file itself, by name. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** What the person should know about the reading. */
  readonly notes?: readonly string[];
  /** Where the steps come from, in their order. */
  readonly origins?: readonly StepOrigin[];
  /** The other files it is made of: what it extends and what it uses. */
  readonly others?: Assembly['files'];
  /** What was taken out on the way, and what that did to the order. */
  readonly removals?: Assembly['removals'];
  /** The whole workflow as one file would say it; only where it is made of several. */
  readonly combined?: WorkflowSource;
  readonly problems: readonly Problem[];
}

/** Reads a workflow of either form; `related` finds those it names. Roles are names here: whether they exist, the caller asks. */
export function loadWorkflow(text: string, file: string, related: Related = ALONE): LoadedWorkflow {
  return loadedFrom(assembleWorkflow({ text, file, related }));
}

/** What an assembled workflow means. */
export function loadedFrom({ source, problems, roles, notes, origins, files, removals }: Assembly): LoadedWorkflow {
  if (source === undefined || problems.length > 0) return { problems };
  const others = files.slice(1);
  const combined = others.length === 0 ? {} : { combined: source };
  return { workflow: workflowOf(source), roles, notes, origins, others, removals, ...combined, problems: [] };
}

/** Names of the roles a workflow needs, each once, in order of first use. */
export function rolesUsed(workflow: Workflow): string[] {
  const acted = workflow.steps.filter(hasAgent);
  return [...new Set(acted.map((step) => step.role))];
}
