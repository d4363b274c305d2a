/**
 * What a killed `iter merge` or `iter undo` has left: its end is put on record where the branch had moved, and a checkout that was caught half-way is put
 * back where it had not. Whether that happened is asked of git, never of what the killed one had in mind.
 */
import type { CommitId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import type { State } from '../core/state.ts';
import { git, gitResult } from '../effects/git.ts';
import { checkedOutAt } from '../effects/git-facts.ts';
import { acquire } from '../effects/lock.ts';
import { repairCheckout } from '../effects/repair-checkout.ts';
import { clearRefLocks, gitsEnded } from '../effects/stale-locks.ts';
import type { Context } from './context.ts';
import { finish } from './landing.ts';
import { repositoryLock } from './places.ts';
import type { Run } from './run.ts';

export type Undone = Pick<NonNullable<State['undoing']>, 'target' | 'before' | 'after' | 'kept'>;

/** Finishes or clears up what was killed in the middle; nothing when nothing was. */
export async function settleHalfDone(run: Run, context: Context): Promise<void> {
  if (run.state.landing === undefined && run.state.undoing === undefined) return;
  const lock = await acquire(repositoryLock(run.iteration.repository.gitDirectory), {
    wait: 60_000,
    what: 'finish what was ended half-way',
  });
  try {
    await settleLocked(run, context);
  } finally {
    lock.release();
  }
}

/** The same for a caller who holds the repository lock; gives the undo it has finished. */
export async function settleLocked(run: Run, context: Context): Promise<Undone | undefined> {
  // whoever had the lock before may have ended it
  run.refresh();
  const { landing, undoing } = run.state;
  if (landing !== undefined) await settleLanding(run, landing, context);
  return undoing === undefined ? undefined : await settleUndo(run, undoing, context);
}

async function settleLanding(run: Run, landing: NonNullable<State['landing']>, context: Context): Promise<void> {
  const { target, before, after, tasks, sentBack } = landing;
  const { root } = run.iteration.repository;
  const ended = (): Promise<void> => run.record({ type: 'landing-refused', target, reason: ENDED });
  const { checkout, now } = await quiet(root, target);
  if (now === undefined) return ended();
  if (await isInside(root, after, now)) {
    const count = await git(root, ['rev-list', '--count', `${before}..${after}`]);
    const decision = run.state.validation?.decision ?? 'GO';
    await finish(run, { target, before, after, tasks, commits: Number(count), decision, ...(sentBack === undefined ? {} : { sentBack }) });
    context.say('an earlier iter merge had moved the target already; its end is on record now');
    return;
  }
  if (now === before) await putBack(root, checkout, { before, after, what: 'iter merge' }, context);
  await ended();
}

/** Gives the undo when the target is without the landing. */
async function settleUndo(run: Run, undoing: Undone, context: Context): Promise<Undone | undefined> {
  const { target, before, after, kept } = undoing;
  const { root } = run.iteration.repository;
  const { checkout, now } = await quiet(root, target, kept);
  if (now !== undefined && !(await isInside(root, before, now))) {
    await run.record({ type: 'landing-undone', target, before, after });
    context.say('an earlier iter undo had moved the target already; its end is on record now');
    return undoing;
  }
  if (now === before) await putBack(root, checkout, { before, after, what: 'iter undo' }, context);
  await run.record({ type: 'undo-refused', target, reason: ENDED });
  return undefined;
}

const ENDED = 'it was ended half-way';

/** Where a branch is once no git of a killed iter works on it any more, and nothing of it is locked. */
async function quiet(
  root: string,
  target: string,
  ...others: readonly string[]
): Promise<{ checkout: string | undefined; now: CommitId | undefined }> {
  const checkout = await checkedOutAt(root, target);
  // the git of an iter that was killed may go on without it; one that was killed right after it moved the branch leaves locks, too
  await gitsEnded(checkout ?? root);
  await clearRefLocks(root, checkout, [target, ...others]);
  const found = await gitResult(root, ['rev-parse', '-q', '--verify', target]);
  return { checkout, now: found.exitCode === 0 ? commitId(found.stdout) : undefined };
}

async function isInside(root: string, commit: CommitId, branch: CommitId): Promise<boolean> {
  return (await gitResult(root, ['merge-base', '--is-ancestor', commit, branch])).exitCode === 0;
}

/** Puts back the files of a checkout that was on its way from one commit to another. */
async function putBack(
  root: string,
  checkout: string | undefined,
  { before, after, what }: { readonly before: CommitId; readonly after: CommitId; readonly what: string },
  context: Context,
): Promise<void> {
  if (checkout === undefined) return;
  const { restored, foreign } = await repairCheckout(root, checkout, { before, after });
  if (restored.length > 0)
    context.say(
      `an earlier ${what} was ended half-way; put back ${restored.length} ${restored.length === 1 ? 'file' : 'files'} in ${checkout}`,
    );
  if (foreign.length > 0)
    context.say(`left alone in ${checkout}, because it is neither the old nor the new version: ${foreign.join(', ')}`);
}
