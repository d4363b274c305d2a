/** What runs of iter that were killed have left behind: ended and cleared away before anything new starts in its place. */
import { reap } from '../effects/reap.ts';
import { removeFolder } from '../effects/folder.ts';
import type { TaskId } from '../core/ids.ts';
import { endContainers } from './containers.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { forgetPermissions } from './permissions.ts';
import { attemptCookie, iterationCookie, temporariesOf } from './places.ts';
import type { Run } from './run.ts';

/** Milliseconds marked processes of a killed run get to end by themselves. */
const GRACE = 500;

/** Ends every process and container of the iteration and forgets what agents that are gone had asked; only who holds the lock of the launch may. */
export async function endLeftovers(iteration: Iteration, context: Context): Promise<void> {
  const processes = await reap(iterationCookie(iteration), GRACE);
  if (processes > 0) context.say(`ended ${processes} ${processes === 1 ? 'process' : 'processes'} an earlier run had left behind`);
  const containers = await endContainers(iteration, context);
  if (containers > 0) context.say(`ended ${containers} ${containers === 1 ? 'container' : 'containers'} an earlier run had left behind`);
  removeFolder(temporariesOf(iteration));
  forgetPermissions(iteration);
}

/** Ends what is left of an attempt that nobody watches any more, and records that it was interrupted. */
export async function endUnwatched(run: Run, task: TaskId, attempt: number): Promise<void> {
  await reap(attemptCookie(run.iteration, task, attempt), GRACE);
  await run.record({ type: 'attempt-interrupted', task, attempt, reason: 'iter was ended while it ran' });
}
