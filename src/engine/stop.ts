/** Ends a task or a whole run from outside: asks a living launch, and sweeps up after a dead one. */
import { taskId } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import { holderOf } from '../effects/lock.ts';
import { reap } from '../effects/reap.ts';
import { terminate } from '../effects/machine.ts';
import { endContainers } from './containers.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { iterationCookie, launchLock } from './places.ts';
import { Run } from './run.ts';

export type Stopped = { readonly message: string; readonly ended: number } | { readonly problems: readonly Problem[] };

/** Milliseconds agents get between the polite signal and the other one. */
const GRACE = 5000;

/** Stops one task, or everything; resolves when the processes are gone. */
export async function stop(
  iteration: Iteration,
  asked: { readonly task?: string; readonly by: string },
  context: Context,
): Promise<Stopped> {
  const holder = holderOf(launchLock(iteration));
  const alive = holder?.alive === true;
  if (asked.task !== undefined) {
    const phase = iteration.state.tasks[asked.task]?.phase.name;
    if (phase === undefined)
      return {
        problems: [{ what: `there is no task "${asked.task}"`, fix: `use ${iteration.plan.tasks.map((task) => task.id).join(', ')}` }],
      };
    if (phase !== 'running' && phase !== 'starting') return { problems: [{ what: `${asked.task} is not running, it is ${phase}` }] };
    if (alive) {
      await new Run(iteration, context).record({ type: 'stop-requested', task: taskId(asked.task), by: asked.by });
      return { message: `${asked.task} is being stopped; then it waits for your decision`, ended: 1 };
    }
  }
  if (alive && holder !== undefined) {
    await terminate(holder.pid, context.signal);
    return { message: `the launch (process ${holder.pid}) has ended with its agents; iter launch continues`, ended: 1 };
  }
  const processes = await reap(iterationCookie(iteration), GRACE);
  const containers = await endContainers(iteration, context);
  const parts = [
    ...(processes === 0 ? [] : [`${processes} ${processes === 1 ? 'process' : 'processes'}`]),
    ...(containers === 0 ? [] : [`${containers} ${containers === 1 ? 'container' : 'containers'}`]),
  ];
  return {
    message: parts.length === 0 ? 'nothing is running' : `ended ${parts.join(' and ')} of an earlier launch`,
    ended: processes + containers,
  };
}
