/** Answers pending decisions: what a person says becomes an event; the next look of the engine acts on it. */
import { sendBackSet } from '../core/decide.ts';
import type { TaskId } from '../core/ids.ts';
import { downstreamOf, taskOf } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { OpenDecision } from '../core/state.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { Run } from './run.ts';

export interface Answer {
  /** The only open decision when left out. */
  readonly id: string | undefined;
  readonly option: string;
  readonly by: string;
  readonly reason?: string;
}

/** Records the answer, or says why it is none. */
export async function answer(
  iteration: Iteration,
  given: Answer,
  context: Context,
): Promise<{ readonly id: string; readonly option: string } | { readonly problems: readonly Problem[] }> {
  const run = new Run(iteration, context);
  const { decisions } = run.state;
  const open = given.id === undefined && decisions.length === 1 ? decisions[0] : decisions.find((one) => one.id === given.id);
  if (open === undefined) {
    const waiting = decisions.map((one) => one.id).join(', ');
    const what =
      given.id === undefined
        ? decisions.length === 0
          ? 'nothing waits for a person'
          : `${decisions.length} decisions are open`
        : `no open decision "${given.id}"`;
    return { problems: [{ what, ...(waiting === '' ? {} : { fix: `name one of ${waiting}` }) }] };
  }
  if (!open.options.some((option) => option.id === given.option)) {
    return {
      problems: [
        { what: `"${given.option}" is no answer to ${open.id}`, fix: `use one of ${open.options.map((option) => option.id).join(', ')}` },
      ],
    };
  }
  await run.record({
    type: 'decision-made',
    id: open.id,
    option: given.option,
    by: given.by,
    ...reasonOf(run, open, given),
    ...(given.option === 'again' ? { reset: resetFor(run, open) } : {}),
    ...(given.option === 'reject' ? rejectionOf(run, open) : {}),
  });
  return { id: open.id, option: given.option };
}

/** What is wrong with a list stands in the question; a person may add to it. */
function reasonOf(run: Run, open: OpenDecision, { option, reason }: Answer): { readonly reason?: string } {
  const quoted = option === 'reject' && taskOf(run.plan, open.task).expands !== undefined ? [open.question] : [];
  const parts = [...quoted, ...(reason === undefined ? [] : [reason])];
  return parts.length === 0 ? {} : { reason: parts.join('\n') };
}

/** A person's no sends back the whole step the checkpoint names, and everything after it. */
function rejectionOf(run: Run, open: OpenDecision): { reset: readonly TaskId[]; goto: readonly TaskId[] } {
  const { human, pick, expands } = taskOf(run.plan, open.task);
  const step = expands?.step ?? human?.goto;
  const goto = pick?.among ?? run.plan.tasks.filter((task) => task.step === step && task.parent === undefined).map((task) => task.id);
  return { goto, reset: [...goto, ...downstreamOf(run.plan, goto)] };
}

/** Once more for a review means once more for the work it rejected; for anything else, the task itself. */
function resetFor(run: Run, open: OpenDecision): readonly TaskId[] {
  const task = taskOf(run.plan, open.task);
  if (task.gate === undefined || !open.id.includes('-rejection-')) return [open.task];
  return sendBackSet(run.plan, task, run.state.tasks[open.task]?.findings ?? []).reset;
}
