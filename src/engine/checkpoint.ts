/** Steps without an agent: a person is asked, or the step is skipped. Both stand on the merged work of what they need, so that what comes after goes on from there. */
import { conditionFacts } from '../core/condition.ts';
import type { Limits } from '../core/decide.ts';
import { mayStart } from '../core/needs.ts';
import type { DecisionOption, TimeoutAnswer } from '../core/event.ts';
import type { CommitId } from '../core/ids.ts';
import type { Checkpoint, PlannedTask } from '../core/plan.ts';
import { taskOf } from '../core/plan.ts';
import { unreachable } from '../core/unreachable.ts';
import { evaluateCondition } from '../files/condition.ts';
import { baseOf } from './base.ts';
import type { Context } from './context.ts';
import { sendConflictBack } from './rework.ts';
import type { Run } from './run.ts';

/** Records that a task is skipped, and where what needs it goes on from. */
export async function skip(run: Run, task: PlannedTask, reason: string, context: Context): Promise<void> {
  const commit = await ground(run, task, context);
  if (commit === undefined) return;
  await run.record({ type: 'task-skipped', task: task.id, commit, reason });
  context.say(`${task.id}: skipped: ${reason}`);
}

/** Asks the person a step is for, or goes on by itself where the environment does not want one. */
export async function reachCheckpoint(
  run: Run,
  task: PlannedTask,
  at: { attempt: number; human: Checkpoint },
  context: Context,
): Promise<void> {
  const commit = await ground(run, task, context);
  if (commit === undefined) return;
  const { attempt, human } = at;
  const reached = { type: 'checkpoint-reached', task: task.id, attempt, commit } as const;
  switch (human.mode) {
    case 'auto':
    case 'optional':
      await run.record(reached, { type: 'task-accepted', task: task.id, attempt, commit });
      context.say(`${task.id}: "${human.ask}" goes on by itself: ${human.mode} in the environment ${run.plan.environment}`);
      return;
    case 'required':
      await run.record(reached, {
        type: 'decision-requested',
        id: `${task.id}-checkpoint-${attempt}`,
        kind: 'checkpoint',
        task: task.id,
        question: question(run, task, human),
        options: options(human),
        ...timeBox(human, context),
      });
      context.say(`${task.id}: needs ${human.who ?? 'you'}: ${human.ask}`);
      return;
    case 'off':
      throw new Error(`${task.id} is off and cannot be reached`);
    default:
      return unreachable(human.mode);
  }
}

/** Values of the conditions of tasks that could start now. */
export function conditionsNow(run: Run): NonNullable<Limits['conditions']> {
  const { plan, state } = run;
  const asking = plan.tasks.filter((task) => task.when !== undefined && mayStart(plan, task, state));
  if (asking.length === 0) return {};
  const facts = conditionFacts(plan, state);
  return Object.fromEntries(
    asking.map((task) => {
      const found = evaluateCondition(task.when ?? 'true', facts);
      return [task.id, 'value' in found ? found.value : found];
    }),
  );
}

function timeBox({ timeout, onTimeout }: Checkpoint, context: Context): { until?: string; onTimeout?: TimeoutAnswer } {
  if (timeout === undefined) return {};
  const until = new Date(context.now().getTime() + timeout).toISOString();
  return { until, ...(onTimeout === undefined ? {} : { onTimeout }) };
}

async function ground(run: Run, task: PlannedTask, context: Context): Promise<CommitId | undefined> {
  const base = await baseOf(run.iteration.repository.root, run.plan, run.state, task);
  if ('commit' in base) return base.commit;
  await sendConflictBack(run, base.conflict, context);
  return undefined;
}

function question(run: Run, task: PlannedTask, { ask, who, show }: Checkpoint): string {
  const files = show.flatMap((id) =>
    taskOf(run.plan, id).deliverables.map((deliverable) =>
      deliverable.in === 'iteration' ? `${run.iteration.directory}/${deliverable.path}` : deliverable.path,
    ),
  );
  return `${who === undefined ? '' : `${who}: `}${ask}${files.length === 0 ? '' : ` See ${files.join(', ')}`} (${task.id})`;
}

function options({ may, goto }: Checkpoint): DecisionOption[] {
  const labels = {
    approve: 'yes: go on',
    reject: `no: back to ${goto ?? 'the start'}; say why with -m`,
    edit: 'put a file in the place of one that is shown: --artifact path=file',
    inject: 'do a task with files: --task T3 --artifact path=file',
    skip: 'leave a task out: --task T3 -m why',
    rescope: `change the scope: -m says how, it is added to CONTEXT.md, and the work goes back to ${goto ?? 'the start'}`,
    override: 'go on in spite of what is open; -m says why, and it stays on record as a debt',
    prioritise: 'have a task start before others: --task T3',
    abort: 'give up',
  } as const;
  return may.map((id) => ({ id, label: labels[id] }));
}
