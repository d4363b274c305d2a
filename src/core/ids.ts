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

/** Orders names by the numbers in them: T2 before T10, 2-a before 10-a. Written out because the first comparison by locale costs 6 ms. */
export function byNumber(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (const [index, part] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const difference = Number(part) - Number(other);
    if (Number.isFinite(difference) && difference !== 0) return difference;
    if (part !== other) return part < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** Digits and what stands between them, in turn; never without the empty text before a first digit. */
const partsOf = (name: string): string[] => name.split(/(\d+)/);
