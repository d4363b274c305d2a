/** Makes the ground for one attempt: worktree at the right base, `.iter/` inside it, the prompt. Starts no agent. */
import { join } from 'node:path';
import type { CommitId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import { taskOf } from '../core/plan.ts';
import type { TaskState } from '../core/state.ts';
import { listFiles, readText, writeAtomic } from '../effects/disk.ts';
import { copyFile, exists, moveFile, removeFolder, writeText } from '../effects/folder.ts';
import { git, gitResult } from '../effects/git.ts';
import { acquire } from '../effects/lock.ts';
import { snapshot } from '../effects/saved-work.ts';
import { addWorktree, removeWorktree } from '../effects/worktree.ts';
import { render } from '../files/template.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { archiveRef, repositoryLock, worktreeOf } from './places.ts';
import type { Run } from './run.ts';

export interface Ground {
  readonly worktree: string;
  /** Absolute path of the file with the prompt. */
  readonly prompt: string;
  readonly base: CommitId;
  readonly head: CommitId;
}

/** Prepares attempt `attempt` of a task on `base`. What an earlier attempt left is kept: in place when the base is the same, else under refs/iter/archive. */
export async function prepare(run: Run, task: PlannedTask, attempt: number, base: CommitId, context: Context): Promise<Ground> {
  const { iteration } = run;
  const { root, gitDirectory } = iteration.repository;
  const before = run.state.tasks[task.id];
  const worktree = worktreeOf(iteration, task.id);
  const again = before?.attempt !== undefined && before.attempt > 0;
  const sameGround = before?.base === base && (await isHealthy(root, worktree, task.branch));
  if (!sameGround) {
    if (again) await archive(run, task, before, worktree, context);
    if (exists(worktree)) await removeWorktree(root, worktree, { lock: repositoryLock(gitDirectory), discard: true });
    const start = before?.base === base ? await branchHead(root, task.branch, base) : base;
    await addWorktree(root, { path: worktree, branch: task.branch, commit: start, lock: repositoryLock(gitDirectory) });
  }
  const head = (await git(root, ['rev-parse', 'HEAD'], { worktree })) as CommitId;
  furnish(run, task, worktree);
  if (before !== undefined && startsOver(before)) removeFolder(join(worktree, '.iter', 'out'));
  if (attempt !== before?.attempt) putAside(iteration, task, attempt);
  const prompt = await writePrompt(run, task, { attempt, base, continued: sameGround && again, worktree });
  return { worktree, prompt, base, head };
}

async function isHealthy(root: string, worktree: string, branch: string): Promise<boolean> {
  if (!exists(join(worktree, '.git'))) return false;
  const head = await gitResult(root, ['symbolic-ref', '-q', 'HEAD'], { worktree });
  return head.exitCode === 0 && head.stdout.trim() === branch;
}

async function branchHead(root: string, branch: string, otherwise: CommitId): Promise<CommitId> {
  const found = await gitResult(root, ['rev-parse', '-q', '--verify', `${branch}^{commit}`]);
  return found.exitCode === 0 ? (found.stdout.trim() as CommitId) : otherwise;
}

/** Keeps the branch and the uncommitted rest of the attempt before under refs/iter/archive. */
async function archive(run: Run, task: PlannedTask, before: TaskState, worktree: string, context: Context): Promise<void> {
  const { iteration } = run;
  const { root, gitDirectory } = iteration.repository;
  const found = await gitResult(root, ['rev-parse', '-q', '--verify', `${task.branch}^{commit}`]);
  const lock = await acquire(repositoryLock(gitDirectory), { wait: 60_000, what: 'archive an attempt' });
  try {
    if (found.exitCode === 0) {
      const commit = found.stdout.trim() as CommitId;
      const ref = archiveRef(iteration, task.id, before.attempt, 'work');
      await git(root, ['update-ref', ref, commit]);
      await run.record({ type: 'work-archived', task: task.id, attempt: before.attempt, ref, commit });
    }
    if (exists(join(worktree, '.git'))) {
      const ref = archiveRef(iteration, task.id, before.attempt, 'uncommitted');
      const commit = await snapshot(worktree, ref, `Uncommitted work of ${task.id}, attempt ${before.attempt}`);
      if (commit !== undefined) await run.record({ type: 'work-archived', task: task.id, attempt: before.attempt, ref, commit });
    }
  } finally {
    lock.release();
  }
  context.say(`${task.id}: attempt ${before.attempt} is kept at ${archiveRef(iteration, task.id, before.attempt, 'work')}`);
}

/** True for a task that was reset from outside: what it delivered before counts for nothing. One sent back by its own checks goes on from it. */
function startsOver(before: TaskState): boolean {
  return before.phase.name === 'waiting' && before.attempt > 0 && before.previous !== 'starting' && before.previous !== 'running';
}

/** The `.iter` folder inside the worktree: hidden from git, with the artefacts of everything upstream. */
function furnish(run: Run, task: PlannedTask, worktree: string): void {
  const { directory } = run.iteration;
  const folder = join(worktree, '.iter');
  writeText(join(folder, '.gitignore'), '*\n');
  for (const name of ['out', 'outbox', 'context']) writeText(join(folder, name, '.gitignore'), '*\n');
  removeFolder(join(folder, 'context'));
  for (const need of upstreamOf(run, task)) {
    for (const deliverable of need.deliverables) {
      const source = join(directory, deliverable.path);
      if (deliverable.in === 'iteration' && exists(source)) copyFile(source, join(folder, 'context', deliverable.path));
    }
  }
  copyFile(join(directory, 'CONTEXT.md'), join(folder, 'context', 'CONTEXT.md'));
}

function upstreamOf(run: Run, task: PlannedTask): PlannedTask[] {
  const { plan } = run.iteration;
  const reached = new Set(task.needs);
  for (const id of reached) for (const need of taskOf(plan, id).needs) reached.add(need);
  return plan.tasks.filter((candidate) => reached.has(candidate.id));
}

/** Deliverables of an attempt before must not pass for those of this one: they move to `.run/attempts`. */
function putAside(iteration: Iteration, task: PlannedTask, attempt: number): void {
  for (const deliverable of task.deliverables) {
    if (deliverable.in !== 'iteration') continue;
    const file = join(iteration.directory, deliverable.path);
    if (exists(file)) moveFile(file, join(iteration.directory, '.run', 'attempts', `${task.id}-before-${attempt}`, deliverable.path));
  }
}

interface Occasion {
  readonly attempt: number;
  readonly base: CommitId;
  readonly continued: boolean;
  readonly worktree: string;
}

async function writePrompt(run: Run, task: PlannedTask, occasion: Occasion): Promise<string> {
  const { iteration, state } = run;
  const current = state.tasks[task.id];
  const found = await listFiles(join(occasion.worktree, '.iter', 'context'));
  const text = render('task.md', {
    prompt: readText(join(iteration.directory, task.prompt)) ?? `# ${task.id}: ${task.title}\n`,
    task: task.id,
    attempt: occasion.attempt,
    attempts: Math.max(occasion.attempt, task.retries + 1),
    base: occasion.base,
    continued: occasion.continued,
    artefacts: found.map((file) => ({ path: `.iter/context/${file}`, task: run.iteration.plan.tasks.find((other) => other.deliverables.some((one) => one.path === file))?.id ?? '' })),
    failures: current?.failures ?? [],
    findings: (current?.findings ?? []).map((finding) => ({ ...finding, where: finding.where ?? '' })),
    feedback: current?.feedback ?? '',
  });
  writeText(join(occasion.worktree, '.iter', 'TASK.md'), text);
  const file = join(iteration.directory, '.run', 'prompts', `${task.id}-${occasion.attempt}.md`);
  await writeAtomic(file, text);
  return file;
}
