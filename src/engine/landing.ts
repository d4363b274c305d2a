/** Moves the target: backup ref, intent in the log, then exactly one ref. The person's checkout follows only if that overwrites nothing of theirs. */
import { join } from 'node:path';
import type { Decision } from '../core/check.ts';
import type { CommitId, TaskId } from '../core/ids.ts';
import { exists } from '../effects/folder.ts';
import { git, gitResult } from '../effects/git.ts';
import { changedPaths, checkedOutAt, uncommittedPaths } from '../effects/git-facts.ts';
import type { Chain } from './chain.ts';
import type { Context } from './context.ts';
import { ITERATIONS } from './iteration.ts';
import type { Run } from './run.ts';

export type Landing =
  | { readonly done: { readonly before: CommitId; readonly after: CommitId; readonly checkout: string } }
  /** The target moved meanwhile: plan again. */
  | { readonly moved: true }
  /** The checkout is in the way; nothing was changed. */
  | { readonly refused: string };

/** Where the tip before a landing is kept. */
export const backupRef = (iteration: string, before: CommitId): string => `refs/iter/backup/${iteration}/${before.slice(0, 12)}`;

/** Lands a chain that has passed the gate. The caller holds the repository lock. */
export async function land(
  run: Run,
  request: { chain: Chain; target: string; tasks: readonly TaskId[]; decision: Decision },
  context: Context,
): Promise<Landing> {
  const { chain, target, tasks } = request;
  const { root } = run.iteration.repository;
  const checkout = await checkedOutAt(root, target);
  if (checkout !== undefined) {
    const obstacle = await obstacleIn(root, checkout, chain);
    if (obstacle !== undefined) return { refused: obstacle };
  }
  const backup = backupRef(run.iteration.name, chain.before);
  await git(root, ['update-ref', '-m', `iter merge ${run.iteration.name}: before`, backup, chain.before]);
  await run.record({ type: 'landing-started', target, before: chain.before, after: chain.after, tree: chain.tree, tasks, backup });
  const moved = await move(root, { checkout, target, before: chain.before, after: chain.after, what: `iter merge ${run.iteration.name}` });
  if (moved !== undefined) {
    // what has begun has also ended: the next merge has nothing to clear up
    await run.record({ type: 'landing-refused', target, reason: 'refused' in moved ? moved.refused : 'the target moved meanwhile' });
    return moved;
  }
  await finish(run, {
    target,
    before: chain.before,
    after: chain.after,
    tasks,
    commits: chain.landed.flatMap((one) => one.commits).length,
    decision: request.decision,
  });
  context.say(
    checkout === undefined
      ? `${shortName(target)} moved; your checkout is on another branch and was left alone`
      : `${shortName(target)} moved, and ${checkout} with it`,
  );
  return { done: { before: chain.before, after: chain.after, checkout: checkout ?? '' } };
}

/** Records the end of a landing. */
export async function finish(
  run: Run,
  landed: { target: string; before: CommitId; after: CommitId; tasks: readonly TaskId[]; commits: number; decision: Decision },
): Promise<void> {
  await run.record({ type: 'landing-finished', ...landed });
}

export const shortName = (ref: string): string => ref.replace(/^refs\/heads\//, '');

interface Move {
  readonly checkout: string | undefined;
  readonly target: string;
  readonly before: CommitId;
  readonly after: CommitId;
  readonly what: string;
}

async function move(root: string, { checkout, target, before, after, what }: Move): Promise<Landing | undefined> {
  const result =
    checkout === undefined
      ? await gitResult(root, ['update-ref', '-m', what, target, after, before])
      : await gitResult(root, ['merge', '--ff-only', '--no-overwrite-ignore', '-q', after], { worktree: checkout, writes: true });
  if (result.exitCode === 0) return undefined;
  const now = await git(root, ['rev-parse', '--verify', target]);
  if (now === after) return undefined;
  if (now !== before) return { moved: true };
  return { refused: `git did not move ${shortName(target)}: ${result.stderr.trim()}` };
}

/** Why the checkout of the target cannot follow; undefined when it can. */
async function obstacleIn(root: string, checkout: string, chain: Chain): Promise<string | undefined> {
  const directory = await git(root, ['rev-parse', '--absolute-git-dir'], { worktree: checkout });
  const busy = ['MERGE_HEAD', 'rebase-merge', 'rebase-apply', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'BISECT_LOG'].find((name) =>
    exists(join(directory, name)),
  );
  if (busy !== undefined) return `${checkout} is in the middle of something (${busy}); finish or abort it there, then run iter merge again`;
  const touched = new Set(await changedPaths(root, chain.before, chain.after));
  const dirty = (await uncommittedPaths(checkout, `${ITERATIONS}/`)).filter((path) => touched.has(path));
  if (dirty.length === 0) return undefined;
  const shown = dirty.slice(0, 5).join(', ') + (dirty.length > 5 ? ` and ${dirty.length - 5} more` : '');
  return `${checkout} has uncommitted changes in what would land: ${shown}; commit or stash them (git stash push -- ${dirty.slice(0, 5).join(' ')}), then run iter merge again`;
}
