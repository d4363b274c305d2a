/** What would be held against the work of a task if it ended now: the files as they lie in its worktree, judged as at the end of an attempt. Records nothing and moves nothing. */
import { join } from 'node:path';
import type { Failure } from '../core/event.ts';
import type { TaskId } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import { exists, inspectFile } from '../effects/folder.ts';
import { headFacts } from '../effects/git-facts.ts';
import { processNumber } from '../effects/machine.ts';
import { commitAside } from '../effects/saved-work.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { lookAt } from './look-at.ts';
import { Run } from './run.ts';

export interface StillRed {
  readonly open: readonly Failure[];
  readonly warnings: readonly Failure[];
  /** False where no criterion has to pass, so that nothing can be red. */
  readonly judgedAtAll: boolean;
}

let looks = 0;

/** Judges the worktree of a task with everything uncommitted in it and what lies in `.iter/out`. Runs the commands of its criteria. */
export async function stillRed(
  iteration: Iteration,
  id: string | undefined,
  context: Context,
): Promise<StillRed | { readonly problems: readonly Problem[] }> {
  if (id === undefined) return { problems: [{ what: 'no task is named', fix: 'give --task T2, or set ITER_TASK' }] };
  const task = iteration.plan.tasks.find((one) => one.id === id);
  if (task === undefined)
    return { problems: [{ what: `there is no task "${id}"`, fix: `use ${iteration.plan.tasks.map((one) => one.id).join(', ')}` }] };
  const run = new Run(iteration, context);
  const { worktree, base } = run.state.tasks[task.id] ?? {};
  if (worktree === undefined || base === undefined || !exists(worktree))
    return { problems: [{ what: `${id} has no worktree`, fix: 'it has to be started first: iter launch' }] };
  const aside = await commitAside(worktree, `What ${id} has so far\n`);
  const head = aside ?? (await headFacts(iteration.repository.root, worktree)).commit ?? base;
  looks += 1;
  const { open, warnings, judgedAtAll } = await lookAt(
    run,
    task,
    { base, head, purpose: purposeOf(task.id, looks), placed: inOut(worktree, task.deliverables) },
    context,
  );
  return { open, warnings, judgedAtAll };
}

/** Unique among all who look at the same time, the launch included. */
function purposeOf(task: TaskId, look: number): string {
  return `${task}-so-far-${processNumber()}-${look}`;
}

/** Deliverables of the iteration folder are taken out of the worktree at the end of an attempt; until then they lie there. */
function inOut(worktree: string, deliverables: readonly { readonly path: string; readonly in: string }[]) {
  const own = new Set(deliverables.filter((one) => one.in === 'iteration').map(({ path }) => path));
  return (file: string): string | undefined => {
    const place = join(worktree, '.iter', 'out', file);
    const found = own.has(file) ? inspectFile(place) : undefined;
    return found !== undefined && 'bytes' in found ? place : undefined;
  };
}
