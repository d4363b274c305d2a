/** The sandbox of an agent: which one it is, and whether it can be had here. */
import { join } from 'node:path';
import type { Problem } from '../core/problem.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { sandboxFor } from '../core/sandbox.ts';
import { removeFolder } from '../effects/folder.ts';
import { lastLines } from '../effects/follow.ts';
import { runCommand } from '../effects/process.ts';
import { childEnvironment } from '../agents/environment.ts';
import { trialArguments } from '../executors/bubblewrap.ts';
import { rowOf, type Occupant } from './cell.ts';
import { containerProblems } from './container-trial.ts';
import type { Context } from './context.ts';
import { findProgram } from './find-program.ts';
import { iterationCookie, type Venue } from './places.ts';
import { sandboxWishes } from './settings.ts';

/** The sandbox a task has to run in. People and the built-in agent need none. */
export function sandboxOf(venue: Pick<Venue, 'repository'>, task: Occupant, context: Pick<Context, 'environment'>): Sandbox {
  return sandboxesOf(venue, context)(task);
}

/** The same for many tasks: the configuration is read once. */
export function sandboxesOf(
  { repository }: Pick<Venue, 'repository'>,
  { environment }: Pick<Context, 'environment'>,
): (task: Occupant) => Sandbox {
  const wishes = sandboxWishes(repository, environment);
  return (task) => {
    if (task.human !== undefined || task.agent === 'manual') return { by: 'none' };
    const sandbox = sandboxFor({ workflow: task.sandbox, ...wishes });
    return sandbox.by === 'cli' && task.agent === 'rehearsal' ? { by: 'none' } : sandbox;
  };
}

/** Why tasks cannot have the sandboxes they are to run in, on this machine and with their agents. */
export async function sandboxProblems(venue: Venue, tasks: readonly Occupant[], context: Context): Promise<Problem[]> {
  const sandboxes = sandboxesOf(venue, context);
  const wanted = tasks.map((task) => ({ task, sandbox: sandboxes(task) }));
  const without = wanted.filter(({ task, sandbox }) => sandbox.by === 'cli' && rowOf(task, context)?.sandbox?.own === undefined);
  const free = wanted.filter(
    ({ task, sandbox }) => sandbox.by === 'cli' && task.permission === 'full' && !without.some((one) => one.task === task),
  );
  const problems: Problem[] = [
    ...[...new Set(without.map(({ task }) => task.agent))].map((agent) => ({
      what: `sandbox: cli for agent "${agent}", and iter knows of none of its own`,
      fix: 'say sandbox: bubblewrap, or none, in the step or in .iter/config.yaml',
    })),
    ...free.map(({ task }) => ({
      what: `${task.id} has sandbox: cli and permission: full, which switches that off`,
      fix: 'say permission: edit',
    })),
    // the folder its questions lie in is not to be written from there
    ...wanted
      .filter(({ task, sandbox }) => (sandbox.by === 'bubblewrap' || sandbox.by === 'container') && task.permission === 'ask')
      .map(({ task, sandbox }) => ({
        what: `${task.id} has permission: ask, and no question gets out of sandbox: ${sandbox.by}`,
        fix: 'say permission: edit, or sandbox: none',
      })),
    ...(await containerProblems(venue, wanted, context)),
  ];
  const cells = wanted.filter(({ sandbox }) => sandbox.by === 'bubblewrap');
  if (cells.length === 0) return problems;
  const network = cells.every(({ sandbox }) => sandbox.network !== false);
  const refused = await trial(venue, network, context);
  return refused === undefined ? problems : [...problems, refused];
}

/** Milliseconds for the smallest sandbox there is. */
const TRIAL_TIMEOUT = 30_000;

/** Tries whether a sandbox can be made: a program that is there may still not be allowed to. */
async function trial(venue: Venue, network: boolean, context: Context): Promise<Problem | undefined> {
  const fix = 'or say sandbox: none, and know that agents then reach what you reach';
  if (process.platform !== 'linux')
    return { what: 'sandbox: bubblewrap is for Linux alone', fix: `take sandbox: cli where the agent has one, ${fix}` };
  if (findProgram('bwrap', context) === undefined)
    return { what: 'sandbox: bubblewrap, and the program "bwrap" was not found', fix: `install the package bubblewrap, ${fix}` };
  const logFile = join(venue.directory, '.run', 'evidence', 'sandbox.log');
  removeFolder(logFile);
  const ended = await runCommand({
    argv: trialArguments(network),
    cwd: venue.repository.root,
    env: childEnvironment(context.environment, [], {}),
    timeout: TRIAL_TIMEOUT,
    logFile,
    cookie: `${iterationCookie(venue)}sandbox:`,
    signal: context.signal,
  });
  if (ended.exit === 0) return undefined;
  const said = lastLines(logFile, 1).join('');
  return {
    what: `sandbox: bubblewrap cannot be made here: ${said === '' ? `bwrap ended with ${ended.exit ?? ended.signal ?? 'nothing'}` : said}`,
    fix: `user namespaces have to be allowed (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, an AppArmor profile for bwrap; in a container, its security options), ${fix}`,
  };
}
