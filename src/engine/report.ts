/** What a worker says of where its task stands, as `iter report` and the tool `report` take it: a claim, on record. */
import { taskId, type TaskId } from '../core/ids.ts';
import { STATUS_WORDS, type StatusWord } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { Run } from './run.ts';

export interface Report {
  /** In any case of letters. */
  readonly status: string;
  readonly task: string | undefined;
  readonly by: string;
  readonly message?: string | undefined;
}

/** Records the claim, or gives everything that is wrong with it and records nothing. */
export async function report(
  iteration: Iteration,
  { status, task, by, message }: Report,
  context: Context,
): Promise<{ readonly task: TaskId; readonly word: StatusWord } | { readonly problems: readonly Problem[] }> {
  const word = STATUS_WORDS.find((one) => one.toLowerCase() === status.toLowerCase());
  const ids = iteration.plan.tasks.map(({ id }) => id);
  const problems = [
    ...(word === undefined ? [{ what: `unknown status "${status}"`, fix: `use one of ${STATUS_WORDS.join(', ')}` }] : []),
    ...(task === undefined ? [{ what: 'no task is named', fix: 'give --task T2, or set ITER_TASK' }] : []),
    ...(task === undefined || ids.some((id) => id === task) ? [] : [{ what: `there is no task "${task}"`, fix: `use ${ids.join(', ')}` }]),
  ];
  if (word === undefined || task === undefined || problems.length > 0) return { problems };
  const run = new Run(iteration, context);
  await run.record({ type: 'status-claimed', task: taskId(task), word, by, ...(message === undefined ? {} : { message }) });
  return { task: taskId(task), word };
}
