/** Gives back the disk an iteration takes: worktrees and branches go, and only after everything in them was saved. Brings them back, too. */
import { join } from 'node:path';
import type { CommitId, TaskId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { mergeCommits } from '../effects/commit-objects.ts';
import { readText } from '../effects/disk.ts';
import { exists, folderSize, removeFolder } from '../effects/folder.ts';
import { git, gitResult } from '../effects/git.ts';
import { treeOf } from '../effects/git-facts.ts';
import { acquire } from '../effects/lock.ts';
import { checkoutDirectory } from '../effects/repository.ts';
import { backUp, backUpBranch, bringBack } from '../effects/worktree-backup.ts';
import { removeWorktree } from '../effects/worktree.ts';
import { WorktreeError } from '../effects/worktree-place.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { launchLock, repositoryLock, temporariesOf, worktreeOf } from './places.ts';
import { forgetProvisions } from './provisions.ts';
import { renderLog } from './reports.ts';
import { Run } from './run.ts';
import { tearDown } from './worktree-hooks.ts';

/** What became of a task's work. `nothing`: there is none yet. */
export type Standing = 'nothing' | 'merged' | 'unmerged';

export interface Cleaned {
  readonly task: TaskId;
  readonly standing: Standing;
  readonly worktree?: string;
  /** Bytes of the worktree. */
  readonly size: number;
  readonly action: 'removed' | 'would-remove' | 'kept';
  /** Why it was kept. */
  readonly reason?: string;
  /** Where it was saved. */
  readonly backup?: string;
  /** Ignored paths that were there and were not saved. */
  readonly ignored: readonly string[];
}

export interface CleanOptions {
  readonly dryRun: boolean;
  readonly force: boolean;
  /** Saves ignored files, too. */
  readonly ignored: boolean;
}

/** Saves and removes what is merged or empty; unmerged work only with `force`. Throws LockedError while a launch runs. */
export async function clean(iteration: Iteration, options: CleanOptions, context: Context): Promise<Cleaned[]> {
  const lock = await acquire(launchLock(iteration), { what: `iter clean ${iteration.name}` });
  try {
    const cleaned: Cleaned[] = [];
    const run = new Run(iteration, context);
    for (const task of iteration.plan.tasks) {
      context.signal.throwIfAborted();
      const one = await cleanTask(run, task, { ...options, context });
      if (one !== undefined) cleaned.push(one);
    }
    if (!options.dryRun) {
      // temporary files of attempts that were killed
      removeFolder(temporariesOf(iteration));
      await renderLog(run.iteration);
    }
    return cleaned;
  } finally {
    lock.release();
  }
}

async function cleanTask(
  run: Run,
  task: PlannedTask,
  { context, ...options }: CleanOptions & { readonly context: Context },
): Promise<Cleaned | undefined> {
  const { iteration } = run;
  const { root, gitDirectory } = iteration.repository;
  const worktree = worktreeOf(iteration, task.id);
  const own = checkoutDirectory(iteration.repository, worktree);
  const present = own !== undefined && exists(join(worktree, '.git'));
  const branch = await commitAt(root, task.branch);
  if (own === undefined && branch === undefined) return undefined;
  const dirty = present ? await changes(root, worktree) : { uncommitted: false, ignored: [] };
  const head = present ? await commitAt(root, 'HEAD', worktree) : undefined;
  const standing = await standingOf(iteration, task, { commits: [branch, head], uncommitted: dirty.uncommitted });
  const about = {
    task: task.id,
    standing,
    size: present ? folderSize(worktree) : 0,
    ignored: options.ignored ? [] : dirty.ignored,
    ...(present ? { worktree } : {}),
  };
  const locked = own === undefined ? undefined : readText(join(own, 'locked'));
  if (locked !== undefined) {
    const why = locked.trim() === '' ? '' : ` (${locked.trim()})`;
    return { ...about, action: 'kept', reason: `the worktree is locked${why}; git worktree unlock ${worktree}` };
  }
  if (own !== undefined && !present && exists(worktree))
    return { ...about, action: 'kept', reason: `${worktree} has lost its .git file; look what is in it` };
  if (standing === 'unmerged' && !options.force)
    return { ...about, action: 'kept', reason: 'its work is not in the target; --force saves it and removes it all the same' };
  if (options.dryRun) return { ...about, action: 'would-remove' };
  const lock = await acquire(repositoryLock(gitDirectory), { wait: 60_000, what: 'save a worktree' });
  let ref: string | undefined;
  try {
    const free = await freeBackup(root, iteration, task.id);
    const commit = await save(root, task, { branch, ref: free, ...(present ? { worktree } : {}), ignored: options.ignored });
    if (commit !== undefined) {
      ref = free;
      await run.record({ type: 'worktree-saved', task: task.id, ref, commit });
    }
  } catch (error) {
    if (error instanceof WorktreeError) return { ...about, action: 'kept', reason: error.message };
    throw error;
  } finally {
    lock.release();
  }
  if (present) await tearDown(iteration, { task: task.id, worktree }, context);
  if (own !== undefined) await removeWorktree(root, worktree, { lock: repositoryLock(gitDirectory), discard: true });
  forgetProvisions(iteration, task.id);
  if (branch !== undefined) await git(root, ['update-ref', '-d', task.branch, branch], { writes: true });
  await run.record({ type: 'worktree-removed', task: task.id, standing });
  return { ...about, action: 'removed', ...(ref === undefined ? {} : { backup: ref }) };
}

/** Saves the worktree, or the branch alone where there is none; gives the commit that holds it all, or nothing when neither is there. */
async function save(
  root: string,
  task: PlannedTask,
  what: { readonly branch: CommitId | undefined; readonly ref: string; readonly worktree?: string; readonly ignored: boolean },
): Promise<CommitId | undefined> {
  const { branch, ref, worktree, ignored } = what;
  if (worktree !== undefined) return (await backUp(root, { worktree, branch: task.branch, ref, ignored })).commit;
  return branch === undefined ? undefined : backUpBranch(root, task.branch, ref);
}

async function commitAt(root: string, name: string, worktree?: string): Promise<CommitId | undefined> {
  const found = await gitResult(root, ['rev-parse', '-q', '--verify', `${name}^{commit}`], worktree === undefined ? {} : { worktree });
  return found.exitCode === 0 ? commitId(found.stdout) : undefined;
}

async function changes(root: string, worktree: string): Promise<{ uncommitted: boolean; ignored: string[] }> {
  const listing = await git(root, ['status', '--porcelain', '-z', '--untracked-files=normal', '--ignored', '--no-renames'], { worktree });
  const entries = listing.split('\0').filter((entry) => entry !== '' && !entry.slice(3).startsWith('.iter/'));
  const ignored = entries.filter((entry) => entry.startsWith('!!')).map((entry) => entry.slice(3));
  return { uncommitted: entries.length > ignored.length, ignored };
}

/** By content, not by ancestry: work counts as merged when merging it into the target would change nothing there, or it is what the last landing took. */
async function standingOf(
  iteration: Iteration,
  task: PlannedTask,
  { commits, uncommitted }: { readonly commits: readonly (CommitId | undefined)[]; readonly uncommitted: boolean },
): Promise<Standing> {
  const { root } = iteration.repository;
  const current = iteration.state.tasks[task.id];
  const base = current?.base ?? iteration.plan.base;
  const heads = [...new Set(commits)].filter((head): head is CommitId => head !== undefined && head !== base);
  if (uncommitted) return 'unmerged';
  if (heads.length === 0) return 'nothing';
  const target = await commitAt(root, iteration.plan.target);
  if (target === undefined) return 'unmerged';
  const { landed } = iteration.state;
  const stands = landed !== undefined && (await gitResult(root, ['merge-base', '--is-ancestor', landed.after, target])).exitCode === 0;
  for (const head of heads) {
    if (stands && current?.phase.name === 'merged' && current.phase.commit === head) continue;
    const merged = await mergeCommits(root, target, head);
    if ('paths' in merged || merged.tree !== (await treeOf(root, target))) return 'unmerged';
  }
  return 'merged';
}

const backups = (iteration: Iteration, task: TaskId): string => `refs/iter/backup/${iteration.name}/${task}`;

async function backupsOf(root: string, iteration: Iteration, task: TaskId): Promise<number[]> {
  const listing = await git(root, ['for-each-ref', '--format=%(refname:lstrip=-1)', `${backups(iteration, task)}/`]);
  return listing
    .split('\n')
    .filter(Boolean)
    .map(Number)
    .toSorted((a, b) => a - b);
}

async function freeBackup(root: string, iteration: Iteration, task: TaskId): Promise<string> {
  return `${backups(iteration, task)}/${((await backupsOf(root, iteration, task)).at(-1) ?? 0) + 1}`;
}

export interface Restored {
  readonly task: TaskId;
  readonly worktree: string;
  readonly backup: string;
}

/** Brings worktrees and branches back from their newest backups: of the named task, or of all that have none now. */
export async function restore(
  iteration: Iteration,
  only: string | undefined,
  context: Context,
): Promise<{ readonly restored: readonly Restored[]; readonly problems: readonly Problem[] }> {
  const { root, gitDirectory } = iteration.repository;
  const tasks = iteration.plan.tasks.filter((task) => only === undefined || task.id === only);
  if (tasks.length === 0)
    return {
      restored: [],
      problems: [{ what: `there is no task "${only ?? ''}"`, fix: `use ${iteration.plan.tasks.map((task) => task.id).join(', ')}` }],
    };
  const lock = await acquire(launchLock(iteration), { what: `iter restore ${iteration.name}` });
  const run = new Run(iteration, context);
  const restored: Restored[] = [];
  const problems: Problem[] = [];
  try {
    for (const { id } of tasks) {
      context.signal.throwIfAborted();
      const newest = (await backupsOf(root, iteration, id)).at(-1);
      const worktree = worktreeOf(iteration, id);
      const there = exists(join(worktree, '.git'));
      if (newest === undefined || there) {
        if (only !== undefined)
          problems.push({ what: there ? `the worktree of ${id} is there: ${worktree}` : `there is no backup of ${id}` });
        continue;
      }
      const ref = `${backups(iteration, id)}/${newest}`;
      try {
        const backup = commitId(await git(root, ['rev-parse', '--verify', `${ref}^{commit}`]));
        await bringBack(root, { backup, path: worktree, lock: repositoryLock(gitDirectory) });
        await run.record({ type: 'worktree-restored', task: id, ref });
        restored.push({ task: id, worktree, backup: ref });
      } catch (error) {
        if (!(error instanceof WorktreeError)) throw error;
        problems.push({ what: `${id}: ${error.message}` });
      }
    }
    await renderLog(run.iteration);
  } finally {
    lock.release();
  }
  return { restored, problems };
}
