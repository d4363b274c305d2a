/** The tasks that came to an iteration after it was made, as they stand on record. Reads only. */
import { join } from 'node:path';
import type { Plan, PlannedTask } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { parseGrowth } from '../files/growth-file.ts';

/** Folder of the tasks that came after `iter new`, inside the iteration folder. */
export const GROWN = 'expansions';

/** Every task on record below `expansions/`, whether it is part of the plan yet or not. */
export function grownTasks(
  directory: string,
  plan: Plan,
): { readonly tasks: readonly PlannedTask[]; readonly problems: readonly Problem[] } {
  const files = listFiles(join(directory, GROWN)).filter((file) => file.endsWith('.json'));
  const read = files.map((file) => parseGrowth(readText(join(directory, GROWN, file)) ?? '', `${GROWN}/${file}`, plan));
  return { tasks: read.flatMap((one) => one.growth?.tasks ?? []), problems: read.flatMap((one) => one.problems) };
}
