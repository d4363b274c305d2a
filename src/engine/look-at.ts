/** What stands against the work of a task as it is at one commit: its criteria, its review, its fields, conflicts left in it. Records nothing. */
import { join } from 'node:path';
import type { Check, Result } from '../core/check.ts';
import { answerFailures, answerFindings } from '../core/checklist.ts';
import { conditionFacts } from '../core/condition.ts';
import type { Failure, NewEvent } from '../core/event.ts';
import type { FieldValue } from '../core/fields.ts';
import { isDebt, stops } from '../core/gate.ts';
import type { CommitId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import { type Problem, problemLine } from '../core/problem.ts';
import { judged, type Review } from '../core/review.ts';
import { readText } from '../effects/disk.ts';
import { exists } from '../effects/folder.ts';
import { commitsBetween, leftMarkers, treeOf } from '../effects/git-facts.ts';
import { parseAnswers } from '../files/checklist-answers.ts';
import { parseCriteria } from '../files/criteria.ts';
import { readFrontMatterFields } from '../files/front-matter-fields.ts';
import { parseReview } from '../files/review.ts';
import { runChecks } from './checks.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { CRITERIA_FILE } from './iteration.ts';
import type { Run } from './run.ts';

export interface Work {
  readonly base: CommitId;
  readonly head: CommitId;
  /** Names the checkout in which commands judge it. */
  readonly purpose: string;
  /** Where files of the iteration folder lie that are not there yet. */
  readonly placed?: (file: string) => string | undefined;
}

export interface Looked {
  /** What keeps it from being accepted. */
  readonly open: readonly Failure[];
  readonly warnings: readonly Failure[];
  readonly outputs: Readonly<Record<string, FieldValue>>;
  readonly verdict: Partial<Pick<Extract<NewEvent, { type: 'checks-finished' }>, 'verdict' | 'findings'>>;
  /** True when something of it has to pass. */
  readonly judgedAtAll: boolean;
}

/** Runs the criteria of the task on exactly this commit, and reads what its review and its fields say. */
export async function lookAt(run: Run, task: PlannedTask, { base, head, purpose, placed }: Work, context: Context): Promise<Looked> {
  const { iteration } = run;
  const { root } = iteration.repository;
  const { checks, problems } = criteriaOf(iteration);
  const own = checks.filter((check) => check.task === task.id);
  const subject = {
    commit: head,
    tree: await treeOf(root, head),
    before: base,
    work: { [task.id]: { base, head, commits: await commitsBetween(root, base, head) } },
    facts: conditionFacts(run.plan, run.state),
    purpose,
    ...(placed === undefined ? {} : { placed }),
  };
  const results = await runChecks(iteration, own, subject, context);
  const told = (those: (result: Result) => boolean): Failure[] =>
    results.filter(those).map(({ id, message, hint }) => ({ id, message: hint === undefined ? message : `${message}; hint: ${hint}` }));
  const place = (file: string): string => placed?.(file) ?? join(iteration.directory, file);
  const review = reviewOf(task, place);
  const { outputs, failures: unfilled } = outputsOf(task, place);
  const marked = conflictFailures(task, await leftMarkers(root, base, head));
  return {
    open: [...marked, ...problems, ...told(stops), ...unfilled, ...review.failures],
    warnings: told((result) => isDebt(result) && !stops(result)),
    outputs,
    verdict: review.verdict,
    judgedAtAll: review.verdict.verdict !== undefined || results.some((result) => result.level === 'must'),
  };
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

/** Conflicts that nobody has settled are no work, whatever the checks say: in most files a marker breaks nothing that is tested. */
export function conflictFailures(
  task: PlannedTask,
  found: readonly (string | { readonly path: string; readonly line?: number })[],
): Failure[] {
  return found
    .map((one) => (typeof one === 'string' ? { path: one, line: undefined } : one))
    .map(({ path, line }) => ({
      id: `${task.id}.conflict`,
      message: `${path}${line === undefined ? '' : `:${line}`} has a conflict that is not settled; decide what stays, take out the markers and commit`,
    }));
}

/** The verdict recomputed from what the reviewer found and answered; a checklist without a gate has one, too, which sends nothing back. */
function reviewOf(
  task: PlannedTask,
  place: (file: string) => string,
): { failures: Failure[]; verdict: Partial<Extract<NewEvent, { type: 'checks-finished' }>> } {
  const { gate, checklist } = task;
  const report = gate?.report ?? checklist?.file;
  if (report === undefined) return { failures: [], verdict: {} };
  const file = place(report);
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
function outputsOf(task: PlannedTask, place: (file: string) => string): { outputs: Record<string, FieldValue>; failures: Failure[] } {
  const outputs: Record<string, FieldValue> = {};
  const failures: Failure[] = [];
  for (const { path, fields } of task.deliverables) {
    const text = fields === undefined ? undefined : readText(place(path));
    if (fields === undefined || text === undefined) continue;
    const { values, faults } = readFrontMatterFields(text, fields);
    Object.assign(outputs, values);
    failures.push(...faults.map((fault) => ({ id: `${task.id}.fields`, message: `${path}: ${fault}` })));
  }
  return { outputs, failures };
}
