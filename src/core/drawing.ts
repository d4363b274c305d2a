/** The dependency drawing of the plan: every task once, below the last of its needs; further needs are named beside it. */
import type { TaskId } from './ids.ts';
import { byNumber } from './ids.ts';
import { inDependencyOrder } from './plan.ts';
import type { PlannedTask } from './plan.ts';

/** Lines of text, one per task; members of a cycle are left out, callers have refused them before. */
export function drawDependencies(tasks: readonly PlannedTask[]): string[] {
  const ordered = inDependencyOrder(tasks);
  const place = new Map(ordered.map((task, index) => [task.id, index]));
  const children = new Map<TaskId | undefined, PlannedTask[]>();
  for (const task of ordered) {
    const parent = lastOf(task.needs, place);
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [task]);
    else siblings.push(task);
  }
  const lines: string[] = [];
  const draw = (parent: TaskId | undefined, indent: string): void => {
    const members = children.get(parent) ?? [];
    for (const [index, task] of members.entries()) {
      const last = index === members.length - 1;
      const root = parent === undefined;
      lines.push(`${indent}${root ? '' : last ? '└─→ ' : '├─→ '}${label(task, parent)}`);
      draw(task.id, root ? '' : `${indent}${last ? '    ' : '│   '}`);
    }
  };
  draw(undefined, '');
  return lines;
}

function lastOf(needs: readonly TaskId[], place: ReadonlyMap<TaskId, number>): TaskId | undefined {
  return needs.filter((need) => place.has(need)).toSorted((a, b) => (place.get(b) ?? 0) - (place.get(a) ?? 0))[0];
}

function label(task: PlannedTask, parent: TaskId | undefined): string {
  const others = task.needs.filter((need) => need !== parent).toSorted(byNumber);
  const title = task.title.replaceAll(/\s+/g, ' ').trim();
  return `${task.id} ${title}${others.length === 0 ? '' : ` (needs ${others.join(', ')} too)`}`;
}
