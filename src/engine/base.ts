/** What a task's branch starts from: the merge of the heads of everything it needs. */
import type { CommitId, TaskId } from '../core/ids.ts';
import type { Plan, PlannedTask } from '../core/plan.ts';
import type { State } from '../core/state.ts';
import { settledAt } from '../core/state.ts';
import { mergedBase } from '../effects/merged-base.ts';

export type Base =
  | { readonly commit: CommitId }
  /** The work of `task` does not go together with `onto`, the merge of what comes before it. */
  | { readonly conflict: { readonly task: TaskId; readonly onto: CommitId; readonly paths: readonly string[] } };

/**
 * Merges the heads of the needs in plan order, one after the other, so that a conflict has one owner: the later one.
 * Alternatives contradict each other on purpose: of them only `taken` is merged, of the others what they started from.
 */
export async function baseOf(root: string, plan: Plan, state: State, task: PlannedTask, taken?: TaskId): Promise<Base> {
  const extra = state.tasks[task.id]?.onto;
  let merged: CommitId | undefined = extra;
  for (const need of plan.tasks.filter((candidate) => task.needs.includes(candidate.id))) {
    const current = state.tasks[need.id];
    const aside = need.alternative !== undefined && need.id !== taken;
    const head = aside ? current?.base : settledAt(current);
    // one that failed before it had ground to stand on brings nothing; nor does what is done at the end wait for such
    if (head === undefined && (aside || task.finally === true)) continue;
    if (head === undefined) throw new Error(`${task.id} needs ${need.id}, which is not accepted`);
    if (merged === undefined) {
      merged = head;
      continue;
    }
    const next = await mergedBase(root, [merged, head], `Bring together what ${task.id} needs`);
    if ('conflict' in next) return { conflict: { task: need.id, onto: merged, paths: next.conflict } };
    merged = next.commit;
  }
  return { commit: merged ?? plan.base };
}
