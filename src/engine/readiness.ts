/** Whether one iteration can be launched with a good prospect: eight questions asked before it costs anything, each with what to do. Starts no agent. */
import { join } from 'node:path';
import { formatDuration } from '../core/duration.ts';
import { problemLine } from '../core/problem.ts';
import type { Problem } from '../core/problem.ts';
import { schedule } from '../core/schedule.ts';
import { readText } from '../effects/disk.ts';
import { exists } from '../effects/folder.ts';
import { uncommittedPaths } from '../effects/git-facts.ts';
import { checkoutDirectory } from '../effects/repository.ts';
import { parseCommandLine } from '../files/command-line.ts';
import { parseCriteria } from '../files/criteria.ts';
import type { Baseline } from './baseline.ts';
import { baseline, commandsOf } from './baseline.ts';
import type { Context } from './context.ts';
import type { Finding } from './doctor.ts';
import { diskFinding } from './doctor.ts';
import type { Iteration } from './iteration.ts';
import { CRITERIA_FILE, ITERATIONS } from './iteration.ts';
import { worktreeOf } from './places.ts';
import { missingAgents, onPath, preflight } from './preflight.ts';

export interface Answer extends Finding {
  readonly check: 'repository' | 'agents' | 'tools' | 'disk' | 'worktrees' | 'criteria' | 'estimate' | 'baseline';
}

/** The eight answers; the last one runs the commands of the criteria. */
export async function examineIteration(iteration: Iteration, context: Context): Promise<Answer[]> {
  const { root } = iteration.repository;
  const { problems } = await preflight(iteration, context);
  return [
    { check: 'repository', ...(await repositoryState(root, iteration)) },
    { check: 'agents', ...from(missingAgents(iteration, context), 'every agent of the plan is on PATH') },
    { check: 'tools', ...toolsState(iteration, context) },
    { check: 'disk', ...(await diskFinding(root)) },
    { check: 'worktrees', ...from([...foldersInTheWay(iteration), ...problems], 'branches, base and places of worktrees are free') },
    { check: 'criteria', ...criteriaState(iteration) },
    { check: 'estimate', ...estimate(iteration) },
    { check: 'baseline', ...baselineState(await baseline(iteration, context)) },
  ];
}

function from(problems: readonly Problem[], otherwise: string): Finding {
  return problems.length === 0 ? { state: 'good', what: otherwise } : { state: 'bad', what: problems.map(problemLine).join('; ') };
}

async function repositoryState(root: string, { plan }: Iteration): Promise<Finding> {
  const dirty = await uncommittedPaths(root, `${ITERATIONS}/`);
  const start = `agents start from ${plan.base.slice(0, 10)}`;
  if (dirty.length === 0) return { state: 'good', what: `the checkout is clean; ${start}` };
  return {
    state: 'absent',
    what: `not committed: ${dirty.slice(0, 3).join(', ')}${dirty.length > 3 ? ` and ${dirty.length - 3} more` : ''}; ${start}`,
    fix: 'commit what they are to see, then make the iteration anew',
  };
}

/** The program of each command, as a shell would find it; one that is a path lies in the checkout. */
function toolsState(iteration: Iteration, context: Context): Finding {
  const programs = commandsOf(iteration).flatMap((check) => {
    const parsed = parseCommandLine(check.run);
    return 'problem' in parsed ? [] : [parsed.argv[0] ?? ''];
  });
  const missing = [...new Set(programs)].filter((program) => !onPath(program, context));
  if (missing.length > 0)
    return { state: 'bad', what: `commands of the criteria need ${missing.join(', ')}, not on PATH`, fix: 'install what is missing' };
  return { state: 'good', what: programs.length === 0 ? 'the criteria need no programs' : `on PATH: ${[...new Set(programs)].join(', ')}` };
}

/** A folder where a worktree is to be, which git does not know. */
function foldersInTheWay(iteration: Iteration): Problem[] {
  return iteration.plan.tasks.flatMap((task): Problem[] => {
    const place = worktreeOf(iteration, task.id);
    if (!exists(place) || checkoutDirectory(iteration.repository, place) !== undefined) return [];
    return [{ what: `${place} exists and is no worktree of this repository`, fix: 'move it away' }];
  });
}

/** Criteria that can be judged: no line nobody understands, and something every agent's work has to pass. */
function criteriaState(iteration: Iteration): Finding {
  const { checks, problems } = parseCriteria(readText(join(iteration.directory, CRITERIA_FILE)) ?? '', CRITERIA_FILE);
  const unreadable = checks
    .filter((check) => check.check === 'unreadable')
    .map((check) => `${CRITERIA_FILE}:${check.line ?? 0} is no check iter can run`);
  const judged = new Set(checks.filter((check) => check.level === 'must').map((check) => check.task));
  const free = iteration.plan.tasks.filter(
    (task) =>
      task.human === undefined && task.pick === undefined && task.expands === undefined && task.gate === undefined && !judged.has(task.id),
  );
  const what = [
    ...problems.map(problemLine),
    ...unreadable,
    ...free.map((task) => `${task.id} has no MUST: whatever its agent does is accepted`),
  ];
  if (what.length === 0) return { state: 'good', what: `${checks.length} checks, a MUST for every task` };
  return { state: problems.length > 0 ? 'bad' : 'absent', what: what.join('; '), fix: `edit ${CRITERIA_FILE}` };
}

function estimate({ plan }: Iteration): Finding {
  const tokens = plan.tasks.reduce((sum, task) => sum + task.estimateTokens, 0);
  const { minutes } = schedule(plan.tasks, plan.maxParallel);
  return {
    state: 'good',
    what: `estimated ${tokens} tokens and ${formatDuration(minutes * 60_000)}, to be approved by you: launching is approving`,
  };
}

function baselineState({ commands, red }: Baseline): Finding {
  if (red.length === 0)
    return {
      state: 'good',
      what:
        commands === 0
          ? 'the criteria have no commands to try'
          : `${commands} ${commands === 1 ? 'command is' : 'commands are'} green before any work`,
    };
  return { state: 'bad', what: redText(red), fix: 'mend the base or the command; if it is to be red before the work, go on' };
}

/** Each command that is red from the start, with the end of its output. */
export function redText(red: Baseline['red']): string {
  return red.map(({ message, tail }) => [`red before any work: ${message}`, ...tail.map((line) => `    ${line}`)].join('\n')).join('\n');
}
