/** The parts of a task whose list came to be known while the iteration ran: each becomes a task of its own. Pure, and the same list gives the same parts. */
import type { Check } from './check.ts';
import { batchesOf, draftOf, type DraftRequest, placesIn } from './drafts.ts';
import { type ExpandRequest, promptOf } from './expand.ts';
import { taskId, type TaskId } from './ids.ts';
import { namedValues } from './inputs.ts';
import { misplaced, sharedPaths } from './path-clashes.ts';
import { plannedTask } from './planned-tasks.ts';
import type { Plan, PlannedTask } from './plan.ts';
import type { Problem } from './problem.ts';
import { withStageChecks } from './stage-checks.ts';
import { checksOfTask } from './task-checks.ts';
import type { Step } from './workflow.ts';

export interface GrowthRequest extends ExpandRequest {
  readonly plan: Plan;
  readonly parent: PlannedTask;
  readonly items: readonly string[];
  /** Parts there are already, from an earlier list or a growth that was cut off. */
  readonly known: readonly PlannedTask[];
  /** The number of the first new task. */
  readonly first: number;
}

export interface Growth {
  /** The parts of this list, in its order. */
  readonly tasks: readonly PlannedTask[];
  /** Of them those that are new. */
  readonly fresh: readonly TaskId[];
  /** Parts of an earlier list that are not in this one. */
  readonly dropped: readonly TaskId[];
  /** Of all parts, known ones too: what is written already stays. */
  readonly checks: readonly Check[];
  readonly prompts: Readonly<Record<TaskId, string>>;
  readonly problems: readonly Problem[];
}

/** Items of one list; each is an agent's run. */
export const MOST_PARTS = 100;
/** Characters of an item. */
const LONGEST = 300;

/** The tasks of a list. */
export function grow(request: GrowthRequest): Growth {
  const { workflow, parent, known, plan } = request;
  const step = workflow.steps.find((one) => one.id === parent.step);
  if (step === undefined) throw new Error(`no step "${parent.step}" in workflow "${workflow.name}"`);
  const items = [...new Set(request.items.map((item) => item.trim()).filter((item) => item !== ''))];
  const values = namedValues(request.inputs, request);
  const around: DraftRequest = { workflow, roles: request.roles, lists: new Map([[step.id, items]]), values };
  const batches = items.length === 0 ? [] : batchesOf(step, items, around);
  const places = placesIn(items);
  let next = request.first;
  const drafts = batches.map((targets) => {
    const before = known.find((task) => task.targets.join('\n') === targets.join('\n'));
    const id = before?.id ?? taskId(`T${next++}`);
    return { before, draft: draftOf(step, id, { targets, places, values }) };
  });
  const fresh = drafts.flatMap(({ before, draft }) => (before === undefined ? [draft] : []));
  const workers = countedWorkers([...plan.tasks, ...known]);
  const tasks = drafts.map(({ before, draft }): PlannedTask => {
    if (before !== undefined) return before;
    const needs = needsOfPart(step, parent, plan, draft.targets);
    const place = { needs, group: parent.group, depth: 0, pathOverlap: 0, tasksOf: () => [], workers };
    // the condition was that of the whole
    const { when: _whole, ...task } = plannedTask(draft, request, place);
    return { ...task, parent: parent.id };
  });
  // also of parts that are known: an iter that was ended after it had named them has not written the rest
  const parts = drafts.map(({ draft }) => checksOfTask(draft.id, withStageChecks(step, workflow), draft.texts));
  const current = new Set(tasks.map((task) => task.id));
  const others = plan.tasks.filter((task) => task.parent !== parent.id);
  return {
    tasks,
    fresh: fresh.map((draft) => draft.id),
    dropped: known.filter((task) => !current.has(task.id)).map((task) => task.id),
    checks: parts.flatMap((part) => part.checks),
    prompts: Object.fromEntries(
      drafts.flatMap(({ draft }) => {
        const text = promptOf(draft);
        return text === undefined ? [] : [[draft.id, text]];
      }),
    ),
    problems: [
      ...itemProblems(items),
      ...sharedPaths(drafts.map(({ draft }) => draft)),
      ...misplaced([...others, ...tasks]),
      ...parts.flatMap((part) => part.problems),
    ],
  };
}

/** What the whole needs; of another whole with the same list only the parts with the same targets, where each is joined. */
function needsOfPart(step: Step, parent: PlannedTask, plan: Plan, targets: readonly string[]): TaskId[] {
  const own = new Set(targets);
  const upstream = parent.needs.filter((id) => plan.tasks.find((task) => task.id === id)?.parent !== parent.id);
  if (step.join !== 'each') return upstream;
  return upstream.flatMap((id) => {
    const whole = plan.tasks.find((task) => task.id === id);
    const parts = plan.tasks.filter((task) => task.parent === id && task.targets.some((target) => own.has(target)));
    return whole?.expands !== undefined && parts.length > 0 ? parts.map((task) => task.id) : [id];
  });
}

/** The highest number of each worker name there is. */
export function countedWorkers(tasks: readonly PlannedTask[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { instance } of tasks) {
    const [, name = instance, number = '0'] = /^(.*)-(\d+)$/.exec(instance) ?? [];
    counts.set(name, Math.max(counts.get(name) ?? 0, Number(number)));
  }
  return counts;
}

/** An agent wrote this list: it is text, of a size that can be run. */
function itemProblems(items: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  if (items.length > MOST_PARTS) {
    problems.push({ what: `the list has ${items.length} items, more than ${MOST_PARTS}`, fix: 'make the items larger' });
  }
  for (const item of items) {
    if (/\p{Cc}/u.test(item)) problems.push({ what: `the item ${JSON.stringify(item)} holds a control character`, fix: 'take it out' });
    if (item.length > LONGEST)
      problems.push({ what: `the item "${item.slice(0, 40)}…" has ${item.length} characters`, fix: 'say it in a few words' });
  }
  return problems;
}

/** The number after the highest of these ids. */
export function nextNumber(ids: readonly TaskId[]): number {
  return Math.max(0, ...ids.map((id) => Number(id.slice(1)))) + 1;
}
