/** What of this machine an agent sees in its sandbox, and what of it it may write. */
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { agentRow, commandOf } from '../agents/table.ts';
import type { AgentDescriptor } from '../core/agent-descriptor.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { Sandbox } from '../core/sandbox.ts';
import { ensureFolder, writeText } from '../effects/folder.ts';
import { checkoutDirectory } from '../effects/repository.ts';
import type { Cell } from '../executors/bubblewrap.ts';
import type { Context } from './context.ts';
import { findProgram } from './find-program.ts';
import type { Venue } from './places.ts';

/** What of a task its sandbox hangs on. Who is only asked a question has no branch to commit on. */
export type Occupant = Pick<PlannedTask, 'id' | 'agent' | 'permission'> & Partial<Pick<PlannedTask, 'branch' | 'sandbox' | 'human'>>;

export interface Confined {
  readonly task: Occupant;
  readonly worktree: string;
  readonly sandbox: Sandbox;
  readonly variables: Readonly<Record<string, string>>;
}

/** What git directories an agent needs in order to commit: the one all worktrees have in common, and that of its own. */
export function gitDirectoriesOf({ repository }: Venue, worktree: string): { readonly common: string; readonly own: string } {
  const own = checkoutDirectory(repository, worktree);
  if (own === undefined) throw new Error(`${worktree} is no worktree of ${repository.root}`);
  return { common: repository.gitDirectory, own };
}

/** What an agent sees: the repository to read, its worktree and its temporary files to write, and what it needs in order to commit. */
export function cellOf(venue: Venue, { task, worktree, sandbox, variables }: Confined, context: Context): Cell {
  const { root, gitDirectory } = venue.repository;
  const home = homeOf(context);
  const hidden = hiddenFrom(sandbox, context);
  const inHome = (names: readonly string[]): string[] => (home === undefined ? [] : names.map((name) => join(home, name)).filter(isThere));
  const commits = task.branch === undefined ? { writable: [], guarded: [] } : committing(gitDirectoriesOf(venue, worktree), task.branch);
  const row = rowOf(task, context);
  return {
    worktree,
    network: sandbox.network !== false,
    hidden,
    readable: [
      root,
      gitDirectory,
      ...(sandbox.by === 'container' ? ownProgram(context) : [...programsBelow(hidden, task, context), ...nameServers()]),
      ...inHome(sandbox.home ?? []),
    ],
    writable: [
      ...commits.writable,
      ...(variables['TMPDIR'] === undefined ? [] : [variables['TMPDIR']]),
      ...(sandbox.credentials === false ? [] : inHome(row?.sandbox?.home ?? [])),
    ],
    guarded: [join(worktree, '.git'), ...commits.guarded].filter(isThere),
  };
}

/**
 * For commits on a branch of its own: objects, the branches of the iteration and its own git directory can be written; settings, hooks, all other branches
 * and where its git directory leads cannot.
 */
function committing({ common, own }: ReturnType<typeof gitDirectoriesOf>, branch: string): Pick<Cell, 'writable' | 'guarded'> {
  const branches = dirname(branch);
  const refs = [join(common, branches), join(common, 'logs', branches)];
  const information = join(common, 'objects', 'info');
  // made here, so that they can be bound: git makes them with the first commit on such a branch otherwise
  for (const folder of [...refs, information]) ensureFolder(folder);
  // empty it says nothing, and being there it can be guarded
  if (!isThere(join(own, 'config.worktree'))) writeText(join(own, 'config.worktree'), '');
  return {
    writable: [own, join(common, 'objects'), ...refs],
    guarded: [...['commondir', 'gitdir', 'config.worktree'].map((name) => join(own, name)), information],
  };
}

/** Places that look empty. An image has its own of those outside the home. */
export function hiddenFrom({ by }: Sandbox, context: Context): string[] {
  const home = homeOf(context);
  const homes = home === undefined ? [] : [home];
  if (by === 'container') return [...homes, '/tmp'];
  return [...homes, '/tmp', '/var/tmp', '/run'].filter(isThere).map((place) => realpathSync(place));
}

/** Where iter itself lies: its programs need nothing but Node. */
export function ownProgram({ program }: Context): string[] {
  return [program.cli].filter((file) => file.startsWith('/') && isThere(file)).map((file) => dirname(realpathSync(file)));
}

export function homeOf({ environment }: Context): string | undefined {
  const home = environment['HOME'];
  return home === undefined || resolve(home) === '/' || !isThere(home) ? undefined : realpathSync(home);
}

/** Programs the agent needs that lie where nothing else is seen: those on PATH, Node, iter itself, and what links to programs lead to. */
function programsBelow(hidden: readonly string[], task: Occupant, context: Context): string[] {
  const { environment, program } = context;
  const onPath = (environment['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const named = commandOf(task.agent)?.split(/\s+/) ?? [rowOf(task, context)?.binary ?? ''];
  const files = named.flatMap((word) => findProgram(word, context) ?? []);
  const places = [...onPath, dirname(program.node), dirname(program.cli), dirname(program.rehearsal), ...files.flatMap(withPackage)];
  return places.filter((place) => isThere(place) && hidden.some((folder) => place.startsWith(`${folder}/`)));
}

/** A program by its name and its real one; of one that lies in a package of npm, all packages beside it. Links within them start from where it was found. */
function withPackage(file: string): string[] {
  const packages = [file, realpathSync(file)].map((name) => /^(.*?\/node_modules)\//.exec(name)?.[1] ?? name);
  return [file, ...packages];
}

/** Where names of machines are looked up may be a link into what is hidden. */
function nameServers(): string[] {
  const file = '/etc/resolv.conf';
  if (!isThere(file)) return [];
  const real = realpathSync(file);
  return real.startsWith('/run/') ? [real] : [];
}

export function rowOf(task: Occupant, { program }: Context): AgentDescriptor | undefined {
  return agentRow(task.agent, program.agents);
}

const isThere = (place: string): boolean => existsSync(place);
