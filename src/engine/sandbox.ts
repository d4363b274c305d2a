/** The sandbox of an attempt: which one it is, whether it can be had here, and what its agent sees and may write in it. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { agentRow, commandOf } from '../agents/table.ts';
import type { AgentDescriptor } from '../core/agent-descriptor.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { sandboxFor } from '../core/sandbox.ts';
import { ensureFolder, removeFolder, writeText } from '../effects/folder.ts';
import { lastLines } from '../effects/follow.ts';
import { runCommand } from '../effects/process.ts';
import { checkoutDirectory } from '../effects/repository.ts';
import { childEnvironment } from '../agents/environment.ts';
import type { Cell } from '../executors/bubblewrap.ts';
import { trialArguments } from '../executors/bubblewrap.ts';
import type { Context } from './context.ts';
import { findProgram } from './find-program.ts';
import type { Iteration } from './iteration.ts';
import { iterationCookie } from './places.ts';
import { sandboxWishes } from './settings.ts';

/** The sandbox a task has to run in. People and the built-in agent need none. */
export function sandboxOf(
  { repository }: Pick<Iteration, 'repository'>,
  task: PlannedTask,
  { environment }: Pick<Context, 'environment'>,
): Sandbox {
  if (task.human !== undefined || task.agent === 'manual') return { by: 'none' };
  const sandbox = sandboxFor({ workflow: task.sandbox, ...sandboxWishes(repository, environment) });
  return sandbox.by === 'cli' && task.agent === 'rehearsal' ? { by: 'none' } : sandbox;
}

/** Why tasks cannot have the sandboxes they are to run in, on this machine and with their agents. */
export async function sandboxProblems(iteration: Iteration, context: Context): Promise<Problem[]> {
  const wanted = iteration.plan.tasks.map((task) => ({ task, sandbox: sandboxOf(iteration, task, context) }));
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
      .filter(({ task, sandbox }) => sandbox.by === 'bubblewrap' && task.permission === 'ask')
      .map(({ task }) => ({
        what: `${task.id} has permission: ask, and no question gets out of sandbox: bubblewrap`,
        fix: 'say permission: edit, or sandbox: none',
      })),
  ];
  const cells = wanted.filter(({ sandbox }) => sandbox.by === 'bubblewrap');
  if (cells.length === 0) return problems;
  const network = cells.every(({ sandbox }) => sandbox.network !== false);
  const refused = await trial(iteration, network, context);
  return refused === undefined ? problems : [...problems, refused];
}

/** Milliseconds for the smallest sandbox there is. */
const TRIAL_TIMEOUT = 30_000;

/** Tries whether a sandbox can be made: a program that is there may still not be allowed to. */
async function trial(iteration: Iteration, network: boolean, context: Context): Promise<Problem | undefined> {
  const fix = 'or say sandbox: none, and know that agents then reach what you reach';
  if (process.platform !== 'linux')
    return { what: 'sandbox: bubblewrap is for Linux alone', fix: `take sandbox: cli where the agent has one, ${fix}` };
  if (findProgram('bwrap', context) === undefined)
    return { what: 'sandbox: bubblewrap, and the program "bwrap" was not found', fix: `install the package bubblewrap, ${fix}` };
  const logFile = join(iteration.directory, '.run', 'evidence', 'sandbox.log');
  removeFolder(logFile);
  const ended = await runCommand({
    argv: trialArguments(network),
    cwd: iteration.repository.root,
    env: childEnvironment(context.environment, [], {}),
    timeout: TRIAL_TIMEOUT,
    logFile,
    cookie: `${iterationCookie(iteration)}sandbox:`,
    signal: context.signal,
  });
  if (ended.exit === 0) return undefined;
  const said = lastLines(logFile, 1).join('');
  return {
    what: `sandbox: bubblewrap cannot be made here: ${said === '' ? `bwrap ended with ${ended.exit ?? ended.signal ?? 'nothing'}` : said}`,
    fix: `user namespaces have to be allowed (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone, an AppArmor profile for bwrap; in a container, its security options), ${fix}`,
  };
}

export interface Confined {
  readonly task: PlannedTask;
  readonly worktree: string;
  readonly sandbox: Sandbox;
  readonly variables: Readonly<Record<string, string>>;
}

/** What git directories an agent needs in order to commit: the one all worktrees have in common, and that of its own. */
export function gitDirectoriesOf({ repository }: Iteration, worktree: string): { readonly common: string; readonly own: string } {
  const own = checkoutDirectory(repository, worktree);
  if (own === undefined) throw new Error(`${worktree} is no worktree of ${repository.root}`);
  return { common: repository.gitDirectory, own };
}

/**
 * What the agent of a task sees. It commits on its own branch: objects, the branches of this iteration and its own git directory can be written,
 * settings, hooks, all other branches and where its git directory leads cannot.
 */
export function cellOf(iteration: Iteration, { task, worktree, sandbox, variables }: Confined, context: Context): Cell {
  const { root } = iteration.repository;
  const { common, own } = gitDirectoriesOf(iteration, worktree);
  const home = homeOf(context);
  const hidden = [...(home === undefined ? [] : [home]), '/tmp', '/var/tmp', '/run'].filter(isThere).map((place) => realpathSync(place));
  const inHome = (names: readonly string[]): string[] => (home === undefined ? [] : names.map((name) => join(home, name)).filter(isThere));
  const branches = dirname(task.branch);
  const refs = [join(common, branches), join(common, 'logs', branches)];
  // made here, so that they can be bound: git makes them with the first commit on such a branch otherwise
  for (const folder of [...refs, join(common, 'objects', 'info')]) ensureFolder(folder);
  // empty it says nothing, and being there it can be guarded
  if (!isThere(join(own, 'config.worktree'))) writeText(join(own, 'config.worktree'), '');
  const row = rowOf(task, context);
  return {
    worktree,
    network: sandbox.network !== false,
    hidden,
    readable: [root, common, ...programsBelow(hidden, task, context), ...inHome(sandbox.home ?? []), ...nameServers()],
    writable: [
      own,
      join(common, 'objects'),
      ...refs,
      ...(variables['TMPDIR'] === undefined ? [] : [variables['TMPDIR']]),
      ...(sandbox.credentials === false ? [] : inHome(row?.sandbox?.home ?? [])),
    ],
    guarded: [
      join(worktree, '.git'),
      ...['commondir', 'gitdir', 'config.worktree'].map((name) => join(own, name)),
      join(common, 'objects', 'info'),
    ].filter(isThere),
  };
}

function homeOf({ environment }: Context): string | undefined {
  const home = environment['HOME'];
  return home === undefined || resolve(home) === '/' || !isThere(home) ? undefined : realpathSync(home);
}

/** Programs the agent needs that lie where nothing else is seen: those on PATH, Node, iter itself, and what links to programs lead to. */
function programsBelow(hidden: readonly string[], task: PlannedTask, context: Context): string[] {
  const { environment, program } = context;
  const onPath = (environment['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const named = commandOf(task.agent)?.split(/\s+/) ?? [rowOf(task, context)?.binary ?? ''];
  const files = named.flatMap((word) => findProgram(word, context) ?? []);
  const places = [...onPath, dirname(program.node), dirname(program.cli), dirname(program.rehearsal), ...files.flatMap(withPackage)];
  return places.filter((place) => isThere(place) && hidden.some((folder) => place.startsWith(`${folder}/`)));
}

/** A program by its real name; of one that lies in a package of npm, all packages beside it. */
function withPackage(file: string): string[] {
  const real = realpathSync(file);
  const packages = /^(.*?\/node_modules)\//.exec(real)?.[1];
  return packages === undefined ? [file, real] : [file, packages];
}

/** Where names of machines are looked up may be a link into what is hidden. */
function nameServers(): string[] {
  const file = '/etc/resolv.conf';
  if (!isThere(file)) return [];
  const real = realpathSync(file);
  return real.startsWith('/run/') ? [real] : [];
}

function rowOf(task: PlannedTask, { program }: Context): AgentDescriptor | undefined {
  return agentRow(task.agent, program.agents);
}

const isThere = (place: string): boolean => existsSync(place);
