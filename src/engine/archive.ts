/** Keeps an earlier attempt before its branch and worktree start over: commits and uncommitted work, under refs/iter/archive. */
import type { CommitId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import { join } from 'node:path';
import { exists } from '../effects/folder.ts';
import { git, gitResult } from '../effects/git.ts';
import { acquire } from '../effects/lock.ts';
import { snapshot } from '../effects/saved-work.ts';
import type { Context } from './context.ts';
import { archiveRef, repositoryLock } from './places.ts';
import type { Run } from './run.ts';

export interface EarlierAttempt {
  readonly task: PlannedTask;
  readonly attempt: number;
  readonly worktree: string;
  /** Where it started: nothing of its own is on that commit. */
  readonly base: CommitId | undefined;
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
      if (commit === undefined || commit === earlier.base) continue;
      const ref = await freeRef(root, archiveRef(iteration, task.id, attempt, 'work'), commit);
      if (ref === undefined) continue;
      await git(root, ['update-ref', ref, commit, '']);
      await run.record({ type: 'work-archived', task: task.id, attempt, ref, commit });
      context.say(`${task.id}: the work of attempt ${attempt} is kept at ${ref}`);
    }
    if (!present) return;
    const ref = await freeRef(root, archiveRef(iteration, task.id, attempt, 'uncommitted'), undefined);
    const commit = ref === undefined ? undefined : await snapshot(worktree, ref, `Uncommitted work of ${task.id}, attempt ${attempt}`);
    if (ref === undefined || commit === undefined) return;
    await run.record({ type: 'work-archived', task: task.id, attempt, ref, commit });
    context.say(`${task.id}: what attempt ${attempt} left uncommitted is kept at ${ref}`);
  } finally {
    lock.release();
  }
}

async function commitAt(root: string, name: string, worktree?: string): Promise<CommitId | undefined> {
  const found = await gitResult(root, ['rev-parse', '-q', '--verify', `${name}^{commit}`], worktree === undefined ? {} : { worktree });
  return found.exitCode === 0 ? (found.stdout.trim() as CommitId) : undefined;
}

/** The first free name of `wanted`, `wanted-2`, …; undefined when one of them holds the commit already. */
async function freeRef(root: string, wanted: string, commit: CommitId | undefined): Promise<string | undefined> {
  for (let number = 1; ; number += 1) {
    const ref = number === 1 ? wanted : `${wanted}-${number}`;
    const found = await commitAt(root, ref);
    if (found === undefined) return ref;
    if (found === commit) return undefined;
  }
}
