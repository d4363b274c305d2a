/** Makes the ground for one attempt: the worktree at the right base, furnished, with the prompt. Starts no agent. */
import { join } from 'node:path';
import { agentRow } from '../agents/table.ts';
import type { CommitId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { TaskState } from '../core/state.ts';
import { exists, removeFolder } from '../effects/folder.ts';
import { gitResult } from '../effects/git.ts';
import { headFacts } from '../effects/git-facts.ts';
import { addWorktree, removeWorktree } from '../effects/worktree.ts';
import { archive } from './archive.ts';
import type { Context } from './context.ts';
import { furnish, putAside, writePrompt, type Occasion, type WrittenPrompt } from './furnish.ts';
import { repositoryLock, worktreeOf } from './places.ts';
import { forgetProvisions, provide } from './provisions.ts';
import type { Run } from './run.ts';
import { tearDown } from './worktree-hooks.ts';

export interface Ground extends WrittenPrompt {
  readonly worktree: string;
  readonly base: CommitId;
  readonly head: CommitId;
  readonly occasion: Occasion;
}

/** Prepares attempt `attempt` of a task on `base`. What an earlier attempt left is kept: in place when the base is the same, else under refs/iter/archive. */
export async function prepare(run: Run, task: PlannedTask, attempt: number, base: CommitId, context: Context): Promise<Ground> {
  const { iteration } = run;
  const { root, gitDirectory } = iteration.repository;
  const before = run.state.tasks[task.id];
  const worktree = worktreeOf(iteration, task.id);
  const again = before?.attempt !== undefined && before.attempt > 0;
  const sameGround = before?.base === base && before.fresh !== true && (await isHealthy(root, worktree, task.branch));
  if (!sameGround) {
    if (again) {
      await archive(run, { task, attempt: before.attempt, worktree, bases: [before.base, base] }, context);
      if (exists(join(worktree, '.git'))) await tearDown(iteration, { task: task.id, worktree }, context);
      await removeWorktree(root, worktree, { lock: repositoryLock(gitDirectory), discard: true });
      forgetProvisions(iteration, task.id);
    }
    const start = before?.base === base && before.fresh !== true ? await branchHead(root, task.branch, base) : base;
    await addWorktree(root, { path: worktree, branch: task.branch, commit: start, lock: repositoryLock(gitDirectory) });
  }
  const head = (await headFacts(root, worktree)).commit ?? base;
  furnish(run, task, worktree);
  await provide(iteration, { task: task.id, worktree }, context);
  if (before !== undefined && startsOver(before)) removeFolder(join(worktree, '.iter', 'out'));
  if (attempt > 1 && attempt !== before?.attempt) putAside(iteration, task, attempt);
  const continued = sameGround && again;
  // a session remembers the files it has seen: it belongs to the worktree
  const session = continued && agentRow(task.agent, context.program.agents)?.resume !== undefined ? before.session : undefined;
  const occasion = { attempt, base, continued, worktree, session };
  return { ...writePrompt(run, task, occasion), worktree, base, head, occasion };
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

/** True for a task that was reset from outside: what it delivered before counts for nothing. One sent back by its own checks goes on from it. */
function startsOver(before: TaskState): boolean {
  return (
    before.phase.name === 'waiting' &&
    before.attempt > 0 &&
    before.resumes !== true &&
    before.previous !== 'starting' &&
    before.previous !== 'running'
  );
}
