/** `iter merge`: validate, land, report. Planned anew each time from git and events, so the same command finishes what a killed one began. */
import { approversFor, mayApprove } from '../core/caution.ts';
import type { TaskId } from '../core/ids.ts';
import { landable } from '../core/merge-plan.ts';
import type { MergeStrategy } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Verdict } from '../core/check.ts';
import type { RedWork } from '../core/event.ts';
import { commitSettings } from '../effects/commit-settings.ts';
import { acquire } from '../effects/lock.ts';
import type { Culprit } from './bisect.ts';
import { takeApart } from './bisect.ts';
import type { Chain } from './chain.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { settleHalfDone } from './half-done.ts';
import { finish, land } from './landing.ts';
import type { Landing, LandingRequest } from './landing.ts';
import { tellHooks } from './landing-hooks.ts';
import { shortName } from './move-branch.ts';
import { launchLock, repositoryLock } from './places.ts';
import { rememberPlan, syncPlan } from './plan-cells.ts';
import { destination, propose } from './pull-request.ts';
import type { Proposal } from './pull-request.ts';
import { renderLog, renderReport } from './reports.ts';
import { keepForRework, sendConflictBack } from './rework.ts';
import { Run } from './run.ts';
import { seal } from './seal.ts';
import type { Seal, SealOptions } from './seal.ts';
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
  /** Instead of moving the target, what was judged is pushed and proposed: all of it or nothing. */
  readonly pullRequest?: boolean;
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
  | {
      readonly outcome: 'proposed';
      readonly chain: Chain;
      readonly verdict: Verdict;
      readonly report: string;
      readonly proposal: Proposal;
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
    if (!options.dryRun) await settleHalfDone(run, context);
    const to = options.pullRequest === true && !options.dryRun ? await destination(run, options.target, context) : undefined;
    if (to !== undefined && 'problems' in to) return { outcome: 'invalid', problems: to.problems };
    for (let round = 0; round < ROUNDS; round += 1) {
      // asked for ahead, while others are asked anyway
      const settings = commitSettings(iteration.repository.root);
      settings.catch(() => undefined);
      const result = await once(run, { ...options, settings, ...(to === undefined ? {} : { to }) }, context);
      if (result !== undefined) return result;
      context.say(`${shortName(options.target)} moved while it was judged; planning again on its new tip`);
    }
    throw new Error(`${options.target} kept moving for ${ROUNDS} rounds`);
  } finally {
    own.release();
  }
}

/** Finishes or clears up what was killed in the middle, and starts no landing. */
export async function clearUp(iteration: Iteration, context: Context): Promise<void> {
  const own = await acquire(launchLock(iteration), { what: `iter merge --abort ${iteration.name}` });
  try {
    await settleHalfDone(new Run(iteration, context), context);
  } finally {
    own.release();
  }
}

/** With where a pull request goes, when one is wanted. */
type Asked = MergeOptions & Pick<SealOptions, 'to' | 'settings'>;

async function once(run: Run, options: Asked, context: Context): Promise<MergeResult | undefined> {
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
  if (chain === undefined || unfinished || options.tasks !== undefined || options.whole === true || options.pullRequest === true)
    return { outcome: 'refused', verdict };
  const { culprits, rest } = await takeApart(run, { verdict, chain }, options, context);
  if (rest === undefined) return { outcome: 'refused', verdict, ...(culprits.length === 0 ? {} : { culprits }) };
  return landJudged(run, { ...rest, culprits }, { ...options, tasks: rest.tasks }, context);
}

/** Lands what the gate lets pass, and sends back whose work made it red before; undefined when the target has moved meanwhile. */
async function landJudged(
  run: Run,
  { verdict, chain, culprits }: { readonly verdict: Verdict; readonly chain: Chain | undefined; readonly culprits: readonly Culprit[] },
  options: Asked,
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
  const { to } = options;
  if (to !== undefined) {
    const report = () => afterwards(run, verdict, sealed.chain, context);
    const proposal = await propose(run, { sealed, options, tasks, to, report }, context);
    if ('refused' in proposal) return { outcome: 'blocked', verdict, why: proposal.refused };
    return { outcome: 'proposed', verdict, chain: sealed.chain, report: await report(), proposal };
  }
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
