/** Accepted work that has to be done again on top of other work: it is kept, with what it has to go together with, and its task starts over. */
import type { CommitId, TaskId } from '../core/ids.ts';
import { downstreamOf } from '../core/plan.ts';
import { git } from '../effects/git.ts';
import { acquire } from '../effects/lock.ts';
import { withFreeRefs } from '../effects/stale-locks.ts';
import { archiveRef, repositoryLock } from './places.ts';
import type { Context } from './context.ts';
import type { Run } from './run.ts';

export interface Conflict {
  /** Who works again. */
  readonly task: TaskId;
  /** What its work has to go together with. */
  readonly onto: CommitId;
  readonly paths: readonly string[];
}

/** Two accepted works that do not go together: the later one is done again, on top of the other. iter never picks a side. */
export async function sendConflictBack(run: Run, conflict: Conflict, context: Context): Promise<void> {
  const kept = await keepForRework(run, conflict);
  await run.record({ type: 'merge-conflicted', task: conflict.task, onto: conflict.onto, paths: conflict.paths, ...kept });
  context.say(
    `${conflict.task}: its work conflicts with other accepted work in ${conflict.paths.join(', ')}; it goes back to ${conflict.task}`,
  );
}

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
    const { head } = owner;
    const onto = `refs/iter/keep/${iteration.name}/onto-${work.task}`;
    await withFreeRefs(root, [archive], () => git(root, ['update-ref', archive, head]));
    await withFreeRefs(root, [onto], () => git(root, ['update-ref', onto, work.onto]));
  } finally {
    lock.release();
  }
  return { attempt: owner.attempt, archive, reset: [work.task, ...downstreamOf(plan, [work.task])] };
}
