/** Deliverables that would get in each other's way, or lie where none may be. */
import { deliveryFault } from './deliverable-path.ts';
import type { Draft } from './drafts.ts';
import { isGathered } from './drafts.ts';
import type { TaskId } from './ids.ts';
import type { PlannedTask } from './plan.ts';
import type { Problem } from './problem.ts';
import { substitute } from './substitute.ts';
import { namesTarget } from './targets.ts';

/** Two targets of one step that would write the same file, though its path names the target. */
export function sharedPaths(drafts: readonly Draft[]): Problem[] {
  const problems: Problem[] = [];
  const writers = new Map<string, string>();
  for (const draft of drafts) {
    const { step, targets, texts } = draft;
    if (isGathered(draft)) continue;
    for (const { path, in: place } of step.deliverables) {
      // a file of the iteration folder that two tasks deliver is told with those of all steps
      if (!namesTarget(path, texts.as) || (place === 'iteration' && targets.length < 2)) continue;
      texts.each.forEach((values, index) => {
        const file = substitute(path, values).text;
        const key = `${step.id} ${file.toLowerCase()}`;
        const [first, second] = [writers.get(key), targets[index] ?? ''];
        writers.set(key, first ?? second);
        if (first === undefined) return;
        const what = `step "${step.id}": the targets "${first}" and "${second}" both deliver "${file}"`;
        problems.push({ what, fix: 'put {{ target.slug }} into the path' });
      });
    }
  }
  return problems;
}

/** Deliverables at paths that cannot be, and two tasks that would write the same file of the iteration folder. */
export function misplaced(tasks: readonly PlannedTask[]): Problem[] {
  const problems: Problem[] = [];
  const owners = new Map<string, TaskId>();
  for (const { id, deliverables } of tasks) {
    for (const { path, in: place } of deliverables) {
      const fault = deliveryFault(path, place);
      if (fault !== undefined)
        problems.push({ what: `${id}: the deliverable path "${path}" ${fault}`, fix: 'name a file such as context/report.md' });
      if (place !== 'iteration') continue;
      // some file systems do not tell upper case from lower case
      const owner = owners.get(path.toLowerCase());
      if (owner !== undefined && owner !== id) {
        const fix = 'put {{ target.slug }} into the path, or give the targets names that differ';
        problems.push({ what: `${owner} and ${id} both deliver "${path}"`, fix });
      }
      owners.set(path.toLowerCase(), id);
    }
  }
  return problems;
}
