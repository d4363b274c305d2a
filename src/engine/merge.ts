/** `iter merge` and `iter undo`: validate, land, report. Planned anew each time from git and events, so the same command finishes what a killed one began. */
import { approversFor, mayApprove } from '../core/caution.ts';
import type { TaskId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import { landable } from '../core/merge-plan.ts';
import type { MergeStrategy } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Verdict } from '../core/check.ts';
import type { RedWork } from '../core/event.ts';
import { git, gitResult } from '../effects/git.ts';
import { checkedOutAt } from '../effects/git-facts.ts';
import { acquire } from '../effects/lock.ts';
import { repairCheckout } from '../effects/repair-checkout.ts';
import { clearRefLocks, gitsEnded } from '../effects/stale-locks.ts';
import type { Culprit } from './bisect.ts';
import { takeApart } from './bisect.ts';
import type { Chain } from './chain.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { finish, land } from './landing.ts';
import type { Landing, LandingRequest } from './landing.ts';
import { tellHooks } from './landing-hooks.ts';
import { moveBranch, obstacleTo, shortName } from './move-branch.ts';
import { launchLock, repositoryLock } from './places.ts';
import { rememberPlan, syncPlan } from './plan-cells.ts';
import { renderLog, renderReport } from './reports.ts';
import { keepForRework, sendConflictBack } from './rework.ts';
import { Run } from './run.ts';
import { seal } from './seal.ts';
import type { Seal } from './seal.ts';
import { validate, withNeeds } from './validate.ts';

export interface MergeOptions {
  readonly strategy: MergeStrategy;
  readonly target: string;
  readonly tasks?: readonly TaskId[];
  readonly dryRun: boolean;
  /** GO_WITH_CAUTION does not land. */
  readonly strict: boolean;
  /** All of it or nothing: what is red is not taken apart. */
  readonly whole?: boolean;
  /** The hooks of the repository are neither asked nor told. */
  readonly withoutHooks?: boolean;
  /** Nothing is signed, whatever the settings of git say. */
  readonly withoutSignature?: boolean;
  /** This person lets a GO_WITH_CAUTION land. */
  readonly approval?: { readonly by: string; readonly reason?: string };
}

export type MergeResult =
  | {
      readonly outcome: 'landed' | 'nothing' | 'planned';
      readonly chain: Chain;
      readonly verdict: Verdict;
      readonly report?: string;
      /** Whose work turned the whole red and goes back. */
      readonly culprits?: readonly Culprit[];
    }
  | { readonly outcome: 'refused'; readonly verdict: Verdict; readonly culprits?: readonly Culprit[] }
  | { readonly outcome: 'conflict'; readonly verdict: Verdict; readonly task: TaskId; readonly paths: readonly string[] }
  | { readonly outcome: 'blocked'; readonly verdict: Verdict; readonly why: string }
  /** One of these people has to approve first. */
  | { readonly outcome: 'unapproved'; readonly verdict: Verdict; readonly approvers: readonly string[]; readonly refused?: string }
  | { readonly outcome: 'invalid'; readonly problems: readonly Problem[] };

/** How often a moving target is followed before it is given up. */
const ROUNDS = 20;

/** Lands what passes the gate on the target, or says why not and leaves target and checkout as they are. Throws LockedError when another iter works on it. */
export async function merge(iteration: Iteration, options: MergeOptions, context: Context): Promise<MergeResult> {
  const own = await acquire(launchLock(iteration), { what: `iter merge ${iteration.name}` });
  try {
    const run = new Run(iteration, context);
    if (!options.dryRun) await resume(run, context);
    for (let round = 0; round < ROUNDS; round += 1) {
      const result = await once(run, options, context);
      if (result !== undefined) return result;
      context.say(`${shortName(options.target)} moved while it was judged; planning again on its new tip`);
    }
    throw new Error(`${options.target} kept moving for ${ROUNDS} rounds`);
  } finally {
    own.release();
  }
}

/** Finishes or clears up a landing that was killed in the middle, and starts no other. */
export async function clearUp(iteration: Iteration, context: Context): Promise<void> {
  const own = await acquire(launchLock(iteration), { what: `iter merge --abort ${iteration.name}` });
  try {
    await resume(new Run(iteration, context), context);
  } finally {
    own.release();
  }
}

async function once(run: Run, options: MergeOptions, context: Context): Promise<MergeResult | undefined> {
  const validation = await validate(run, options, context);
  if ('problems' in validation) return { outcome: 'invalid', problems: validation.problems };
  const { verdict, chain, conflict } = validation;
  const unfinished = verdict.results.some((result) => result.check === 'completed');
  if (conflict !== undefined && !unfinished) {
    if (!options.dryRun) await sendConflictBack(run, conflict, context);
    return { outcome: 'conflict', verdict, task: conflict.task, paths: conflict.paths };
  }
  if (verdict.decision !== 'NO_GO') return landJudged(run, { verdict, chain, culprits: [] }, options, context);
  // whoever names tasks wants these; work that is not finished is nobody's fault
  if (chain === undefined || unfinished || options.tasks !== undefined || options.whole === true) return { outcome: 'refused', verdict };
  const { culprits, rest } = await takeApart(run, { verdict, chain }, options, context);
  if (rest === undefined) return { outcome: 'refused', verdict, ...(culprits.length === 0 ? {} : { culprits }) };
  return landJudged(run, { ...rest, culprits }, { ...options, tasks: rest.tasks }, context);
}

/** Lands what the gate lets pass, and sends back whose work made it red before; undefined when the target has moved meanwhile. */
async function landJudged(
  run: Run,
  { verdict, chain, culprits }: { readonly verdict: Verdict; readonly chain: Chain | undefined; readonly culprits: readonly Culprit[] },
  options: MergeOptions,
  context: Context,
): Promise<MergeResult | undefined> {
  const blamed = culprits.length === 0 ? {} : { culprits };
  if (options.strict && verdict.decision === 'GO_WITH_CAUTION') return { outcome: 'refused', verdict, ...blamed };
  if (chain === undefined) throw new Error('a verdict that lets work land has a chain');
  if (options.dryRun) return { outcome: 'planned', verdict, chain, ...blamed };
  const unapproved = await withoutApproval(run, verdict, options.approval);
  if (unapproved !== undefined) return unapproved;
  const wanted = withNeeds(run, options.tasks);
  const tasks = landable(run.plan, run.state).ready.filter((id) => wanted.has(id));
  if (chain.after === chain.before) {
    const open = tasks.filter((id) => run.state.tasks[id]?.phase.name === 'accepted');
    // work without commits of its own has landed, too, once everything else has
    if (open.length > 0)
      await finish(run, {
        target: options.target,
        before: chain.before,
        after: chain.after,
        tasks,
        commits: 0,
        decision: verdict.decision,
      });
    await afterwards(run, verdict, chain, context);
    return { outcome: 'nothing', verdict, chain };
  }
  const sealed = await seal(run, chain, options, context);
  if ('refused' in sealed) return { outcome: 'blocked', verdict, why: sealed.refused };
  const onto = sealed.chain.after;
  const sentBack: RedWork[] = [];
  for (const { task, failures } of culprits) sentBack.push({ task, failures, onto, ...(await keepForRework(run, { task, onto })) });
  const landing = await landSealed(run, { sealed, options, tasks, decision: verdict.decision, sentBack }, context);
  if ('moved' in landing) return undefined;
  if ('refused' in landing) return { outcome: 'blocked', verdict, why: landing.refused };
  return { outcome: 'landed', verdict, chain: sealed.chain, report: await afterwards(run, verdict, sealed.chain, context), ...blamed };
}

/** Lands with the repository to itself, and tells the hooks that are told afterwards. */
async function landSealed(run: Run, request: LandingRequest & { readonly sealed: Seal }, context: Context): Promise<Landing> {
  const { repository, name } = run.iteration;
  const { chain, hooks } = request.sealed;
  const lock = await acquire(repositoryLock(repository.gitDirectory), { wait: 60_000, what: `iter merge ${name}` });
  let landing: Landing;
  try {
    landing = await land(run, request, context);
  } finally {
    lock.release();
  }
  if (hooks === undefined) return landing;
  const checkout = 'done' in landing ? landing.done.checkout : undefined;
  const how = 'done' in landing ? 'committed' : 'aborted';
  await tellHooks(run, hooks, { ...chain, target: request.options.target, checkout, how }, context);
  return landing;
}

/** Records an approval that counts; an answer when one is still missing. */
async function withoutApproval(run: Run, verdict: Verdict, approval: MergeOptions['approval']): Promise<MergeResult | undefined> {
  const approvers = approversFor(run.plan, run.state, verdict);
  if (approvers.length === 0) return undefined;
  if (approval === undefined) return { outcome: 'unapproved', verdict, approvers };
  if (!mayApprove(approvers, approval.by)) return { outcome: 'unapproved', verdict, approvers, refused: approval.by };
  const { tree, criteriaHash } = verdict;
  await run.record({ type: 'caution-approved', tree, criteriaHash, ...approval });
  return undefined;
}

async function afterwards(run: Run, verdict: Verdict, chain: Chain, context: Context): Promise<string> {
  await syncPlan(run, context, rememberPlan(run.iteration.directory));
  await renderLog(run.iteration);
  return renderReport(run, { verdict, chain }, context);
}

/** Finishes or clears up a landing that was killed in the middle. */
async function resume(run: Run, context: Context): Promise<void> {
  const landing = run.state.landing;
  if (landing === undefined) return;
  const { root, gitDirectory } = run.iteration.repository;
  const lock = await acquire(repositoryLock(gitDirectory), { wait: 60_000, what: 'finish a landing' });
  try {
    const checkout = await checkedOutAt(root, landing.target);
    // the git of an iter that was killed may go on without it; one that was killed right after it moved the branch leaves locks, too
    await gitsEnded(checkout ?? root);
    await clearRefLocks(root, checkout, [landing.target]);
    const found = await gitResult(root, ['rev-parse', '-q', '--verify', landing.target]);
    if (found.exitCode !== 0) return await ended(run, landing.target);
    const now = commitId(found.stdout);
    const inside = await gitResult(root, ['merge-base', '--is-ancestor', landing.after, now]);
    if (inside.exitCode === 0) {
      const count = await git(root, ['rev-list', '--count', `${landing.before}..${landing.after}`]);
      await finish(run, {
        target: landing.target,
        before: landing.before,
        after: landing.after,
        tasks: landing.tasks,
        commits: Number(count),
        decision: run.state.validation?.decision ?? 'GO',
        ...(landing.sentBack === undefined ? {} : { sentBack: landing.sentBack }),
      });
      context.say('an earlier iter merge had moved the target already; its end is on record now');
      return;
    }
    if (checkout === undefined || now !== landing.before) return await ended(run, landing.target);
    const { restored, foreign } = await repairCheckout(root, checkout, { before: landing.before, after: landing.after });
    if (restored.length > 0)
      context.say(
        `an earlier iter merge was ended half-way; put back ${restored.length} ${restored.length === 1 ? 'file' : 'files'} in ${checkout}`,
      );
    if (foreign.length > 0)
      context.say(`left alone in ${checkout}, because it is neither the old nor the new version: ${foreign.join(', ')}`);
    await ended(run, landing.target);
  } finally {
    lock.release();
  }
}

/** Puts on record that a landing which was killed has come to nothing. */
async function ended(run: Run, target: string): Promise<void> {
  await run.record({ type: 'landing-refused', target, reason: 'it was ended half-way' });
}

export type UndoResult =
  | { readonly undone: { readonly target: string; readonly before: string; readonly after: string; readonly kept: string } }
  | { readonly refused: string };

/** Moves the target back to where the last landing found it, unless anything has moved since; the undone tip is kept under refs/iter/undone. */
export async function undo(iteration: Iteration, context: Context): Promise<UndoResult> {
  const run = new Run(iteration, context);
  const landed = run.state.landed;
  if (landed === undefined) return { refused: `nothing of ${iteration.name} has landed` };
  const { root, gitDirectory } = iteration.repository;
  const lock = await acquire(repositoryLock(gitDirectory), { wait: 60_000, what: `iter undo ${iteration.name}` });
  try {
    const found = await gitResult(root, ['rev-parse', '-q', '--verify', landed.target]);
    if (found.exitCode !== 0)
      return {
        refused: `${shortName(landed.target)} is gone; git branch ${shortName(landed.target)} ${landed.before.slice(0, 10)} makes it anew`,
      };
    const now = found.stdout;
    if (now !== landed.after)
      return {
        refused: `${shortName(landed.target)} is at ${now.slice(0, 10)}, not at ${landed.after.slice(0, 10)} where the landing left it; take it back by hand: git revert ${landed.before.slice(0, 10)}..${landed.after.slice(0, 10)}`,
      };
    const kept = `refs/iter/undone/${iteration.name}/${landed.after.slice(0, 12)}`;
    await clearRefLocks(root, undefined, [kept]);
    await git(root, ['update-ref', kept, landed.after]);
    const checkout = await checkedOutAt(root, landed.target);
    const move = { branch: landed.target, checkout, before: landed.after, after: landed.before, what: `iter undo ${iteration.name}` };
    const obstacle = await obstacleTo(root, move);
    if (obstacle !== undefined) return { refused: obstacle };
    const moved = await moveBranch(root, move, 'back');
    if (moved !== undefined) return { refused: 'refused' in moved ? moved.refused : `${shortName(landed.target)} moved meanwhile` };
    await run.record({ type: 'landing-undone', target: landed.target, before: landed.after, after: landed.before });
    await syncPlan(run, context, rememberPlan(run.iteration.directory));
    return { undone: { target: landed.target, before: landed.after, after: landed.before, kept } };
  } finally {
    lock.release();
  }
}
