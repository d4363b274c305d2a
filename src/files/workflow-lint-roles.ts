/** What is odd about who does the steps of a workflow: their roles, what they may do, what they are told and what it may cost. Warnings only. */
import { estimateTokenCount } from 'tokenx';
import { hasAgent } from '../core/actor.ts';
import { nearest } from '../core/nearest.ts';
import type { Role, Step, Workflow } from '../core/workflow.ts';
import type { Fault } from './workflow-fault.ts';

/** What a careful author knows of the world around a workflow. */
export interface Surroundings {
  /** By their own names. */
  readonly roles: Readonly<Record<string, Role>>;
  /** The role a name or an alias means. */
  readonly own: (name: string) => string;
  /** The agents there are by name, with what each reports of its use. */
  readonly agents: Readonly<Record<string, readonly ('tokens' | 'usd')[]>>;
}

/** Every warning about roles and agents; a role nobody has written is told elsewhere. */
export function roleWarnings(workflow: Workflow, around: Surroundings): Fault[] {
  return [
    ...workflow.steps.flatMap((step, index) => stepWarnings(step, ['steps', index], around)),
    ...aliasReviews(workflow.steps, around),
    ...blindBudgets(workflow, around),
    ...unknownAgents(workflow, around),
    ...idleChecklists(workflow),
  ];
}

function stepWarnings(step: Step, path: Fault['path'], { roles, own }: Surroundings): Fault[] {
  const role = hasAgent(step) ? roles[own(step.role)] : undefined;
  if (role === undefined) return [];
  const faults: Fault[] = [];
  if (role.permission === 'read' && step.permission !== undefined && step.permission !== 'read' && !isScoped(step)) {
    const what = `step "${step.id}" may ${step.permission}, and its role "${role.name}" only reads`;
    faults.push({ path: [...path, 'permission'], what, fix: 'say permission: read, or add a check with the scope it may change' });
  }
  const tokens = role.promptTokens + estimateTokenCount(`${role.body}\n${step.prompt ?? ''}`);
  if (tokens > role.tokenBudget) {
    const what = `the prompt of step "${step.id}" has about ${tokens} tokens, and its role "${role.name}" ${role.tokenBudget} for the whole task`;
    faults.push({ path: [...path, 'prompt'], what, fix: 'shorten it, or move what is long into a file the step reads' });
  }
  return faults;
}

/** A MUST that names what may be changed: somebody has thought about it. */
function isScoped({ checks }: Step): boolean {
  return checks.some(({ level, criterion }) => level === 'must' && criterion.check === 'scope' && criterion.allow.length > 0);
}

/** A review by the same role under another of its names. */
function aliasReviews(steps: readonly Step[], { own }: Surroundings): Fault[] {
  return steps.flatMap((step, index): Fault[] => {
    const reviewed = steps.find((other) => other.id === step.gate?.goto);
    if (reviewed === undefined || !hasAgent(step) || !hasAgent(reviewed)) return [];
    // the same word for both is told without knowing the roles
    if (step.role === reviewed.role || own(step.role) !== own(reviewed.role)) return [];
    const what = `step "${step.id}" reviews the work of its own role: "${reviewed.role}" of "${reviewed.id}" and "${step.role}" are one`;
    return [{ path: ['steps', index, 'role'], what, fix: 'give the review to another role' }];
  });
}

/** A limit in a unit that an agent named here never reports. Agents the workflow leaves open are judged when they are known. */
function blindBudgets({ budget, steps }: Workflow, { agents }: Surroundings): Fault[] {
  const named = [...new Set(steps.filter(hasAgent).flatMap((step) => step.agent ?? []))];
  return (['tokens', 'usd'] as const).flatMap((unit): Fault[] => {
    const blind = budget?.[unit] === undefined ? [] : named.filter((agent) => !reportsOf(agent, agents).includes(unit));
    if (blind.length === 0) return [];
    const names = blind.map((agent) => `"${agent}"`).join(', ');
    const what = `the budget in ${unit} cannot be kept: ${names} ${blind.length === 1 ? 'does' : 'do'} not report ${unit}`;
    return [{ path: ['budget', unit], what, fix: 'limit the time of the steps instead, or give them to agents that report it' }];
  });
}

function reportsOf(agent: string, agents: Surroundings['agents']): readonly string[] {
  return Object.hasOwn(agents, agent) ? (agents[agent] ?? []) : [];
}

/** A row of `models` that no agent ever looks at. */
function unknownAgents({ models = {} }: Workflow, { agents }: Surroundings): Fault[] {
  const known = [...Object.keys(agents), 'command'];
  return Object.entries(models).flatMap(([tier, names]) =>
    Object.keys(names)
      .filter((agent) => !known.includes(agent))
      .map((agent): Fault => {
        const guess = nearest(agent, known);
        const fix = guess === undefined ? 'take it out' : `did you mean "${guess}"?`;
        return { path: ['models', tier, agent], key: 'key', what: `models name the unknown agent "${agent}"`, fix };
      }),
  );
}

function idleChecklists({ checklists = {}, steps }: Workflow): Fault[] {
  return Object.keys(checklists)
    .filter((name) => !steps.some((step) => step.checklist === name))
    .map((name): Fault => ({
      path: ['checklists', name],
      key: 'key',
      what: `checklist "${name}" is never used`,
      fix: 'use it or take it out',
    }));
}
