/** A task done with files a person gave: they take the way of an agent's work, through the same worktree and the same checks. */
import { join } from 'node:path';
import type { PlannedTask } from '../core/plan.ts';
import { copyFile, writeText } from '../effects/folder.ts';
import { baseOf } from './base.ts';
import type { Context } from './context.ts';
import { prepare } from './prepare.ts';
import { sendConflictBack } from './rework.ts';
import type { Run } from './run.ts';

/** Puts the given files where the task delivers them and hands the work over for judging. */
export async function inject(run: Run, task: PlannedTask, attempt: number, context: Context): Promise<void> {
  const { iteration } = run;
  const given = run.state.tasks[task.id]?.given;
  if (given === undefined) throw new Error(`${task.id} was given nothing`);
  const base = await baseOf(iteration.repository.root, run.plan, run.state, task);
  if ('conflict' in base) return sendConflictBack(run, base.conflict, context);
  const ground = await prepare(run, task, attempt, base.commit, context);
  const about = { task: task.id, attempt } as const;
  await run.record({ type: 'attempt-prepared', ...about, worktree: ground.worktree, base: ground.base, head: ground.head });
  for (const { path, stored } of given.files) {
    const place = task.deliverables.find((deliverable) => deliverable.path === path)?.in;
    const target = place === 'repository' ? join(ground.worktree, path) : join(ground.worktree, '.iter', 'out', path);
    copyFile(join(iteration.directory, stored), target);
  }
  const log = join('.run', 'logs', `${task.id}-${attempt}.log`);
  writeText(join(iteration.directory, log), `${given.by} gave ${given.files.map((file) => file.path).join(', ')}: ${given.reason}\n`);
  context.say(`${task.id}: done by ${given.by} with ${given.files.map((file) => file.path).join(', ')}; it is judged like any other work`);
  await run.record(
    { type: 'attempt-started', ...about, agent: 'human', log },
    { type: 'attempt-ended', ...about, outcome: 'exited', exit: 0 },
  );
}
