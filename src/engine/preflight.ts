/** What has to be so before any agent starts; everything that is not is said at once. */
import { join } from 'node:path';
import { agentNames, agentRow, commandOf } from '../agents/table.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { agentOf } from '../core/transport.ts';
import { readText } from '../effects/disk.ts';
import { git, gitResult } from '../effects/git.ts';
import { uncommittedPaths } from '../effects/git-facts.ts';
import { parseCommandLine } from '../files/command-line.ts';
import { parseCriteria } from '../files/criteria.ts';
import type { Context } from './context.ts';
import { findProgram } from './find-program.ts';
import type { Iteration } from './iteration.ts';
import { CRITERIA_FILE, ITERATIONS } from './iteration.ts';
import { worktreeRules } from './settings.ts';
import { sandboxProblems, sandboxesOf } from './sandbox.ts';
import { hookProblems } from './worktree-hooks.ts';

export interface Preflight {
  /** Exit 2. */
  readonly problems: readonly Problem[];
  /** Exit 4. */
  readonly missingAgents: readonly Problem[];
}

/** Looks at criteria, branches, base commit and agent programs; starts none of them. */
export async function preflight(iteration: Iteration, context: Context): Promise<Preflight> {
  const { plan } = iteration;
  const { root } = iteration.repository;
  const problems: Problem[] = [];
  const criteria = readText(join(iteration.directory, CRITERIA_FILE));
  const file = `iterations/${iteration.name}/${CRITERIA_FILE}`;
  if (criteria === undefined) problems.push({ file, what: 'is missing', fix: 'restore it: without criteria nothing can be accepted' });
  else problems.push(...parseCriteria(criteria, file).problems);
  for (const [ref, fix] of [
    [plan.base, 'the commit agents start from is gone; make a new iteration'],
    [plan.target, 'the branch the work lands on is gone'],
  ] as const) {
    const found = await gitResult(root, ['rev-parse', '-q', '--verify', `${ref}^{commit}`]);
    if (found.exitCode !== 0)
      problems.push({ file: `iterations/${iteration.name}/manifest.json`, what: `"${ref}" is not a commit of this repository`, fix });
  }
  problems.push(...(await foreignBranches(iteration)), ...worktreeRules(iteration.repository, context.environment).problems);
  problems.push(
    ...(await hookProblems(iteration, context)),
    ...(await sandboxProblems(iteration, plan.tasks, context)),
    ...askers(plan, context),
  );
  return { problems, missingAgents: missingAgents(iteration, context) };
}

/** What agents will not see: a person's uncommitted work. A warning, never an obstacle. */
export async function uncommittedWarning(iteration: Iteration): Promise<string | undefined> {
  const paths = await uncommittedPaths(iteration.repository.root, `${ITERATIONS}/`);
  if (paths.length === 0) return undefined;
  const shown = paths.slice(0, 3).join(', ') + (paths.length > 3 ? ` and ${paths.length - 3} more` : '');
  return `warning: not committed, so no agent and no check sees it: ${shown}; agents start from ${iteration.plan.base.slice(0, 10)}`;
}

/** A task's branch that exists although no attempt of ours made it belongs to somebody else. */
async function foreignBranches(iteration: Iteration): Promise<Problem[]> {
  const untouched = iteration.plan.tasks.filter(
    (task) => (iteration.state.tasks[task.id]?.attempt ?? 0) === 0 && iteration.state.tasks[task.id]?.phase.name === 'waiting',
  );
  const found: Problem[] = [];
  const listing = await git(iteration.repository.root, [
    'for-each-ref',
    '--format=%(refname) %(objectname)',
    `refs/heads/iter/${iteration.name}`,
  ]);
  const existing = new Map(listing.split('\n').map((line) => line.split(' ') as [string, string]));
  for (const task of untouched) {
    const commit = existing.get(task.branch);
    // a launch that was killed while it made the worktree leaves the branch at its start: nothing of anybody's is on it
    if (commit === undefined || commit === iteration.plan.base || iteration.state.firstLaunch !== undefined) continue;
    found.push({
      what: `the branch ${task.branch} of ${task.id} exists already, with work on it`,
      fix: `rename it: git branch -m ${task.branch.replace('refs/heads/', '')} <name>`,
    });
  }
  return found;
}

/** Tasks for which a person is to be asked, of agents that ask nobody. */
function askers(plan: Plan, { program }: Context): Problem[] {
  return plan.tasks.flatMap((task): Problem[] => {
    if (task.permission !== 'ask' || isNobody(task)) return [];
    const row = agentRow(task.agent, program.agents);
    if (row?.format === 'acp' && row.acp?.modes.ask !== undefined) return [];
    const names = agentNames(program.agents ?? []).filter((name) => name !== agentOf(name));
    const asking = names.filter((name) => agentRow(name, program.agents)?.acp?.modes.ask !== undefined);
    const what = `${task.id} has permission: ask, and agent "${task.agent}" never asks`;
    return [{ what, fix: `give it to ${asking.join(' or ')}, or say permission: edit` }];
  });
}

/** A person asks nobody, and neither does what a workflow has run as it is written. */
const isNobody = ({ agent, role }: PlannedTask): boolean =>
  ['manual', 'rehearsal'].includes(agent) || (role === 'run' && commandOf(agent) !== undefined);

/** Agents of the plan that cannot be started here; those of containers are looked for in their images, with the sandboxes. */
export function missingAgents(iteration: Iteration, context: Context): Problem[] {
  const sandboxes = sandboxesOf(iteration, context);
  const agentsIn = (inImages: boolean): string[] => [
    ...new Set(iteration.plan.tasks.filter((task) => (sandboxes(task).by === 'container') === inImages).map((task) => task.agent)),
  ];
  const found = [false, true].flatMap((inImage) => agentsIn(inImage).flatMap((agent) => missingAgent(agent, context, { inImage }) ?? []));
  return [...new Map(found.map((problem) => [problem.what, problem])).values()];
}

/** Why an agent cannot be started here, or undefined; the program of one that lies in an image is looked for elsewhere. */
export function missingAgent(
  agent: string,
  context: Pick<Context, 'environment' | 'program'>,
  { inImage = false }: { readonly inImage?: boolean } = {},
): Problem | undefined {
  const isFound = (program: string): boolean => inImage || onPath(program, context);
  const command = commandOf(agent);
  if (command !== undefined) {
    const parsed = parseCommandLine(command);
    if ('problem' in parsed) return { what: `agent "${agent}": ${parsed.problem}` };
    const [program = ''] = parsed.argv;
    const fix = 'give a full path or put it on PATH';
    return isFound(program) ? undefined : { what: `agent "${agent}": the program "${program}" was not found`, fix };
  }
  const row = agentRow(agent, context.program.agents);
  if (row === undefined) return { what: `unknown agent "${agent}"`, fix: 'see: iter agents list' };
  if (row.binary === undefined || isFound(row.binary)) return undefined;
  return { what: `agent "${agent}": the program "${row.binary}" was not found`, fix: row.install };
}

/** True when the program can be found the way a shell would find it; relative paths are left to the attempt, which runs in the worktree. */
export function onPath(program: string, context: Pick<Context, 'environment'>): boolean {
  if (program.includes('/') && !program.startsWith('/')) return true;
  return findProgram(program, context) !== undefined;
}
