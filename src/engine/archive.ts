/** Keeps an earlier attempt before its branch and worktree start over: commits and uncommitted work, under refs/iter/archive. */
import type { CommitId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import { join } from 'node:path';
import { exists } from '../effects/folder.ts';
import { git, gitResult } from '../effects/git.ts';
import { acquire } from '../effects/lock.ts';
import { snapshot } from '../effects/saved-work.ts';
import { withFreeRefs } from '../effects/stale-locks.ts';
import type { Context } from './context.ts';
import { archiveRef, repositoryLock } from './places.ts';
import type { Run } from './run.ts';

export interface EarlierAttempt {
  readonly task: PlannedTask;
  readonly attempt: number;
  readonly worktree: string;
  /** Commits nothing of its own is on: where it started, and where an iter that was ended had put the branch to start anew. */
  readonly bases: readonly (CommitId | undefined)[];
}

/** Pins what the branch, the worktree's HEAD (an agent may have left the branch) and the files hold; an archive made before is never overwritten. */
export async function archive(run: Run, earlier: EarlierAttempt, context: Context): Promise<void> {
  const { iteration } = run;
  const { root, gitDirectory } = iteration.repository;
  const { task, attempt, worktree } = earlier;
  const present = exists(join(worktree, '.git'));
  const lock = await acquire(repositoryLock(gitDirectory), { wait: 60_000, what: 'archive an attempt' });
  try {
    const branch = await commitAt(root, task.branch);
    const head = present ? await commitAt(root, 'HEAD', worktree) : undefined;
    for (const commit of new Set([branch, head])) {
      if (commit === undefined || earlier.bases.includes(commit)) continue;
      const ref = await refFor(root, archiveRef(iteration, task.id, attempt, 'work'), commit);
      if (run.isArchived(ref)) continue;
      await withFreeRefs(root, [ref], () => git(root, ['update-ref', ref, commit]));
      await run.record({ type: 'work-archived', task: task.id, attempt, ref, commit });
      context.say(`${task.id}: the work of attempt ${attempt} is kept at ${ref}`);
    }
    if (!present || (await isUnfilled(root, worktree))) return;
    const wanted = archiveRef(iteration, task.id, attempt, 'uncommitted');
    const found = await uncommitted(run, { wanted, worktree, message: `Uncommitted work of ${task.id}, attempt ${attempt}` });
    if (found === undefined) return;
    await run.record({ type: 'work-archived', task: task.id, attempt, ...found });
    context.say(`${task.id}: what attempt ${attempt} left uncommitted is kept at ${found.ref}`);
  } finally {
    lock.release();
  }
}

async function commitAt(root: string, name: string, worktree?: string): Promise<CommitId | undefined> {
  const found = await gitResult(root, ['rev-parse', '-q', '--verify', `${name}^{commit}`], worktree === undefined ? {} : { worktree });
  return found.exitCode === 0 ? (found.stdout.trim() as CommitId) : undefined;
}

/** True for a worktree git has registered and not filled: nobody has worked there. */
async function isUnfilled(root: string, worktree: string): Promise<boolean> {
  return !exists(await git(root, ['rev-parse', '--git-path', 'index'], { worktree }));
}

interface Uncommitted {
  readonly wanted: string;
  readonly worktree: string;
  readonly message: string;
}

/** Saves what lies uncommitted in a worktree under the first free name; a save that an iter which was ended had made of the same files counts instead. */
async function uncommitted(run: Run, { wanted, worktree, message }: Uncommitted): Promise<{ ref: string; commit: CommitId } | undefined> {
  const { root } = run.iteration.repository;
  const ref = await refFor(root, wanted, undefined);
  const commit = await snapshot(worktree, ref, message);
  if (commit === undefined) return undefined;
  for (let number = 1; named(wanted, number) !== ref; number += 1) {
    const before = named(wanted, number);
    const known = run.isArchived(before) ? undefined : await commitAt(root, before);
    if (known === undefined || (await contents(root, known)) !== (await contents(root, commit))) continue;
    await withFreeRefs(root, [ref], () => git(root, ['update-ref', '-d', ref, commit]));
    return { ref: before, commit: known };
  }
  return { ref, commit };
}

const contents = (root: string, commit: CommitId): Promise<string> => git(root, ['log', '--no-walk', '--format=%T %P', commit]);

const named = (wanted: string, number: number): string => (number === 1 ? wanted : `${wanted}-${number}`);

/** The first of `wanted`, `wanted-2`, … that is free or holds this commit already. */
async function refFor(root: string, wanted: string, commit: CommitId | undefined): Promise<string> {
  for (let number = 1; ; number += 1) {
    const ref = named(wanted, number);
    const found = await commitAt(root, ref);
    if (found === undefined || found === commit) return ref;
  }
}
