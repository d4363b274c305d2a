/** The gate: all criteria on exactly the tree that would land, with the verdict stored for that tree and those criteria. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Check, Result, Verdict } from '../core/check.ts';
import { conditionFacts } from '../core/condition.ts';
import { gate, missed } from '../core/gate.ts';
import type { TaskId } from '../core/ids.ts';
import { isUnpicked } from '../core/merge-plan.ts';
import { inDependencyOrder, taskOf } from '../core/plan.ts';
import { blockerLevel, blockerTitle } from '../core/open-blockers.ts';
import type { MergeStrategy, PlannedTask } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { settledAt } from '../core/state.ts';
import { readText } from '../effects/disk.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { git } from '../effects/git.ts';
import { parseCriteria } from '../files/criteria.ts';
import { shown } from '../files/quoted.ts';
import type { Chain, ChainConflict, Work } from './chain.ts';
import type { CheckFiles } from './check-files.ts';
import { blockersNow } from './blockers.ts';
import type { Subject } from './checks.ts';
import { observe, withCommands } from './checks.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { CRITERIA_FILE, MESSAGES_FILE } from './iteration.ts';
import { tipOf } from './landing-inputs.ts';
import type { Run } from './run.ts';
import { wouldLand } from './would-land.ts';

export interface ValidateOptions {
  readonly strategy: MergeStrategy;
  /** Full name of the branch to land on. */
  readonly target: string;
  /** Only the work of these tasks and of what they need; all tasks when absent. */
  readonly tasks?: readonly TaskId[];
  /** Runs the checks again although a verdict for this very tree is stored. */
  readonly fresh?: boolean;
  /** Takes what was built by the last look at the same commits, and leaves what it builds to the next. */
  readonly remembers?: boolean;
}

export type Validation =
  | { readonly verdict: Verdict; readonly chain?: Chain; readonly conflict?: ChainConflict }
  | { readonly problems: readonly Problem[] };

/** Judges what would land now. Records validation-finished; changes no branch. */
export async function validate(run: Run, options: ValidateOptions, context: Context): Promise<Validation> {
  const { iteration } = run;
  const wanted = withNeeds(run, options.tasks);
  const found = await tipOf(iteration.repository, options.target);
  // git is at work while the criteria are read
  const ahead = 'problems' in found ? found : wouldLand(run, options, { tip: found.tip, wanted }, context);
  const criteria = readCriteria(iteration);
  const would = await ahead;
  if ('problems' in criteria) return criteria;
  if ('problems' in would) return would;
  const { built, work, changed } = would;
  const checks = criteria.checks.filter((check) => isAbout(run, check, wanted));
  const open = [...completion(run, wanted), ...blocked(run, wanted)];
  const verdict =
    'conflict' in built
      ? await conflicted(iteration, { checks, conflict: built.conflict, open })
      : await judged(run, { checks, chain: built, work, changed, open, fresh: options.fresh === true, purpose: 'landing' }, context);
  const failed = verdict.results.filter((result) => !result.pass).length;
  await run.record({
    type: 'validation-finished',
    decision: verdict.decision,
    tree: verdict.tree,
    criteriaHash: verdict.criteriaHash,
    passed: verdict.results.length - failed,
    failed,
  });
  return 'conflict' in built ? { verdict, conflict: built.conflict } : { verdict, chain: built };
}

/** The checks of the iteration as the file stands, or everything in it that cannot be read. */
export function readCriteria(iteration: Iteration): { checks: readonly Check[] } | { problems: readonly Problem[] } {
  const file = `iterations/${iteration.name}/${CRITERIA_FILE}`;
  const text = readText(join(iteration.directory, CRITERIA_FILE));
  if (text === undefined) return { problems: [{ file, what: 'is missing', fix: 'restore it: without criteria nothing can land' }] };
  const { checks, problems } = parseCriteria(text, file);
  return problems.length > 0 ? { problems } : { checks };
}

/** True for checks on the whole and on these tasks; nobody did the work of one that was skipped or passed over. */
export function isAbout(run: Run, { task }: Check, tasks: ReadonlySet<TaskId>): boolean {
  return task === undefined || (tasks.has(task) && !['skipped', 'superseded'].includes(run.state.tasks[task]?.phase.name ?? ''));
}

/** The named tasks and everything they need; all tasks when none is named. */
export function withNeeds(run: Run, tasks: readonly TaskId[] | undefined): Set<TaskId> {
  if (tasks === undefined) return new Set(run.plan.tasks.map((task) => task.id));
  const wanted = new Set(tasks);
  for (const id of wanted) for (const need of taskOf(run.plan, id).needs) wanted.add(need);
  return wanted;
}

/** Work that is not accepted is a missing deliverable, whatever the files look like. */
function completion(run: Run, wanted: ReadonlySet<TaskId>): Result[] {
  return inDependencyOrder(run.plan.tasks.filter((task) => wanted.has(task.id))).flatMap((task): Result[] => {
    const debt = run.state.tasks[task.id]?.overridden;
    if (debt !== undefined) return [overridden(task, debt)];
    const name = run.state.tasks[task.id]?.phase.name ?? 'waiting';
    const unpicked = isUnpicked(run.plan, run.state, task.id);
    if (settledAt(run.state.tasks[task.id]) !== undefined && !unpicked) return [];
    return [
      {
        id: `${task.id}.completed`,
        task: task.id,
        level: 'must',
        check: 'completed',
        pass: false,
        message: unpicked ? `${task.title}: none of the alternatives is picked yet` : `${task.title}: not accepted yet, it is ${name}`,
        measured: name,
        expected: 'accepted',
      },
    ];
  });
}

/** What a person took in spite of what was open is no failure, and no GO without a word on it either. */
function overridden(task: PlannedTask, { by, reason }: { readonly by: string; readonly reason: string }): Result {
  const message = `${task.title}: accepted by ${by} in spite of what was open: ${reason}`;
  return {
    id: `${task.id}.override`,
    task: task.id,
    level: 'should',
    check: 'override',
    pass: false,
    message,
    measured: by,
    expected: 'nothing open',
  };
}

/** Blockers somebody reported and nobody resolved: critical and high ones stop a landing (MODEL, "Decision"). */
function blocked(run: Run, wanted: ReadonlySet<TaskId>): Result[] {
  const open = blockersNow(run.iteration, run.state).filter(({ task }) => task === undefined || wanted.has(task));
  return open.map((blocker, index): Result => ({
    id: `${blocker.task ?? 'all'}.blocker-${index + 1}`,
    ...(blocker.task === undefined ? {} : { task: blocker.task }),
    level: blockerLevel(blocker.severity),
    check: 'blocker',
    pass: false,
    message: `${MESSAGES_FILE}: open blocker of severity ${blocker.severity} from ${shown(blocker.by)}: ${shown(blockerTitle(blocker))}`,
    measured: blocker.severity,
    expected: 'resolved',
  }));
}

export interface Judging {
  readonly checks: readonly Check[];
  readonly chain: Pick<Chain, 'before' | 'after' | 'tree'>;
  /** The accepted work that is judged. */
  readonly work: Work;
  /** The paths each task has changed, where that is known. */
  readonly changed?: Subject['changed'];
  /** What stands against it whatever the tree is. */
  readonly open?: readonly Result[];
  readonly fresh?: boolean;
  /** Names the checkout and the evidence. */
  readonly purpose: string;
}

/** The verdict of these checks on exactly this tree; the stored one when there is one. Records nothing. */
export async function judged(
  run: Run,
  { checks, chain, work, changed, open = [], fresh, purpose }: Judging,
  context: Context,
): Promise<Verdict> {
  const { iteration } = run;
  const facts = conditionFacts(run.plan, run.state);
  const subject = { commit: chain.after, tree: chain.tree, before: chain.before, work, changed, facts, purpose };
  const { results: seen, files } = await observe(iteration, checks, subject, context);
  const criteriaHash = hashOf(checks, [work, open, [...seen.values()]], files.ofIteration);
  const stored = join(iteration.directory, '.run', 'verdicts', `${chain.tree}-${criteriaHash.slice(0, 16)}.json`);
  const known = fresh === true ? undefined : storedVerdict(stored);
  if (known !== undefined) return known;
  const results = [...open, ...(await withCommands(iteration, { checks, results: seen, subject }, context))];
  const verdict: Verdict = { decision: gate(results), tree: chain.tree, criteriaHash, results, missed: missed(results) };
  writeAtomic(stored, `${JSON.stringify(verdict, undefined, 2)}\n`);
  return verdict;
}

/** Work that does not go together has no tree that could be judged. */
async function conflicted(
  iteration: Iteration,
  at: { checks: readonly Check[]; conflict: ChainConflict; open: readonly Result[] },
): Promise<Verdict> {
  const { conflict } = at;
  const message = `conflicts with the work before it in ${conflict.paths.join(', ')}`;
  const result: Result = { id: `${conflict.task}.conflict`, task: conflict.task, level: 'must', check: 'conflict', pass: false, message };
  const results = [...at.open, result];
  const tree = await git(iteration.repository.root, ['rev-parse', `${conflict.onto}^{tree}`]);
  return {
    decision: 'NO_GO',
    tree: tree as Verdict['tree'],
    criteriaHash: hashOf(at.checks, [], []),
    results,
    missed: missed(results),
  };
}

/** Binds a verdict to everything it was made from besides the tree: the criteria, what was seen without commands, the judged iteration files, the tasks' own histories. */
function hashOf(checks: readonly Check[], also: readonly unknown[], files: CheckFiles['ofIteration']): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([checks, also]));
  for (const [file, found] of files) {
    hash.update(`\0${file}\0`);
    hash.update(found === undefined ? 'none' : 'bytes' in found ? found.bytes : found.problem);
  }
  return hash.digest('hex');
}

function storedVerdict(file: string): Verdict | undefined {
  const text = readText(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Verdict;
  } catch {
    return undefined;
  }
}
