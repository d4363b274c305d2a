/** Judges what an attempt left behind: collects its files, commits what is uncommitted, runs the task's criteria on that commit. Believes nothing. */
import { join } from 'node:path';
import type { Check, Result } from '../core/check.ts';
import { conditionFacts } from '../core/condition.ts';
import type { Failure, NewEvent } from '../core/event.ts';
import type { FieldValue } from '../core/fields.ts';
import { isDebt, stops } from '../core/gate.ts';
import type { CommitId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import { type Problem, problemLine } from '../core/problem.ts';
import { answerFailures, answerFindings } from '../core/checklist.ts';
import { causeOf } from '../core/retry.ts';
import { judged, type Review } from '../core/review.ts';
import { againstWork } from '../core/run-verdict.ts';
import { readText } from '../effects/disk.ts';
import { copyFile, exists, inspectFile } from '../effects/folder.ts';
import { GitError, git, gitResult } from '../effects/git.ts';
import { changedPaths, commitsBetween, headFacts, identity, leftMarkers, treeOf } from '../effects/git-facts.ts';
import { commitAll } from '../effects/saved-work.ts';
import { parseCriteria } from '../files/criteria.ts';
import { readFrontMatterFields } from '../files/front-matter-fields.ts';
import { parseAnswers } from '../files/checklist-answers.ts';
import { parseReview } from '../files/review.ts';
import type { Context } from './context.ts';
import { runChecks } from './checks.ts';
import type { Iteration } from './iteration.ts';
import { CRITERIA_FILE } from './iteration.ts';
import { collectOutbox } from './outbox.ts';
import type { Run } from './run.ts';
import { agentCheck } from './run.ts';

/** Stands for a role where a command of the workflow is the actor. */
const COMMAND_ROLE = 'run';

/** Records work-committed (when there was something) and checks-finished. */
export async function judge(run: Run, task: PlannedTask, context: Context): Promise<void> {
  const { iteration } = run;
  const { root } = iteration.repository;
  const before = run.state.tasks[task.id];
  const { worktree, base, attempt } = before ?? {};
  if (before === undefined || worktree === undefined || base === undefined || attempt === undefined)
    throw new Error(`${task.id} has no attempt to judge`);
  const collected = collectDeliverables(iteration, task, worktree);
  await collectOutbox(run, task, { worktree, running: false }, context);
  const found = await commitRest(iteration, task, { worktree, attempt });
  const unsettled = found !== undefined && 'unsettled' in found ? found.unsettled : [];
  const rest = found !== undefined && 'commit' in found ? found : undefined;
  const { branch, commit: head } = await headFacts(root, worktree);
  const committed = rest ?? (head === before.head ? undefined : await unrecorded(run, task, worktree));
  if (committed !== undefined)
    await run.record({ type: 'work-committed', task: task.id, attempt, commit: committed.commit, paths: committed.paths });
  if (head === undefined) throw new GitError(worktree, ['rev-parse', 'HEAD'], { exitCode: 128, stderr: 'its branch has no commit' });
  const marked = [...unsettled.map((path) => ({ path })), ...(await leftMarkers(root, base, head))];
  const failures = [...collected.refused, ...(await strayed(root, task, { branch, base, head })), ...conflictFailures(task, marked)];
  const { checks, problems } = criteriaOf(iteration);
  const own = checks.filter((check) => check.task === task.id);
  const work = { [task.id]: { base, head, commits: await commitsBetween(root, base, head) } };
  const subject = {
    commit: head,
    tree: await treeOf(root, head),
    before: base,
    work,
    facts: conditionFacts(run.plan, run.state),
    purpose: `${task.id}-${attempt}`,
  };
  const results = await runChecks(iteration, own, subject, context);
  const told = (those: (result: Result) => boolean): Failure[] =>
    results.filter(those).map(({ id, message, hint }) => ({ id, message: hint === undefined ? message : `${message}; hint: ${hint}` }));
  const review = reviewOf(iteration, task);
  const { outputs, failures: unfilled } = outputsOf(iteration, task);
  const open = [...failures, ...problems, ...told(stops), ...unfilled, ...review.failures];
  const ending = endingOf(run, task);
  const judgedAtAll = review.verdict.verdict !== undefined || results.some((result) => result.level === 'must');
  const forgiven = ending.lies && judgedAtAll && open.length === 0 && (collected.brought || head !== before.head || run.isExcused(task.id));
  await run.record({
    type: 'checks-finished',
    task: task.id,
    attempt,
    commit: head,
    failures: forgiven ? [] : [...open, ...ending.failures],
    ...(forgiven || (open.length === 0 && ending.failures.length === 0)
      ? {}
      : { cause: causeOf(run.lastEnding(task.id), lacksDeliverable(iteration, task, worktree)) }),
    warnings: [...told((result) => isDebt(result) && !stops(result)), ...(forgiven ? ending.failures.map(takenAnyway) : [])],
    ...(Object.keys(outputs).length === 0 ? {} : { outputs }),
    ...review.verdict,
  });
}

let lastCriteria: { readonly text: string; readonly parsed: ReturnType<typeof parseCriteria> } | undefined;

/** The criteria as the file stands now; a line that cannot be understood fails every task until a person mends it. */
function criteriaOf(iteration: Iteration): { checks: readonly Check[]; problems: Failure[] } {
  const text = readText(join(iteration.directory, CRITERIA_FILE));
  if (text === undefined) return { checks: [], problems: [{ id: 'criteria', message: `${CRITERIA_FILE} is missing` }] };
  // tasks that end together are judged by the same text
  if (lastCriteria?.text !== text) lastCriteria = { text, parsed: parseCriteria(text, CRITERIA_FILE) };
  const { parsed } = lastCriteria;
  return { checks: parsed.checks, problems: parsed.problems.map((problem) => ({ id: 'criteria', message: problemLine(problem) })) };
}

/** Copies the declared iteration files out of the worktree; what is not declared stays where it is, so no agent can replace the plan. */
function collectDeliverables(iteration: Iteration, task: PlannedTask, worktree: string): { refused: Failure[]; brought: boolean } {
  const refused: Failure[] = [];
  let brought = false;
  for (const deliverable of task.deliverables) {
    if (deliverable.in !== 'iteration') continue;
    const source = join(worktree, '.iter', 'out', deliverable.path);
    const found = inspectFile(source);
    if (found === undefined) continue;
    if ('problem' in found)
      refused.push({ id: `${task.id}.out`, message: `.iter/out/${deliverable.path} ${found.problem}; write a regular file` });
    else {
      const target = join(iteration.directory, deliverable.path);
      const earlier = inspectFile(target);
      brought ||= earlier === undefined || 'problem' in earlier || !Buffer.from(earlier.bytes).equals(found.bytes);
      copyFile(source, target);
    }
  }
  return { refused, brought };
}

/** True when a required file is not where it was asked for. */
function lacksDeliverable({ directory }: Iteration, { deliverables }: PlannedTask, worktree: string): boolean {
  return deliverables.some(
    ({ path, in: place, level }) => level === 'must' && !exists(join(place === 'iteration' ? directory : worktree, path)),
  );
}

async function commitRest(
  iteration: Iteration,
  task: PlannedTask,
  where: { worktree: string; attempt: number },
): ReturnType<typeof commitAll> {
  const message = `${task.title}\n\nLeft uncommitted by ${task.instance}, committed by iter.\n\nIter-Task: ${iteration.name}/${task.id}\nIter-Committed-For: ${task.instance}\n`;
  return commitAll(where.worktree, message, () => identity(iteration.repository.root));
}

/** The commit iter has made of this work and was ended before it could put on record; undefined when there is none. */
async function unrecorded(run: Run, task: PlannedTask, worktree: string): Promise<{ commit: CommitId; paths: number } | undefined> {
  const { iteration } = run;
  const { root } = iteration.repository;
  const trailer = (key: string): string => `%(trailers:key=${key},valueonly,separator=)`;
  const format = `%H%x1f%P%x1f${trailer('Iter-Task')}%x1f${trailer('Iter-Committed-For')}`;
  const facts = (await git(root, ['log', '-1', `--format=${format}`], { worktree })).split('\x1f');
  const [commit, parent, about, by] = facts as [CommitId, CommitId, string, string];
  if (by === '' || about !== `${iteration.name}/${task.id}` || run.isCommitOnRecord(commit)) return undefined;
  return { commit, paths: (await changedPaths(root, parent, commit)).length };
}

/** Conflicts that nobody has settled are no work, whatever the checks say: in most files a marker breaks nothing that is tested. */
function conflictFailures(task: PlannedTask, found: readonly { readonly path: string; readonly line?: number }[]): Failure[] {
  return found.map(({ path, line }) => ({
    id: `${task.id}.conflict`,
    message: `${path}${line === undefined ? '' : `:${line}`} has a conflict that is not settled; decide what stays, take out the markers and commit`,
  }));
}

/** An agent that switched branches, or rewrote what it started from, is not judged as if it had not. */
async function strayed(
  root: string,
  task: PlannedTask,
  at: { branch: string | undefined; base: CommitId; head: CommitId },
): Promise<Failure[]> {
  const failures: Failure[] = [];
  const found = at.branch ?? 'no branch (detached HEAD)';
  if (found !== task.branch)
    failures.push({
      id: `${task.id}.branch`,
      message: `the worktree is on ${found}, not on ${task.branch}; switch back and bring the commits with you`,
    });
  const kept = at.base === at.head || (await gitResult(root, ['merge-base', '--is-ancestor', at.base, at.head])).exitCode === 0;
  if (!kept)
    failures.push({
      id: `${task.id}.base`,
      message: `the branch no longer contains its base ${at.base.slice(0, 10)}; do not rebase or reset below it`,
    });
  return failures;
}

/**
 * What the way its agent ended says against the work. A bad exit code, or what it says of its end, alone may lie (agents end so after finished work,
 * and with 0 after none): `lies`.
 * For a command of the workflow the exit code is the result.
 */
function endingOf(run: Run, task: PlannedTask): { readonly failures: Failure[]; readonly lies: boolean } {
  const ending = run.lastEnding(task.id);
  const failed = (message: string, lies = false) => ({ failures: [{ id: agentCheck(task.id), message }], lies });
  if (ending === undefined) return { failures: [], lies: false };
  if (ending.outcome === 'timeout' || ending.outcome === 'not-started') return failed(ending.reason ?? ending.outcome);
  if (ending.outcome === 'exited' && ending.signal !== undefined) return failed(`the agent was ended by ${ending.signal}`);
  const against = ending.outcome === 'exited' ? againstWork(ending) : undefined;
  return against === undefined ? { failures: [], lies: false } : failed(against, task.role !== COMMAND_ROLE);
}

const takenAnyway = ({ id, message }: Failure): Failure => ({
  id,
  message: `${message}; its work passes every check and is taken all the same`,
});

/** The verdict recomputed from what the reviewer found and answered; a checklist without a gate has one, too, which sends nothing back. */
function reviewOf(
  iteration: Iteration,
  task: PlannedTask,
): { failures: Failure[]; verdict: Partial<Extract<NewEvent, { type: 'checks-finished' }>> } {
  const { gate, checklist } = task;
  const report = gate?.report ?? checklist?.file;
  if (report === undefined) return { failures: [], verdict: {} };
  const file = join(iteration.directory, report);
  const text = exists(file) ? readText(file) : undefined;
  if (text === undefined) return { failures: [{ id: `${task.id}.verdict`, message: `${report} is missing` }], verdict: {} };
  const written = gate === undefined ? UNWRITTEN : parseReview(text, report);
  const answered = checklist === undefined ? { answers: [], problems: [] } : parseAnswers(text, report, checklist.items);
  // a front matter that cannot be read at all is one fault, not one for each reader
  const told = new Set([...written.problems, ...answered.problems].map(problemLine));
  const failures = [...told].map((message) => ({ id: `${task.id}.verdict`, message }));
  const { review } = written;
  if (review === undefined || failures.length > 0) return { failures, verdict: {} };
  const items = checklist?.items ?? [];
  const unanswered = answerFailures(items, answered.answers, task.id);
  const { verdict, findings } = judged({
    verdict: review.verdict,
    findings: [...review.findings, ...answerFindings(items, answered.answers, review.findings)],
  });
  return { failures: unanswered, verdict: { verdict, findings } };
}

/** Where no verdict is asked for, the answers alone decide. */
const UNWRITTEN: { readonly review: Review; readonly problems: readonly Problem[] } = {
  review: { verdict: 'approved', findings: [] },
  problems: [],
};

/** The declared fields of the deliverables in the iteration folder; a missing one fails the task as a check would. */
function outputsOf(iteration: Iteration, task: PlannedTask): { outputs: Record<string, FieldValue>; failures: Failure[] } {
  const outputs: Record<string, FieldValue> = {};
  const failures: Failure[] = [];
  for (const { path, fields } of task.deliverables) {
    const text = fields === undefined ? undefined : readText(join(iteration.directory, path));
    if (fields === undefined || text === undefined) continue;
    const { values, faults } = readFrontMatterFields(text, fields);
    Object.assign(outputs, values);
    failures.push(...faults.map((fault) => ({ id: `${task.id}.fields`, message: `${path}: ${fault}` })));
  }
  return { outputs, failures };
}
