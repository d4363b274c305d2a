/** Judges what an attempt left behind: collects its files, commits what is uncommitted, runs the task's criteria on that commit. Believes nothing. */
import { join } from 'node:path';
import type { Failure } from '../core/event.ts';
import type { CommitId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { Redactor } from '../core/redaction.ts';
import { causeOf } from '../core/retry.ts';
import { againstWork } from '../core/run-verdict.ts';
import { copyFile, exists, inspectFile, writeText } from '../effects/folder.ts';
import { GitError, git, gitResult } from '../effects/git.ts';
import { changedPaths, headFacts, identity } from '../effects/git-facts.ts';
import { isBehindLink } from '../effects/outbox-files.ts';
import { commitAll } from '../effects/saved-work.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { conflictFailures, lookAt } from './look-at.ts';
import { collectOutbox } from './outbox.ts';
import { provisionsOf } from './provisions.ts';
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
  const collected = collectDeliverables(run, task, worktree);
  await collectOutbox(run, task, { worktree, running: false }, context);
  const found = await commitRest(iteration, task, { worktree, attempt });
  const unsettled = found !== undefined && 'unsettled' in found ? found.unsettled : [];
  const rest = found !== undefined && 'commit' in found ? found : undefined;
  const { branch, commit: head } = await headFacts(root, worktree);
  const committed = rest ?? (head === before.head ? undefined : await unrecorded(run, task, worktree));
  if (committed !== undefined)
    await run.record({ type: 'work-committed', task: task.id, attempt, commit: committed.commit, paths: committed.paths });
  if (head === undefined) throw new GitError(worktree, ['rev-parse', 'HEAD'], { exitCode: 128, stderr: 'its branch has no commit' });
  const stray = await strayed(root, task, { branch, base, head });
  const looked = await lookAt(run, task, { base, head, purpose: `${task.id}-${attempt}` }, context);
  const open = [
    ...collected.refused,
    ...stray,
    ...(await broughtFailures(iteration, task, { base, head })),
    ...conflictFailures(task, unsettled),
    ...looked.open,
  ];
  const ending = endingOf(run, task);
  const forgiven =
    ending.lies && looked.judgedAtAll && open.length === 0 && (collected.brought || head !== before.head || run.isExcused(task.id));
  await run.record({
    type: 'checks-finished',
    task: task.id,
    attempt,
    commit: head,
    failures: forgiven ? [] : [...ending.failures, ...open],
    ...(forgiven || (open.length === 0 && ending.failures.length === 0)
      ? {}
      : { cause: causeOf(run.lastEnding(task.id), lacksDeliverable(iteration, task, worktree)) }),
    warnings: [...looked.warnings, ...(forgiven ? ending.failures.map(takenAnyway) : [])],
    ...(Object.keys(looked.outputs).length === 0 ? {} : { outputs: looked.outputs }),
    ...looked.verdict,
  });
}

/** Copies the declared iteration files out of the worktree; what is not declared stays where it is, so no agent can replace the plan. */
function collectDeliverables({ iteration, redactor }: Run, task: PlannedTask, worktree: string): { refused: Failure[]; brought: boolean } {
  const refused: Failure[] = [];
  let brought = false;
  for (const deliverable of task.deliverables) {
    if (deliverable.in !== 'iteration') continue;
    const name = `.iter/out/${deliverable.path}`;
    const source = join(worktree, name);
    // where a link leads an agent in a sandbox may not look, and iter may
    const found = isBehindLink(worktree, name) ? { problem: 'lies behind a symbolic link' } : inspectFile(source);
    if (found === undefined) continue;
    if ('problem' in found) refused.push({ id: `${task.id}.out`, message: `${name} ${found.problem}; write a regular file` });
    else {
      const target = join(iteration.directory, deliverable.path);
      const earlier = inspectFile(target);
      const clean = withoutSecretsIn(found.bytes, redactor);
      brought ||=
        earlier === undefined ||
        'problem' in earlier ||
        !Buffer.from(earlier.bytes).equals(clean === undefined ? found.bytes : Buffer.from(clean));
      if (clean === undefined) copyFile(source, target);
      else writeText(target, clean);
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

/** A text with the secrets taken out; undefined where it has none, and for what is no text. */
function withoutSecretsIn(bytes: Uint8Array, redactor: Redactor): string | undefined {
  const whole = Buffer.from(bytes);
  if (whole.includes(0)) return undefined;
  const text = whole.toString('utf8');
  const clean = redactor.text(text);
  return clean === text ? undefined : clean;
}

async function commitRest(
  iteration: Iteration,
  task: PlannedTask,
  where: { worktree: string; attempt: number },
): ReturnType<typeof commitAll> {
  const message = `${task.title}\n\nLeft uncommitted by ${task.instance}, committed by iter.\n\nIter-Task: ${iteration.name}/${task.id}\nIter-Committed-For: ${task.instance}\n`;
  const except = provisionsOf(iteration, task.id)?.brought ?? [];
  return commitAll(where.worktree, { message, identity: () => identity(iteration.repository.root), except });
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

/** What iter has brought into the worktree is nobody's work, and may be secret: no commit of the branch may have it. */
async function broughtFailures(
  iteration: Iteration,
  task: PlannedTask,
  { base, head }: { base: CommitId; head: CommitId },
): Promise<Failure[]> {
  const brought = provisionsOf(iteration, task.id)?.brought ?? [];
  if (brought.length === 0 || base === head) return [];
  const { root } = iteration.repository;
  const touched = await git(root, ['log', '-m', '--format=', '--name-only', '-z', '--no-renames', head, `^${base}`]);
  const names = new Set(touched.split('\0').flatMap((name) => brought.find((one) => name === one || name.startsWith(`${one}/`)) ?? []));
  return [...names].map((name) => ({
    id: `${task.id}.brought`,
    message: `${name} was brought from the main checkout and is in a commit of the branch; take it out of the commits: git reset --soft ${base.slice(0, 10)}, then commit without it`,
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
