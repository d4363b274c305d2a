/** What would land now: the work of the tasks that is not in the target yet, as a chain on its tip; built, or taken from the last look at the same commits. */
import type { CommitId, TaskId } from '../core/ids.ts';
import { isUnpicked } from '../core/merge-plan.ts';
import type { Problem } from '../core/problem.ts';
import { changedPathsOfAll } from '../effects/commit-batch.ts';
import { gitResult } from '../effects/git.ts';
import { identityIn, settingsOf } from '../effects/git-facts.ts';
import { sha256 } from '../effects/sha256.ts';
import type { Chain, ChainConflict, Work } from './chain.ts';
import { acceptedWork, buildChain } from './chain.ts';
import type { Context } from './context.ts';
import type { KeptChain } from './kept-chain.ts';
import { inputsOf, keepChain, recallChain } from './kept-chain.ts';
import { lostWork } from './landing-inputs.ts';
import type { Run } from './run.ts';
import type { ValidateOptions } from './validate.ts';

export type WouldLand = {
  readonly built: Chain | { readonly conflict: ChainConflict };
  /** Of all tasks that are wanted, also of those that are in the target. */
  readonly work: Work;
} & Partial<Pick<KeptChain, 'changed'>>;

/** Builds the chain of these tasks on the tip of the target, or says which accepted work is gone. */
export async function wouldLand(
  run: Run,
  options: ValidateOptions,
  at: { readonly tip: CommitId; readonly wanted: ReadonlySet<TaskId> },
  context: Context,
): Promise<WouldLand | { readonly problems: readonly Problem[] }> {
  const { iteration, plan, state } = run;
  const { root } = iteration.repository;
  const { tip, wanted } = at;
  const inputs = options.remembers === true ? inputsOf(run, options, at, context) : undefined;
  const last = inputs === undefined || options.fresh === true ? undefined : recallChain(iteration, inputs);
  // asked for ahead, because git answers all of it at the same time
  const asked = settingsOf(root);
  const histories = last === undefined ? acceptedWork({ root, plan, state, tasks: wanted }) : undefined;
  const ahead = Promise.allSettled([asked, histories]);
  const { problems, lost } = await lostWork(run, wanted, [tip, ...(last === undefined ? [] : [last.chain.after])]);
  const [, read] = await ahead;
  if (problems.length > 0) return { problems };
  if (read.status === 'rejected') throw read.reason;
  const settings = await asked;
  if (last !== undefined && last.settings === sha256(settings) && !lost.has(last.chain.after))
    return { built: last.chain, work: last.work, changed: last.changed };
  const there = await landedBefore(run, { target: options.target, tip });
  const tasks = new Set([...wanted].filter((id) => !there.has(id) && !isUnpicked(plan, state, id)));
  const built = await buildChain({ root, plan, state, tip, strategy: options.strategy, tasks, committer: identityIn(settings) });
  const work = await acceptedWork({ root, plan, state, tasks: wanted });
  if (inputs === undefined || 'conflict' in built || built.merged === true) return { built, work };
  const paths = await changedPathsOfAll(root, Object.values(work));
  const changed = Object.fromEntries(Object.keys(work).map((task, place) => [task, paths[place] ?? []]));
  keepChain(iteration, { inputs, settings: sha256(settings), chain: built, work, changed });
  return { built, work, changed };
}

/**
 * The tasks whose work is in the target since the last landing. Their commits may have other ids there, because the target had moved on;
 * put on top of themselves a second time they would conflict.
 */
async function landedBefore(run: Run, { target, tip }: { target: string; tip: CommitId }): Promise<Set<TaskId>> {
  const { landed } = run.state;
  if (landed === undefined || landed.target !== target) return new Set();
  const { root } = run.iteration.repository;
  const isInside = landed.after === tip || (await gitResult(root, ['merge-base', '--is-ancestor', landed.after, tip])).exitCode === 0;
  if (!isInside) return new Set();
  return new Set(run.plan.tasks.map((task) => task.id).filter((id) => run.state.tasks[id]?.phase.name === 'merged'));
}
