/** Branded identifiers, so that a task id cannot be handed over where a commit is wanted. */

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A task of the plan: `T1`, `T2`, … */
export type TaskId = Branded<'TaskId'>;
/** A full 40-digit git object id of a commit. */
export type CommitId = Branded<'CommitId'>;
/** A full 40-digit git object id of a tree. */
export type TreeId = Branded<'TreeId'>;

/** Marks a string as a task id; the caller has checked where it came from. */
export const taskId = (text: string): TaskId => text as TaskId;
/** Marks a string as a commit id; the caller got it from git. */
export const commitId = (text: string): CommitId => text as CommitId;
/** Marks a string as a tree id; the caller got it from git. */
export const treeId = (text: string): TreeId => text as TreeId;

/** Orders task ids by their number: T2 before T10. */
export function byTaskNumber(a: TaskId, b: TaskId): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
