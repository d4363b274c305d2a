/** Finds and opens an iteration folder: manifest, plan rows and events become one `Iteration`. Reads only; starts no process. */
import { join } from 'node:path';
import type { Event } from '../core/event.ts';
import type { TaskId } from '../core/ids.ts';
import { byNumber, taskId } from '../core/ids.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import { cycleIn, withParts } from '../core/plan.ts';
import { heldValue } from '../core/plan-edits.ts';
import type { Problem } from '../core/problem.ts';
import { fold } from '../core/reduce.ts';
import type { State } from '../core/state.ts';
import { hasLanded } from '../core/state.ts';
import { readText } from '../effects/disk.ts';
import { EventLogError, createLog, readLog } from '../effects/event-log.ts';
import { exists, listFolders, writeText } from '../effects/folder.ts';
import type { Repository } from '../effects/repository.ts';
import { parseManifest } from '../files/manifest.ts';
import { parsePlan } from '../files/plan.ts';
import { grownTasks } from './grown-tasks.ts';

export const ITERATIONS = 'iterations';
export const PLAN_FILE = 'MULTI_AGENT_PLAN.md';
export const CRITERIA_FILE = 'COMPLETION_CRITERIA.md';
/** Folder of the files given with `--context`, inside the iteration folder. */
export const GIVEN = 'context/given';
export const MESSAGES_FILE = 'INTER_AGENT_MESSAGES.md';

export interface Iteration {
  readonly repository: Repository;
  /** `001-try` */
  readonly name: string;
  /** Absolute. */
  readonly directory: string;
  readonly plan: Plan;
  readonly events: readonly Event[];
  readonly state: State;
  /** The text of a torn last line of the log that was dropped. */
  readonly torn?: string;
}

export type Opened = { readonly iteration: Iteration } | { readonly problems: readonly Problem[] };

/** The path of the event log of an iteration folder. */
export const logFile = (directory: string): string => join(directory, '.run', 'events.jsonl');

/** Names of the iteration folders, oldest first. */
export function iterationNames(root: string): string[] {
  return listFolders(join(root, ITERATIONS))
    .filter((name) => /^\d{3,}-/.test(name))
    .toSorted(byNumber);
}

/** Opens the iteration a person named by number, slug or folder; without a name the newest one that is not finished. */
export function openIteration(repository: Repository, wanted?: string): Opened {
  const names = iterationNames(repository.root);
  if (names.length === 0) {
    return { problems: [{ file: `${ITERATIONS}/`, what: 'there is no iteration yet', fix: 'make one: iter new <slug>' }] };
  }
  if (wanted !== undefined) {
    const name = names.find((candidate) => matches(candidate, wanted));
    if (name !== undefined) return open(repository, name);
    return { problems: [{ what: `unknown iteration "${wanted}"`, fix: `use one of ${names.join(', ')}` }] };
  }
  let newest: Opened | undefined;
  for (const name of names.toReversed()) {
    const opened = open(repository, name);
    newest ??= opened;
    if ('problems' in opened || !isFinished(opened.iteration)) return opened;
  }
  return newest ?? { problems: [] };
}

/** Everything of it has landed. */
function isFinished({ plan, state }: Iteration): boolean {
  return hasLanded(plan.tasks, state);
}

function matches(name: string, wanted: string): boolean {
  const plain = wanted.replace(/\/+$/, '').split('/').at(-1) ?? wanted;
  const [number = '', ...slug] = name.split('-');
  return name === plain || slug.join('-') === plain || (/^\d+$/.test(plain) && Number(number) === Number(plain));
}

function open(repository: Repository, name: string): Opened {
  const directory = join(repository.root, ITERATIONS, name);
  const shown = `${ITERATIONS}/${name}`;
  const manifestText = readText(join(directory, 'manifest.json'));
  if (manifestText === undefined) {
    return {
      problems: [
        { file: `${shown}/manifest.json`, what: 'is missing', fix: 'restore it from git or make a new iteration: iter new <slug>' },
      ],
    };
  }
  const manifest = parseManifest(manifestText, `${shown}/manifest.json`);
  if (manifest.plan === undefined) return { problems: manifest.problems };
  const planText = readText(join(directory, PLAN_FILE));
  if (planText === undefined) {
    return { problems: [{ file: `${shown}/${PLAN_FILE}`, what: 'is missing', fix: 'restore it from .run/history or from git' }] };
  }
  const grown = grownTasks(directory, manifest.plan);
  if (grown.problems.length > 0)
    return { problems: grown.problems.map((problem) => ({ ...problem, file: `${shown}/${problem.file ?? ''}` })) };
  try {
    // a folder that came with a clone has no log of this machine: nothing has happened here yet
    const { events, torn } = exists(logFile(directory)) ? readLog(logFile(directory)) : { events: [], torn: undefined };
    const state = fold(events.length === 0 ? [creation(manifest.plan)] : events);
    const plan = withGrown(manifest.plan, grown.tasks, state);
    const rows = applyRows(plan, planText, { file: `${shown}/${PLAN_FILE}`, foreign: state.foreign });
    if ('problems' in rows) return rows;
    const iteration = { repository, name, directory, plan: rows.plan, events, state };
    return { iteration: torn === undefined ? iteration : { ...iteration, torn } };
  } catch (error) {
    if (error instanceof EventLogError) return { problems: [{ what: error.message }] };
    throw error;
  }
}

/** The plan with those later tasks the log knows of; the others are being added, or were cut off while they were. */
function withGrown(plan: Plan, grown: readonly PlannedTask[], state: State): Plan {
  const active = grown.filter((task) => Object.hasOwn(state.tasks, task.id));
  const parents = [...new Set(active.flatMap((task) => task.parent ?? []))];
  const alone = { ...plan, tasks: [...plan.tasks, ...active.filter((task) => task.parent === undefined)] };
  return parents.reduce<Plan>(
    (next, parent) =>
      withParts(
        next,
        parent,
        active.filter((task) => task.parent === parent),
      ),
    alone,
  );
}

/** The first event of every log. */
function creation(plan: Plan): Event {
  return {
    at: plan.created,
    type: 'iteration-created',
    iteration: plan.iteration,
    workflow: plan.workflow,
    tasks: plan.tasks.map((task) => task.id),
  };
}

/** Starts the event log of an iteration folder, in a `.run` folder that git does not see. */
export function startLog(directory: string, plan: Plan): void {
  writeText(join(directory, '.run', '.gitignore'), '*\n');
  createLog(logFile(directory), plan.iteration, [creation(plan)]);
}

/** What people may change in the matrix while a run goes on: the dependencies of each task. What may be an agent's edit does not hold before they say so. */
export function applyRows(
  plan: Plan,
  text: string,
  { file, foreign }: { readonly file: string; readonly foreign: State['foreign'] },
): { plan: Plan } | { problems: readonly Problem[] } {
  const parsed = parsePlan(text, file);
  const problems: Problem[] = [...parsed.problems];
  const rows = new Map(parsed.plan.rows.map((row) => [row.id, row]));
  if (problems.length === 0) {
    for (const task of plan.tasks) {
      if (!rows.has(task.id))
        problems.push({
          file,
          what: `the row of ${task.id} is gone from the Task Assignment Matrix`,
          fix: `put it back (manifest.json: ${task.id} is "${task.title}")`,
        });
    }
  }
  if (problems.length > 0) return { problems };
  // a row that is no task yet holds nobody up
  const known = new Set<TaskId>(plan.tasks.map((task) => task.id));
  const needsOf = ({ id, needs }: PlannedTask): readonly TaskId[] => {
    const written = rows.get(id)?.needs ?? needs;
    const now = written.join(', ');
    const holds = heldValue(foreign, id, { column: 'Dependencies', now });
    return holds === now ? written : holds.split(', ').filter(Boolean).map(taskId);
  };
  const tasks = plan.tasks.map((task) => ({ ...task, needs: needsOf(task).filter((need) => known.has(need)) }));
  const cycle = cycleIn(tasks);
  if (cycle.length > 0) {
    const line = rows.get(cycle[0] ?? ('' as TaskId))?.line;
    return {
      problems: [
        {
          file,
          ...(line === undefined ? {} : { line }),
          what: `the dependencies of ${cycle.join(', ')} go round in a circle`,
          fix: 'take one of them out of a Dependencies cell',
        },
      ],
    };
  }
  return { plan: { ...plan, tasks } };
}
