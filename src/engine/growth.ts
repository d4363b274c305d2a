/** Makes tasks of a list that a step has delivered, and closes a task whose parts are all done. */
import { basename, join } from 'node:path';
import { addressed } from '../core/escalation.ts';
import { grow, nextNumber } from '../core/growth.ts';
import { withParts } from '../core/plan.ts';
import type { ListField, Plan, PlannedTask } from '../core/plan.ts';
import { problemLine } from '../core/problem.ts';
import type { State } from '../core/state.ts';
import { readText } from '../effects/disk.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { growthText, parseGrowth } from '../files/growth-file.ts';
import { baseOf } from './base.ts';
import type { Context } from './context.ts';
import { writeAddition } from './addition.ts';
import { GROWN, grownTasks } from './grown-tasks.ts';
import { promptSourcesOf } from './prompt-sources.ts';
import { sendConflictBack } from './rework.ts';
import type { Run } from './run.ts';

/** Grows the parts of a task, or asks a person when its list cannot be worked on. */
export async function expandTask(run: Run, task: PlannedTask, context: Context): Promise<void> {
  const { plan, state, iteration } = run;
  const { directory } = iteration;
  const { expands } = task;
  if (expands === undefined) throw new Error(`${task.id} has no parts`);
  const file = join(GROWN, `${task.id}.json`);
  const read = parseGrowth(readText(join(directory, file)) ?? '', file, plan);
  const everything = grownTasks(directory, plan);
  if (read.growth === undefined) return askAbout(run, task, read.problems.map(problemLine), context);
  const upstream = await upstreamOf(run, task, context);
  if (upstream === undefined) return;
  const { workflow, role, tasks: known } = read.growth;
  const roles = role === undefined ? {} : { [role.name]: role };
  const growth = grow({
    workflow,
    roles,
    iteration: plan.iteration,
    slug: plan.iteration.replace(/^\d+-/, ''),
    inputs: plan.inputs ?? {},
    agent: task.agent,
    environment: plan.environment,
    plan,
    parent: task,
    items: itemsOf(plan, state, expands),
    known,
    first: nextNumber([...plan.tasks, ...everything.tasks].map((one) => one.id)),
  });
  const found = await promptSourcesOf(iteration, workflow, roles, context.environment);
  const problems = [...growth.problems, ...found.problems];
  if (problems.length > 0) return askAbout(run, task, problems.map(problemLine), context);
  const all = [...known, ...growth.tasks.filter((one) => growth.fresh.includes(one.id))];
  const grown = withParts(plan, task.id, all);
  // the file first: what it names is finished by the next launch when this one ends here
  writeAtomic(join(directory, file), growthText({ ...read.growth, tasks: all }));
  const unwritable = writeAddition(directory, {
    plan: grown,
    fresh: growth.tasks.map((one) => one.id),
    workflow,
    roles,
    checks: growth.checks,
    prompts: growth.prompts,
    needs: grown.tasks.filter((one) => one.id === task.id),
    repository: basename(iteration.repository.root),
    found,
  });
  if (unwritable.length > 0) return askAbout(run, task, unwritable.map(problemLine), context);
  await run.record({
    type: 'tasks-added',
    parent: task.id,
    tasks: growth.tasks.map((one) => one.id),
    dropped: growth.dropped,
    commit: upstream,
    by: 'iter',
  });
  run.adopt(grown);
  const parts = growth.tasks.map((one) => one.id).join(', ');
  context.say(`${task.id}: ${growth.tasks.length === 0 ? 'its list is empty: nothing to do' : `its list gives ${parts}`}`);
}

/** Records that a whole is done because all its parts are. */
export async function gather(run: Run, task: PlannedTask, attempt: number, context: Context): Promise<void> {
  const base = await baseOf(run.iteration.repository.root, run.plan, run.state, task);
  if ('conflict' in base) return sendConflictBack(run, base.conflict, context);
  const { commit } = base;
  await run.record(
    { type: 'checkpoint-reached', task: task.id, attempt, commit },
    { type: 'task-accepted', task: task.id, attempt, commit },
  );
  context.say(`${task.id}: all its parts are accepted`);
}

/** The items of all tasks of a step, each once. */
function itemsOf(plan: Plan, state: State, { step, field }: ListField): string[] {
  const lists = plan.tasks.filter((task) => task.step === step).map((task) => state.tasks[task.id]?.outputs?.[field]);
  return [...new Set(lists.flatMap((list) => (Array.isArray(list) ? list.map(String) : [])))];
}

/** Where the parts start from. */
async function upstreamOf(run: Run, task: PlannedTask, context: Context) {
  const own = new Set(run.plan.tasks.filter((other) => other.parent === task.id).map((other) => other.id));
  const alone = { ...task, needs: task.needs.filter((need) => !own.has(need)) };
  const base = await baseOf(run.iteration.repository.root, run.plan, run.state, alone);
  if ('commit' in base) return base.commit;
  await sendConflictBack(run, base.conflict, context);
  return undefined;
}

async function askAbout(run: Run, task: PlannedTask, problems: readonly string[], context: Context): Promise<void> {
  const number = run.state.tasks[task.id]?.rejections ?? 0;
  const from = task.expands?.step ?? 'the step before';
  const question = addressed(run.plan.escalation, `${task.id} cannot make tasks of what ${from} delivered: ${problems.join('; ')}`);
  context.say(`${task.id}: needs you: ${question}`);
  await run.record({
    type: 'decision-requested',
    id: `${task.id}-list-${number + 1}`,
    kind: 'escalation',
    task: task.id,
    question,
    options: [
      { id: 'reject', label: `back to ${from}; what is wrong is quoted, and what you add with -m` },
      { id: 'again', label: 'look at the list again' },
      { id: 'fail', label: 'give up' },
    ],
  });
}
