/** Keeps accepted work that has to be done again on top of other work: the work itself, and what it has to go together with. */
import type { CommitId, TaskId } from '../core/ids.ts';
import { downstreamOf } from '../core/plan.ts';
import { git } from '../effects/git.ts';
import { acquire } from '../effects/lock.ts';
import { archiveRef, repositoryLock } from './places.ts';
import type { Run } from './run.ts';

export interface Kept {
  readonly attempt: number;
  readonly archive: string;
  /** Everything that starts over with it. */
  readonly reset: readonly TaskId[];
}

/** Pins both commits; doing it again changes nothing. */
export async function keepForRework(run: Run, work: { readonly task: TaskId; readonly onto: CommitId }): Promise<Kept> {
  const { iteration, plan } = run;
  const { root, gitDirectory } = iteration.repository;
  const owner = run.state.tasks[work.task];
  if (owner?.head === undefined) throw new Error(`${work.task} has no work to send back`);
  const archive = archiveRef(iteration, work.task, owner.attempt, 'work');
  const lock = await acquire(repositoryLock(gitDirectory), { wait: 60_000, what: 'keep work that is done again' });
  try {
    await git(root, ['update-ref', archive, owner.head]);
    await git(root, ['update-ref', `refs/iter/keep/${iteration.name}/onto-${work.task}`, work.onto]);
  } finally {
    lock.release();
  }
  return { attempt: owner.attempt, archive, reset: [work.task, ...downstreamOf(plan, [work.task])] };
}
