/** `iter undo`: takes the last landing back, with the checkout that has the target. The same command finishes what a killed one began. */
import type { Landed } from '../core/state.ts';
import { git, gitResult } from '../effects/git.ts';
import { checkedOutAt } from '../effects/git-facts.ts';
import { acquire } from '../effects/lock.ts';
import { clearRefLocks } from '../effects/stale-locks.ts';
import type { Context } from './context.ts';
import type { Undone } from './half-done.ts';
import { settleLocked } from './half-done.ts';
import type { Iteration } from './iteration.ts';
import { moveBranch, obstacleTo, shortName } from './move-branch.ts';
import { repositoryLock } from './places.ts';
import { rememberPlan, syncPlan } from './plan-cells.ts';
import { Run } from './run.ts';

/** `before` is where the landing had left the target. */
export type UndoResult = { readonly undone: Undone } | { readonly refused: string };

/** Moves the target back to where the last landing found it, unless anything has moved since; the undone tip is kept under refs/iter/undone. */
export async function undo(iteration: Iteration, context: Context): Promise<UndoResult> {
  const run = new Run(iteration, context);
  const lock = await acquire(repositoryLock(iteration.repository.gitDirectory), { wait: 60_000, what: `iter undo ${iteration.name}` });
  try {
    const finished = await settleLocked(run, context);
    const { landed } = run.state;
    const result = finished === undefined ? await takeBack(run, landed) : { undone: finished };
    // one that was killed right after its end was on record has not got to this
    if ('undone' in result || landed === undefined) await syncPlan(run, context, rememberPlan(run.iteration.directory));
    return result;
  } finally {
    lock.release();
  }
}

async function takeBack(run: Run, landed: Landed | undefined): Promise<UndoResult> {
  const { iteration } = run;
  if (landed === undefined) return { refused: `nothing of ${iteration.name} has landed` };
  const { root } = iteration.repository;
  const { target, before: back, after: tip } = landed;
  const found = await gitResult(root, ['rev-parse', '-q', '--verify', target]);
  if (found.exitCode !== 0)
    return { refused: `${shortName(target)} is gone; git branch ${shortName(target)} ${back.slice(0, 10)} makes it anew` };
  const now = found.stdout;
  if (now !== tip)
    return {
      refused: `${shortName(target)} is at ${now.slice(0, 10)}, not at ${tip.slice(0, 10)} where the landing left it; take it back by hand: git revert ${back.slice(0, 10)}..${tip.slice(0, 10)}`,
    };
  const kept = `refs/iter/undone/${iteration.name}/${tip.slice(0, 12)}`;
  await clearRefLocks(root, undefined, [kept]);
  await git(root, ['update-ref', kept, tip]);
  const checkout = await checkedOutAt(root, target);
  const move = { branch: target, checkout, before: tip, after: back, what: `iter undo ${iteration.name}` };
  const obstacle = await obstacleTo(root, move);
  if (obstacle !== undefined) return { refused: obstacle };
  const undone = { target, before: tip, after: back, kept };
  await run.record({ type: 'undo-started', ...undone });
  const moved = await moveBranch(root, move, 'back');
  if (moved !== undefined) {
    const refused = 'refused' in moved ? moved.refused : `${shortName(target)} moved meanwhile`;
    await run.record({ type: 'undo-refused', target, reason: refused });
    return { refused };
  }
  await run.record({ type: 'landing-undone', target, before: tip, after: back });
  return { undone };
}
