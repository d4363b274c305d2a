/** Rows a person has added to the task matrix while the iteration runs: each becomes a task like any other, or it is said what is missing. */
import { basename, join } from 'node:path';
import { draftOf } from '../core/drafts.ts';
import { countedWorkers } from '../core/growth.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import { plannedTask } from '../core/planned-tasks.ts';
import type { Problem } from '../core/problem.ts';
import { checksOfTask } from '../core/task-checks.ts';
import type { Role, Step, Workflow } from '../core/workflow.ts';
import { readText } from '../effects/disk.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { growthText, parseGrowth } from '../files/growth-file.ts';
import type { PlanRow } from '../files/plan.ts';
import { loadRole } from '../files/role.ts';
import { writeAddition } from './addition.ts';
import type { Context } from './context.ts';
import { GROWN, grownTasks } from './grown-tasks.ts';
import { PLAN_FILE } from './iteration.ts';
import { promptSourcesOf } from './prompt-sources.ts';
import { namesOf, roleTexts } from './role-library.ts';
import type { Run } from './run.ts';
import { personalFolder } from './personal-folder.ts';
import type { LibraryPlaces } from './workflow-library.ts';

const FILE = join(GROWN, 'rows.json');

/** What a task has that nobody said anything about. */
const UNSAID = { retries: 2, timeout: 40 * 60_000, permission: 'edit', estimate: 30, points: 1 } as const;

/** Takes rows that are no tasks yet into the plan; gives what stands in the way of the others, all at once. */
export async function adoptRows(run: Run, rows: readonly PlanRow[], context: Context): Promise<Problem[]> {
  const known = new Set(run.plan.tasks.map((task) => task.id));
  const strays = rows.filter((row) => !known.has(row.id));
  if (strays.length === 0) return [];
  const { directory } = run.iteration;
  const onRecord = grownTasks(directory, run.plan);
  if (onRecord.problems.length > 0) return [...onRecord.problems];
  const others = new Set(onRecord.tasks.filter((task) => task.parent !== undefined).map((task) => task.id));
  const text = readText(join(directory, FILE));
  const before = text === undefined ? undefined : parseGrowth(text, FILE, run.plan).growth;
  const roles = libraryRoles({ root: run.iteration.repository.root, personal: personalFolder(context.environment) });
  const problems: Problem[] = [];
  const added: PlannedTask[] = [];
  // a part that is being added is no row of a person's
  for (const row of strays.filter((one) => !others.has(one.id))) {
    const role = roleOf(row, roles);
    if (role === undefined) problems.push(unknownRole(row, roles));
    else added.push(before?.tasks.find((task) => task.id === row.id) ?? taskOfRow(row, role, run.plan, context));
  }
  if (added.length === 0) return problems;
  const workflow = workflowOf(run.plan);
  const kept = (before?.tasks ?? []).filter((task) => !added.some((one) => one.id === task.id));
  writeAtomic(join(directory, FILE), growthText({ workflow, tasks: [...kept, ...added] }));
  const plan = { ...run.plan, tasks: [...run.plan.tasks, ...added] };
  const rolesByName = Object.fromEntries([...roles.values()].map((role) => [role.name, role]));
  const found = await promptSourcesOf(run.iteration, { ...workflow, steps: added.map(stepOf) }, rolesByName, context.environment);
  if (found.problems.length > 0) return [...problems, ...found.problems];
  const unwritable = writeAddition(directory, {
    plan,
    fresh: added.map((task) => task.id),
    workflow,
    roles: rolesByName,
    checks: added.flatMap((task) => checksOfTask(task.id, stepOf(task), { all: {}, each: [{}] }).checks),
    prompts: Object.fromEntries(added.map((task) => [task.id, task.title])),
    needs: [],
    repository: basename(run.iteration.repository.root),
    found,
  });
  if (unwritable.length > 0) return [...problems, ...unwritable];
  await run.record({ type: 'tasks-added', tasks: added.map((task) => task.id), dropped: [], by: 'plan' });
  run.adopt(plan);
  context.say(
    `${added.map((task) => task.id).join(', ')}: added to the plan; ${added.length === 1 ? 'it is a task' : 'they are tasks'} now`,
  );
  return problems;
}

/** By every name they go by. */
function libraryRoles(places: LibraryPlaces): ReadonlyMap<string, Role> {
  const texts = roleTexts(places);
  const { own, all } = namesOf(texts);
  return new Map(
    all.flatMap((name) => {
      const found = texts.find((entry) => entry.name === own(name));
      const role = found === undefined ? undefined : loadRole(found.text, found.source).role;
      return role === undefined ? [] : [[name, role] as const];
    }),
  );
}

/** The cell names the worker, and behind a slash its skills; a worker is a role with something behind it. */
function roleOf(row: PlanRow, roles: ReadonlyMap<string, Role>): Role | undefined {
  const name = workerIn(row);
  const fitting = [...roles.keys()].filter((role) => name === role || name.startsWith(`${role}-`));
  const [longest] = fitting.toSorted((a, b) => b.length - a.length);
  return longest === undefined ? undefined : roles.get(longest);
}

const workerIn = (row: PlanRow): string => (row.agent.split('/')[0] ?? '').replaceAll('`', '').trim();

function unknownRole(row: PlanRow, roles: ReadonlyMap<string, Role>): Problem {
  const name = workerIn(row);
  const what = name === '' ? `${row.id} says nobody who does it` : `${row.id} names the unknown role "${name}"`;
  return { file: PLAN_FILE, line: row.line, what, fix: `in Agent/Skills, ${didYouMean(name, [...roles.keys()])}` };
}

function taskOfRow(row: PlanRow, role: Role, plan: Plan, context: Context): PlannedTask {
  const same =
    plan.tasks.find((task) => task.role === role.name) ?? plan.tasks.find((task) => task.human === undefined && task.role !== 'run');
  const step: Step = { id: 'added', title: 'added', role: role.name, deliverables: [], checks: COMMITS, ...UNSAID };
  const request = {
    workflow: workflowOf(plan),
    iteration: plan.iteration,
    slug: plan.iteration,
    inputs: {},
    roles: { [role.name]: role },
    agent: same?.agent ?? context.environment['ITER_DEFAULT_AGENT'] ?? 'claude',
    environment: plan.environment,
  };
  const draft = draftOf(step, row.id, { targets: [], places: new Map(), values: {} });
  const group = /^[A-Z]+$/.test(row.group) ? row.group : 'A';
  const place = { needs: row.needs, group, depth: 0, pathOverlap: 0, tasksOf: () => [], workers: countedWorkers(plan.tasks) };
  const title = row.description.trim() === '' ? `Work of ${row.id}` : row.description.trim();
  return { ...plannedTask(draft, request, place), title };
}

/** Added work is work in the repository. */
const COMMITS: Step['checks'] = [{ level: 'must', criterion: { check: 'commits', min: 1 } }];

function stepOf(task: PlannedTask): Step {
  return { id: task.step, title: task.title, role: task.role, deliverables: [], checks: COMMITS, ...UNSAID };
}

/** The workflow such a task belongs to has no step for it. */
function workflowOf(plan: Plan): Workflow {
  return {
    version: 1,
    name: plan.workflow,
    description: '',
    triggers: [],
    inputs: {},
    environments: { [plan.environment]: { human: plan.human } },
    concurrency: plan.maxParallel,
    steps: [],
    checks: [],
    merge: { strategy: plan.strategy },
  };
}
