/** Loads a workflow: YAML text in, a checked `Workflow` out, or everything that is wrong with it. Turns nothing into tasks. */
import { hasAgent } from '../core/actor.ts';
import type { Problem } from '../core/problem.ts';
import type { Role, Workflow } from '../core/workflow.ts';
import { validateSeed } from '../generated/validate-seed.js';
import { validateWorkflow } from '../generated/validate-workflow.js';
import { exportRole } from './role-export.ts';
import { importRoleList } from './role-lists.ts';
import { loadRole } from './role.ts';
import { isSeedForm, type SeedSource, seedWorkflow } from './seed-form.ts';
import { faultsOf } from './workflow-rules.ts';
import { workflowOf, type WorkflowSource } from './workflow-source.ts';
import { readYamlSource } from './yaml-source.ts';

export interface LoadedWorkflow {
  /** There exactly when there are no problems. */
  readonly workflow?: Workflow;
  /** Roles that stand in the workflow file itself, by name. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** What the person should know about the reading. */
  readonly notes?: readonly string[];
  readonly problems: readonly Problem[];
}

/** Reads a workflow of either form. Roles are names here: whether they exist, the caller asks. */
export function loadWorkflow(text: string, file: string): LoadedWorkflow {
  if (isSeedForm(text)) return loadSeed(text, file);
  const { value, problems, problemAt } = readYamlSource({ text, file, validator: validateWorkflow });
  if (value === undefined) return { problems };
  const source = value as WorkflowSource;
  const faults = faultsOf(source).map(({ path, key, ...problem }) => problemAt(path, problem, key));
  const all = sorted([...problems, ...faults]);
  return all.length > 0 ? { problems: all } : { workflow: workflowOf(source), problems: [] };
}

function loadSeed(text: string, file: string): LoadedWorkflow {
  const { value, problems, problemAt } = readYamlSource({ text, file, validator: validateSeed });
  if (value === undefined) return { problems: sorted(problems) };
  const seed = value as SeedSource;
  const { source, origins, faults, notes } = seedWorkflow(seed);
  const found = faultsOf(source).map((fault) => {
    // a step is an agent of the file; what lies deeper has no place of its own there
    const [part, index] = fault.path;
    const origin = part === 'steps' && typeof index === 'number' ? origins[index] : undefined;
    return { ...fault, path: origin ?? ['workflow'] };
  });
  const roles = seed.agent_roles === undefined ? { roles: {}, problems: [] } : inlineRoles(text, file);
  const told = [...faults, ...found].map(({ path, key, ...problem }) => problemAt(path, problem, key));
  const all = sorted([...problems, ...told, ...roles.problems]);
  return all.length > 0 ? { problems: all } : { workflow: workflowOf(source), roles: roles.roles, notes, problems: [] };
}

function inlineRoles(
  text: string,
  file: string,
): { readonly roles: Readonly<Record<string, Role>>; readonly problems: readonly Problem[] } {
  const { roles, problems } = importRoleList(text, file);
  const read = roles.map((role) => loadRole(exportRole(role, 'iter'), file));
  return {
    roles: Object.fromEntries(read.flatMap(({ role }) => (role === undefined ? [] : [[role.name, role]]))),
    problems: [...problems, ...read.flatMap((one) => one.problems)],
  };
}

function sorted(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** Names of the roles a workflow needs, each once, in order of first use. */
export function rolesUsed(workflow: Workflow): string[] {
  const acted = workflow.steps.filter(hasAgent);
  return [...new Set(acted.map((step) => step.role))];
}
