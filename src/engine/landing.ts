/** Moves the target: backup ref, intent in the log, then exactly one ref. The person's checkout follows only if that overwrites nothing of theirs. */
import type { Decision } from '../core/check.ts';
import type { RedWork, Sealed } from '../core/event.ts';
import type { CommitId, TaskId } from '../core/ids.ts';
import { git } from '../effects/git.ts';
import { checkedOutAt } from '../effects/git-facts.ts';
import { clearRefLocks } from '../effects/stale-locks.ts';
import type { Context } from './context.ts';
import { moveBranch, obstacleTo, shortName } from './move-branch.ts';
import type { NotMoved } from './move-branch.ts';
import type { Run } from './run.ts';
import type { Seal, SealOptions } from './seal.ts';

export type Landing =
  | { readonly done: { readonly before: CommitId; readonly after: CommitId; readonly checkout: string | undefined } }
  | NotMoved;

/** Where the tip before a landing is kept. */
export const backupRef = (iteration: string, before: CommitId): string => `refs/iter/backup/${iteration}/${before.slice(0, 12)}`;

export interface LandingRequest {
  readonly sealed: Pick<Seal, 'chain' | 'signed' | 'asked'>;
  readonly options: SealOptions;
  readonly tasks: readonly TaskId[];
  readonly decision: Decision;
  readonly sentBack?: readonly RedWork[];
}

/** Lands a chain that has passed the gate. The caller holds the repository lock. */
export async function land(run: Run, request: LandingRequest, context: Context): Promise<Landing> {
  const { sealed, options, tasks, sentBack = [] } = request;
  const { chain } = sealed;
  const { target } = options;
  const { root } = run.iteration.repository;
  const checkout = await checkedOutAt(root, target);
  const what = `iter merge ${run.iteration.name}`;
  const move = { branch: target, checkout, before: chain.before, after: chain.after, what };
  const obstacle = await obstacleTo(root, move);
  if (obstacle !== undefined) return { refused: obstacle };
  const backup = backupRef(run.iteration.name, chain.before);
  await clearRefLocks(root, undefined, [backup]);
  await git(root, ['update-ref', '-m', `${what}: before`, backup, chain.before]);
  await run.record({
    type: 'landing-started',
    target,
    before: chain.before,
    after: chain.after,
    tree: chain.tree,
    tasks,
    backup,
    ...(sentBack.length === 0 ? {} : { sentBack }),
    ...sealFacts(sealed, options),
  });
  const moved = await moveBranch(root, move, 'forward');
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
    sentBack,
  });
  context.say(
    checkout === undefined
      ? `${shortName(target)} moved; your checkout is on another branch and was left alone`
      : `${shortName(target)} moved, and ${checkout} with it`,
  );
  return { done: { before: chain.before, after: chain.after, checkout } };
}

/** What is put on record of hooks and signatures. */
export function sealFacts({ asked, signed }: Pick<Seal, 'asked' | 'signed'>, { withoutHooks, withoutSignature }: SealOptions): Sealed {
  return {
    ...(asked.length === 0 ? {} : { hooks: asked }),
    ...(withoutHooks === true ? { withoutHooks } : {}),
    ...(signed ? { signed } : {}),
    ...(withoutSignature === true ? { withoutSignature } : {}),
  };
}

export interface Finished {
  readonly target: string;
  readonly before: CommitId;
  readonly after: CommitId;
  readonly tasks: readonly TaskId[];
  readonly commits: number;
  readonly decision: Decision;
  readonly sentBack?: readonly RedWork[];
}

/** Records the end of a landing, and in the same write what goes back because the others were to land without it. */
export async function finish(run: Run, { sentBack = [], ...landed }: Finished): Promise<void> {
  await run.record({ type: 'landing-finished', ...landed }, ...sentBack.map((work) => ({ type: 'landing-sent-back' as const, ...work })));
}
