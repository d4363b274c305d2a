/** Loads a workflow: YAML text in, a checked `Workflow` out, or everything that is wrong with it. Turns nothing into tasks. */
import type { Problem } from '../core/problem.ts';
import type { Workflow } from '../core/workflow.ts';
import { validateWorkflow } from '../generated/validate-workflow.js';
import { faultsOf } from './workflow-rules.ts';
import { workflowOf, type WorkflowSource } from './workflow-source.ts';
import { readYamlSource } from './yaml-source.ts';

/** Reads a workflow; it is there exactly when there are no problems. Roles are names here: whether they exist, the caller asks. */
export function loadWorkflow(text: string, file: string): { readonly workflow?: Workflow; readonly problems: readonly Problem[] } {
  const { value, problems, problemAt } = readYamlSource({ text, file, validator: validateWorkflow });
  if (value === undefined) return { problems };
  const source = value as WorkflowSource;
  const faults = faultsOf(source).map(({ path, key, ...problem }) => problemAt(path, problem, key));
  const all = [...problems, ...faults].sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  return all.length > 0 ? { problems: all } : { workflow: workflowOf(source), problems: [] };
}

/** Names of the roles a workflow needs, each once, in order of first use. */
export function rolesUsed(workflow: Workflow): string[] {
  const acted = workflow.steps.filter((step) => step.human === undefined && step.run === undefined);
  return [...new Set(acted.map((step) => step.role))];
}
