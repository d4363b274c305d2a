/**
 * What a new worktree gets from the main checkout besides what is committed: ignored files, by `.worktreeinclude` and `worktree` in `.iter/config.yaml`.
 * What was brought is remembered in the iteration folder, so that none of it is committed, and what a kill has cut short is not taken for whole.
 */
import { join } from 'node:path';
import type { TaskId } from '../core/ids.ts';
import { bring } from '../effects/bring.ts';
import type { Brought } from '../effects/bring.ts';
import { readText } from '../effects/disk.ts';
import { removeFolder } from '../effects/folder.ts';
import { ignoredPaths, pathsBelow } from '../effects/ignored-paths.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { includePatterns } from '../files/include-patterns.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { ITERATIONS } from './iteration.ts';
import { worktreeRules } from './settings.ts';

/** As it stands in the record of a worktree. */
export interface Provisions {
  /** Relative to the worktree, without slashes at the end. */
  readonly brought: readonly string[];
  /** Those of them that lead to the main checkout. */
  readonly linked: readonly string[];
  /** What is being brought, and may be there in part, unless it is `whole`. */
  readonly begun: readonly string[];
  readonly whole: boolean;
  /** The commands for new worktrees have run to their end. */
  readonly setUp?: boolean;
}

const NOTHING: Provisions = { brought: [], linked: [], begun: [], whole: true };

/** Brings into the worktree of a task what it does not have, and takes away first what a run that was ended has brought in part. */
export async function provide(
  iteration: Iteration,
  { task, worktree }: { readonly task: TaskId; readonly worktree: string },
  context: Context,
): Promise<void> {
  const before = provisionsOf(iteration, task) ?? NOTHING;
  // no agent has worked with what is not whole
  if (!before.whole) for (const name of before.begun) removeFolder(join(worktree, name));
  const record = (provisions: Provisions): void => writeRecord(iteration, task, provisions);
  const begins = (begun: readonly string[]): void => {
    if (begun.length > 0) record({ ...before, begun, whole: false });
  };
  const { paths, linked, refused } = await bringInto(iteration, worktree, { ...context, begins });
  if (paths.length > 0 || !before.whole) {
    const both = (old: readonly string[], now: readonly string[]): string[] => [...new Set([...old, ...now])];
    record({ ...before, brought: both(before.brought, paths), linked: both(before.linked, linked), begun: [], whole: true });
  }
  for (const { path, why } of refused) context.say(`warning: ${task}: "${path}" was not brought into its worktree: ${why}`);
}

/** Brings into a checkout, without a record, what worktrees of tasks get. */
export async function bringInto(
  iteration: Iteration,
  worktree: string,
  { environment, signal, begins }: Pick<Context, 'environment' | 'signal'> & { readonly begins?: (paths: readonly string[]) => void },
): Promise<Brought> {
  const { root } = iteration.repository;
  const wanted = await wantedPaths(iteration, environment);
  if (wanted === undefined) return { paths: [], linked: [], refused: [] };
  return bring({ from: root, to: worktree, ...wanted, signal, ...(begins === undefined ? {} : { begins }) });
}

/** What worktrees have links to, relative to the main checkout. */
export async function linkedPaths({ repository }: Iteration, variables: Context['environment']): Promise<readonly string[]> {
  if ((worktreeRules(repository, variables).rules?.link ?? []).length === 0) return [];
  return (await wantedPaths({ repository }, variables))?.linked ?? [];
}

/** What was brought into the worktree of a task as it is now; undefined when nothing was. */
export function provisionsOf(iteration: Iteration, task: TaskId): Provisions | undefined {
  const text = readText(recordFile(iteration, task));
  return text === undefined ? undefined : { ...NOTHING, ...(JSON.parse(text) as Partial<Provisions>) };
}

/** The commands for new worktrees have run in this one. */
export function noteSetUp(iteration: Iteration, task: TaskId): void {
  writeRecord(iteration, task, { ...(provisionsOf(iteration, task) ?? NOTHING), setUp: true });
}

/** The worktree of a task is gone, and what was brought with it. */
export function forgetProvisions(iteration: Iteration, task: TaskId): void {
  removeFolder(recordFile(iteration, task));
}

function writeRecord(iteration: Iteration, task: TaskId, provisions: Provisions): void {
  writeAtomic(recordFile(iteration, task), `${JSON.stringify(provisions)}\n`);
}

function recordFile({ directory }: Iteration, task: TaskId): string {
  return join(directory, '.run', 'worktrees', `${task}.json`);
}

/** Folders of iter itself are never taken along. */
const OWN = ['.iter/', `${ITERATIONS}/`];
const INCLUDE_FILE = '.worktreeinclude';

/** Ignored paths by what becomes of them; undefined when nobody has asked for any, and git need not be asked either. */
async function wantedPaths(
  { repository }: Pick<Iteration, 'repository'>,
  variables: Context['environment'],
): Promise<{ readonly copied: readonly string[]; readonly linked: readonly string[] } | undefined> {
  const { root } = repository;
  const { rules } = worktreeRules(repository, variables);
  const listed = (readText(join(root, INCLUDE_FILE)) ?? '').split(/\r?\n/);
  const [copies, links] = [includePatterns([...listed, ...(rules?.copy ?? [])]), includePatterns(rules?.link ?? [])];
  if (copies.isEmpty && links.isEmpty) return undefined;
  const takes = (path: string): boolean => links.takes(path) || copies.takes(path);
  const reachesInto = (folder: string): boolean => !takes(folder) && (links.reachesInto(folder) || copies.reachesInto(folder));
  const ignored = (await ignoredPaths(root)).filter((path) => !OWN.some((own) => path.startsWith(own)));
  const inner = await Promise.all(
    ignored.filter((path) => path.endsWith('/') && reachesInto(path)).map((folder) => pathsBelow(root, folder, reachesInto)),
  );
  const taken = [...ignored, ...inner.flat()].filter(takes);
  return { copied: taken.filter((path) => !links.takes(path)), linked: taken.filter((path) => links.takes(path)) };
}
