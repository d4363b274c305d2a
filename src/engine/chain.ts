/** Builds what would land: a chain of commits on top of the target, made of objects only. No ref, index or checkout is touched, and the same inputs give the same ids. */
import type { CommitId, TaskId, TreeId } from '../core/ids.ts';
import type { MergeStep } from '../core/merge-plan.ts';
import { planMerge } from '../core/merge-plan.ts';
import type { MergeStrategy, Plan } from '../core/plan.ts';
import type { State } from '../core/state.ts';
import { unreachable } from '../core/unreachable.ts';
import type { MergedTree, Signature } from '../effects/commit-objects.ts';
import { applyChange, mergeCommits, readCommit, writeCommit } from '../effects/commit-objects.ts';
import { gitResult } from '../effects/git.ts';
import type { Identity } from '../effects/git-facts.ts';
import { commitsBetween, identity, treeOf } from '../effects/git-facts.ts';

export interface Chain {
  /** Where the target stands now. */
  readonly before: CommitId;
  readonly after: CommitId;
  readonly tree: TreeId;
  /** What each task contributes, in landing order; empty when all of it was in the target already. */
  readonly landed: readonly { readonly task: TaskId; readonly commits: readonly CommitId[] }[];
}

export interface ChainConflict {
  readonly task: TaskId;
  /** The chain as far as it got: what the task's work has to go together with. */
  readonly onto: CommitId;
  readonly paths: readonly string[];
}

export interface ChainRequest {
  readonly root: string;
  readonly plan: Plan;
  readonly state: State;
  readonly tip: CommitId;
  readonly strategy: MergeStrategy;
  readonly tasks: ReadonlySet<TaskId>;
}

export type Work = Readonly<Record<string, { readonly base: CommitId; readonly head: CommitId; readonly commits: readonly CommitId[] }>>;

/** The accepted work of each of these tasks: its base, its head and its own commits. */
export async function acceptedWork({ root, state, tasks }: Pick<ChainRequest, 'root' | 'state' | 'tasks'>): Promise<Work> {
  const accepted = [...tasks].flatMap((id) => {
    const task = state.tasks[id];
    const phase = task?.phase;
    if (task?.base === undefined || (phase?.name !== 'accepted' && phase?.name !== 'merged')) return [];
    return [{ id, base: task.base, head: phase.commit }];
  });
  const work = accepted.map(async ({ id, base, head }) => [id, { base, head, commits: await commitsBetween(root, base, head) }] as const);
  return Object.fromEntries(await Promise.all(work));
}

/** The chain on `tip`, or the first conflict in dependency order. */
export async function buildChain(request: ChainRequest): Promise<Chain | { readonly conflict: ChainConflict }> {
  const { root, plan, tip, strategy } = request;
  const [work, committer] = await Promise.all([acceptedWork(request), identity(root)]);
  const landed = new Map<TaskId, CommitId[]>();
  let top: Top = { commit: tip, tree: await treeOf(root, tip) };
  for (const step of planMerge({ plan, strategy, work })) {
    const next = await apply(root, plan, { step, top, committer });
    if ('paths' in next) return { conflict: { task: step.task, onto: top.commit, paths: next.paths } };
    if (next.commit === top.commit) continue;
    top = next;
    landed.set(step.task, [...(landed.get(step.task) ?? []), top.commit]);
  }
  return { before: tip, after: top.commit, tree: top.tree, landed: [...landed].map(([task, commits]) => ({ task, commits })) };
}

/** The commit the chain has reached. */
interface Top {
  readonly commit: CommitId;
  readonly tree: TreeId;
}

interface Situation {
  readonly step: MergeStep;
  readonly top: Top;
  readonly committer: Identity;
}

type Applied = Top | { readonly paths: readonly string[] };

async function apply(root: string, plan: Plan, situation: Situation): Promise<Applied> {
  const { step, top } = situation;
  switch (step.do) {
    case 'pick': {
      const about = await readCommit(root, step.commit);
      const [parent] = about.parents;
      if (parent === undefined) throw new Error(`${step.commit} has no parent to be picked against`);
      const merged = await applyChange(root, top.tree, { from: parent, to: step.commit });
      return extend(root, plan, { situation, merged, message: about.message, author: about.author, date: about.committer.date });
    }
    case 'squash': {
      const about = await readCommit(root, step.head);
      const merged = await applyChange(root, top.tree, { from: step.base, to: step.head });
      return extend(root, plan, { situation, merged, message: titleOf(plan, step.task), author: about.author, date: about.committer.date });
    }
    case 'merge': {
      const inside = await gitResult(root, ['merge-base', '--is-ancestor', step.head, top.commit]);
      if (inside.exitCode === 0) return top;
      const { date } = (await readCommit(root, step.head)).committer;
      const merged = await mergeCommits(root, top.commit, step.head);
      return extend(root, plan, {
        situation,
        merged,
        message: `Merge ${step.task}: ${titleOf(plan, step.task)}`,
        author: { ...situation.committer, date },
        date,
        second: step.head,
      });
    }
    default:
      return unreachable(step);
  }
}

interface Extension {
  readonly situation: Situation;
  readonly merged: MergedTree;
  readonly message: string;
  readonly author: Signature;
  readonly date: string;
  /** The second parent of a merge. */
  readonly second?: CommitId;
}

/** The chain with one more commit; as it was when the change is in it already. */
async function extend(root: string, plan: Plan, { situation, merged, message, author, date, second }: Extension): Promise<Applied> {
  const { top, committer, step } = situation;
  if ('paths' in merged) return merged;
  if (second === undefined && merged.tree === top.tree) return top;
  const parents = second === undefined ? [top.commit] : [top.commit, second];
  const commit = await writeCommit(root, {
    tree: merged.tree,
    parents,
    message: withTrailer(message, plan, step.task),
    author,
    committer: { ...committer, date },
  });
  return { commit, tree: merged.tree };
}

function titleOf(plan: Plan, id: TaskId): string {
  return plan.tasks.find((task) => task.id === id)?.title ?? id;
}

/** The message with `Iter-Task: <iteration>/<task>` as its last trailer (git-interpret-trailers). */
function withTrailer(message: string, plan: Plan, task: TaskId): string {
  const trailer = `Iter-Task: ${plan.iteration}/${task}`;
  if (message.split('\n').includes(trailer)) return `${message}\n`;
  const last = message.split('\n').at(-1) ?? '';
  const joined = /^[A-Za-z][A-Za-z-]*: \S/.test(last) && message.includes('\n\n') ? '\n' : '\n\n';
  return `${message}${joined}${trailer}\n`;
}
