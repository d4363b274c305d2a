/** Gives a conflict to the person who asks for it: the worktree with both sides in it, and a question that waits for their "done". */
import { mayStart } from '../core/needs.ts';
import type { TaskId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { acquire } from '../effects/lock.ts';
import { GitError, gitResult } from '../effects/git.ts';
import { conflictedPaths, identity } from '../effects/git-facts.ts';
import { attempt } from './attempt.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { archiveRef, launchLock, worktreeOf } from './places.ts';
import { tasksNamed } from './resets.ts';
import { Run } from './run.ts';

export interface Handed {
  readonly task: TaskId;
  readonly worktree: string;
  /** Paths with both sides in them. */
  readonly paths: readonly string[];
  /** The decision to answer when it is done. */
  readonly decision: string;
}

/** Hands a task whose work conflicts with other accepted work to a person. Throws LockedError while a launch is at work on the iteration. */
export async function resolveByHand(
  iteration: Iteration,
  wanted: string,
  context: Context,
): Promise<Handed | { readonly problems: readonly Problem[] }> {
  const lock = await acquire(launchLock(iteration), { what: `iter resolve ${wanted}` });
  try {
    const run = new Run(iteration, context);
    const found = tasksNamed(run, wanted);
    if ('what' in found) return { problems: [found] };
    const [task] = found;
    if (task === undefined || found.length > 1)
      return {
        problems: [{ what: `"${wanted}" stands for ${found.length} tasks`, fix: `name one of ${found.map(({ id }) => id).join(', ')}` }],
      };
    const problem = obstacle(run, task);
    return problem === undefined ? await hand(run, task, context) : { problems: [problem] };
  } finally {
    lock.release();
  }
}

function obstacle({ plan, state }: Run, task: PlannedTask): Problem | undefined {
  const current = state.tasks[task.id];
  const phase = current?.phase.name;
  if (current?.onto === undefined) {
    const others = plan.tasks.filter(({ id }) => state.tasks[id]?.onto !== undefined).map(({ id }) => id);
    return {
      what: `${task.id} has no conflict to resolve`,
      fix: others.length === 0 ? 'see iter status' : `these have one: ${others.join(', ')}`,
    };
  }
  if (phase !== 'waiting' && phase !== 'rejected')
    return { what: `${task.id} is ${phase ?? 'unknown'}, and no conflict of it is open`, fix: 'see iter status' };
  return mayStart(plan, task, state)
    ? undefined
    : { what: `${task.id} cannot start yet: what it needs is not accepted`, fix: 'first: iter launch' };
}

/** Exit code of git merge when it has stopped for somebody to settle what it cannot. */
const CONFLICTS = 1;

async function hand(run: Run, task: PlannedTask, context: Context): Promise<Handed> {
  const { iteration, state } = run;
  const last = state.tasks[task.id]?.attempt ?? 0;
  await attempt(run, { ...task, agent: 'manual' }, last + 1, context);
  const { root } = iteration.repository;
  const worktree = worktreeOf(iteration, task.id);
  // stops at the conflict, which is what is wanted; without one it is committed with the rest when it is done
  const argv = ['merge', '--no-ff', '--no-commit', '--quiet', archiveRef(iteration, task.id, last, 'work')];
  const { name, email } = await identity(root);
  const merged = await gitResult(root, argv, { worktree, writes: true, env: { GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email } });
  if (merged.exitCode > CONFLICTS) throw new GitError(worktree, argv, merged);
  const decision = run.state.decisions.find((open) => open.task === task.id && open.kind === 'manual');
  if (decision === undefined) throw new Error(`${task.id} was handed over without a question`);
  return { task: task.id, worktree, paths: await conflictedPaths(root, worktree), decision: decision.id };
}
