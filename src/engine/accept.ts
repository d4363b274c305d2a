/** Accepts work that was checked: pins it, tells the others what there is to build on, and puts it on record. */
import type { TaskId } from '../core/ids.ts';
import { taskOf } from '../core/plan.ts';
import { git } from '../effects/git.ts';
import { acquire } from '../effects/lock.ts';
import { withFreeRefs } from '../effects/stale-locks.ts';
import type { Context } from './context.ts';
import { postHandoff } from './messages.ts';
import { keepRef, repositoryLock } from './places.ts';
import type { Run } from './run.ts';

/** Milliseconds to wait for the repository while a hundred tasks make their worktrees, one after the other, on a slow machine: giving up would end the launch. */
const PATIENCE = 10 * 60_000;

/** Accepts the work of tasks all at once; throws when one of them was not checked. */
export async function accept(run: Run, ids: readonly TaskId[], context: Context): Promise<void> {
  const { iteration, state, plan } = run;
  const works = ids.map((id) => {
    const current = state.tasks[id];
    if (current?.phase.name !== 'checked' || current.base === undefined) throw new Error(`${id} was not checked`);
    return { id, task: taskOf(plan, id), attempt: current.attempt, base: current.base, commit: current.phase.commit };
  });
  const lock = await acquire(repositoryLock(iteration.repository.gitDirectory), { wait: PATIENCE, what: 'keep accepted work' });
  try {
    const input = works.map(({ id, commit }) => `update ${keepRef(iteration, id)} ${commit}\n`).join('');
    const { root } = iteration.repository;
    const refs = ids.map((id) => keepRef(iteration, id));
    await withFreeRefs(root, refs, () => git(root, ['update-ref', '--stdin'], { input }));
  } finally {
    lock.release();
  }
  // before the events: an iter that is ended in between does both again, and a message that stands is not posted twice
  for (const { task, base, commit } of works) await postHandoff(iteration, task, { base, head: commit }, context);
  await run.record(...works.map(({ id, attempt, commit }) => ({ type: 'task-accepted', task: id, attempt, commit }) as const));
  for (const { id, commit, attempt } of works)
    context.say(`${id}: accepted at ${commit.slice(0, 10)} after ${attempt} ${attempt === 1 ? 'attempt' : 'attempts'}`);
}
