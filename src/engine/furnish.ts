/** Furnishes a worktree for an attempt: the `.iter` folder, hidden from git, with what is upstream and the prompt. */
import { join } from 'node:path';
import type { CommitId } from '../core/ids.ts';
import { taskOf } from '../core/plan.ts';
import type { PlannedTask } from '../core/plan.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { copyFile, ensureFolder, exists, moveFile, removeFolder, writeText } from '../effects/folder.ts';
import { render } from '../files/template.ts';
import type { Iteration } from './iteration.ts';
import { GIVEN } from './iteration.ts';
import type { Run } from './run.ts';

/** Fills `.iter/`: folders to write to, and the artefacts of everything upstream as they are now. */
export function furnish(run: Run, task: PlannedTask, worktree: string): void {
  const { directory } = run.iteration;
  const folder = join(worktree, '.iter');
  writeText(join(folder, '.gitignore'), '*\n');
  for (const name of ['out', 'outbox']) ensureFolder(join(folder, name));
  removeFolder(join(folder, 'context'));
  const upstream = upstreamOf(run, task).flatMap((need) =>
    need.deliverables.filter((one) => one.in === 'iteration').map((one) => one.path),
  );
  const given = listFiles(join(directory, GIVEN)).map((file) => `${GIVEN}/${file}`);
  for (const file of ['CONTEXT.md', ...given, ...upstream]) {
    if (exists(join(directory, file))) copyFile(join(directory, file), join(folder, 'context', file));
  }
}

function upstreamOf(run: Run, task: PlannedTask): PlannedTask[] {
  const { plan } = run.iteration;
  const reached = new Set(task.needs);
  for (const id of reached) for (const need of taskOf(plan, id).needs) reached.add(need);
  return plan.tasks.filter((candidate) => reached.has(candidate.id));
}

/** Deliverables of an attempt before must not pass for those of this one: they move to `.run/attempts`. */
export function putAside(iteration: Iteration, task: PlannedTask, attempt: number): void {
  for (const deliverable of task.deliverables) {
    if (deliverable.in !== 'iteration') continue;
    const file = join(iteration.directory, deliverable.path);
    if (exists(file)) moveFile(file, join(iteration.directory, '.run', 'attempts', `${task.id}-before-${attempt}`, deliverable.path));
  }
}

export interface Occasion {
  readonly attempt: number;
  readonly base: CommitId;
  readonly continued: boolean;
  readonly worktree: string;
}

/** Writes the prompt of one attempt to `.iter/TASK.md` and to `.run/prompts`, and gives the path of the latter. */
export function writePrompt(run: Run, task: PlannedTask, occasion: Occasion): string {
  const { iteration, state } = run;
  const current = state.tasks[task.id];
  const found = listFiles(join(occasion.worktree, '.iter', 'context'));
  const text = render('task.md', {
    prompt: readText(join(iteration.directory, task.prompt)) ?? `# ${task.id}: ${task.title}\n`,
    task: task.id,
    attempt: occasion.attempt,
    attempts: Math.max(occasion.attempt, task.retries + 1),
    base: occasion.base,
    continued: occasion.continued,
    artefacts: found.map((file) => ({
      path: `.iter/context/${file}`,
      task: run.iteration.plan.tasks.find((other) => other.deliverables.some((one) => one.path === file))?.id ?? '',
    })),
    failures: current?.failures ?? [],
    findings: (current?.findings ?? []).map((finding) => ({ ...finding, where: finding.where ?? '' })),
    feedback: current?.feedback ?? '',
  });
  writeText(join(occasion.worktree, '.iter', 'TASK.md'), text);
  const file = join(iteration.directory, '.run', 'prompts', `${task.id}-${occasion.attempt}.md`);
  writeAtomic(file, text);
  return file;
}
