/** Takes one of several alternatives: by the rule of the workflow, or by asking a person. What is not taken is kept under refs/iter/archive. */
import { conditionFacts } from '../core/condition.ts';
import type { TaskId } from '../core/ids.ts';
import { type Candidate, type Picked, pickOne } from '../core/pick.ts';
import type { PlannedTask, Selection } from '../core/plan.ts';
import { taskOf } from '../core/plan.ts';
import { evaluateExpression } from '../files/condition.ts';
import { archive } from './archive.ts';
import { baseOf } from './base.ts';
import { candidateOf } from './candidates.ts';
import type { Context } from './context.ts';
import { worktreeOf } from './places.ts';
import { sendConflictBack } from './rework.ts';
import type { Run } from './run.ts';

/** Carries out a pick, or asks the person who has to make it. */
export async function pick(run: Run, task: PlannedTask, attempt: number, context: Context): Promise<void> {
  const selection = task.pick;
  if (selection === undefined) throw new Error(`${task.id} picks nothing`);
  const candidates = await candidatesOf(run, selection);
  const found = settled(run, task, candidates);
  if ('winner' in found) return take(run, task, { attempt, winner: found.winner, reason: found.reason }, context);
  await ask(run, task, { attempt, candidates, found }, context);
}

/** The alternatives that passed, with their figures; those of an earlier pick count again. */
async function candidatesOf(run: Run, selection: Selection): Promise<Candidate[]> {
  const { plan, state, iteration } = run;
  const found = await Promise.all(selection.among.map((id) => candidateOf({ repository: iteration.repository, plan, state }, id)));
  return found.filter((one) => one !== undefined);
}

type Found = Picked | { readonly open: string };

/** A person's choice before the rule; nothing where the workflow leaves it to a person. */
function settled(run: Run, task: PlannedTask, candidates: readonly Candidate[]): Found {
  const { pick: selection } = task;
  const choice = run.state.tasks[task.id]?.choice;
  const chosen = choice === undefined ? undefined : candidates.find((one) => one.id === choice.option);
  if (chosen !== undefined && choice !== undefined) return { winner: chosen.task, reason: `${choice.by} took ${chosen.id}` };
  if (selection === undefined || (selection.by === undefined && selection.score === undefined)) {
    return { open: selection?.ask ?? 'which one is taken?' };
  }
  const facts = conditionFacts(run.plan, run.state);
  return pickOne(selection, candidates, (expression, candidate) =>
    evaluateExpression(expression, facts, candidate === undefined ? {} : { alternative: candidate }),
  );
}

interface Taken {
  readonly attempt: number;
  readonly winner: TaskId;
  readonly reason: string;
}

async function take(run: Run, task: PlannedTask, { attempt, winner, reason }: Taken, context: Context): Promise<void> {
  const base = await baseOf(run.iteration.repository.root, run.plan, run.state, task, winner);
  if ('conflict' in base) return sendConflictBack(run, base.conflict, context);
  const losers = (task.pick?.among ?? []).filter((id) => id !== winner);
  for (const id of losers) {
    const { attempt: last = 0, base: start } = run.state.tasks[id] ?? {};
    const worktree = worktreeOf(run.iteration, id);
    await archive(run, { task: taskOf(run.plan, id), attempt: last, worktree, bases: [start] }, context);
  }
  await run.record({ type: 'alternative-picked', task: task.id, attempt, winner, losers, commit: base.commit, reason });
  context.say(`${task.id}: ${winner} (${taskOf(run.plan, winner).alternative ?? winner}) is taken: ${reason}`);
}

interface Question {
  readonly attempt: number;
  readonly candidates: readonly Candidate[];
  readonly found: Exclude<Found, { readonly winner: TaskId }>;
}

async function ask(run: Run, task: PlannedTask, { attempt, candidates, found }: Question, context: Context): Promise<void> {
  const why = 'open' in found ? found.open : 'tied' in found ? found.reason : found.problem;
  const shown = 'tied' in found ? candidates.filter((one) => found.tied.includes(one.task)) : candidates;
  const question = `${why} (${task.id})`;
  context.say(`${task.id}: needs you: ${why}`);
  await run.record({
    type: 'decision-requested',
    id: `${task.id}-pick-${attempt}`,
    kind: 'pick',
    task: task.id,
    question,
    options: [
      ...shown.map((one) => ({ id: one.id, label: figures(one) })),
      { id: 'reject', label: 'none of them: all work again; say why with -m' },
      { id: 'abort', label: 'give up' },
    ],
  });
}

function figures(one: Candidate): string {
  const outputs = Object.entries(one.outputs).map(([name, value]) => `${name} ${String(value)}`);
  const parts = [
    `${one.files} ${one.files === 1 ? 'file' : 'files'}, ${one.lines} lines changed`,
    `${one.attempts} ${one.attempts === 1 ? 'attempt' : 'attempts'}`,
    ...(one.warnings === 0 ? [] : [`${one.warnings} warnings`]),
    ...outputs,
  ];
  return `take ${one.task} by ${one.agent}: ${parts.join('; ')}`;
}
