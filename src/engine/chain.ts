/** Builds what would land: a chain of commits on top of the target, made of objects only. No ref, index or checkout is touched, and the same inputs give the same ids. */
import type { CommitId, TaskId, TreeId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import type { MergeStep } from '../core/merge-plan.ts';
import { planMerge } from '../core/merge-plan.ts';
import type { MergeStrategy, Plan } from '../core/plan.ts';
import type { State } from '../core/state.ts';
import { unreachable } from '../core/unreachable.ts';
import { git, gitResult } from '../effects/git.ts';
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
  const work: Record<string, Work[string]> = {};
  for (const id of tasks) {
    const task = state.tasks[id];
    const phase = task?.phase;
    if (task?.base === undefined || (phase?.name !== 'accepted' && phase?.name !== 'merged')) continue;
    work[id] = { base: task.base, head: phase.commit, commits: await commitsBetween(root, task.base, phase.commit) };
  }
  return work;
}

/** The chain on `tip`, or the first conflict in dependency order. */
export async function buildChain(request: ChainRequest): Promise<Chain | { readonly conflict: ChainConflict }> {
  const { root, plan, tip, strategy } = request;
  const work = await acceptedWork(request);
  const committer = await identity(root);
  const landed = new Map<TaskId, CommitId[]>();
  let top = tip;
  for (const step of planMerge({ plan, strategy, work })) {
    const next = await apply(root, plan, { step, top, committer });
    if ('paths' in next) return { conflict: { task: step.task, onto: top, paths: next.paths } };
    if (next.commit === top) continue;
    top = next.commit;
    landed.set(step.task, [...(landed.get(step.task) ?? []), top]);
  }
  return { before: tip, after: top, tree: await treeOf(root, top), landed: [...landed].map(([task, commits]) => ({ task, commits })) };
}

interface Situation {
  readonly step: MergeStep;
  readonly top: CommitId;
  readonly committer: Identity;
}

type Applied = { readonly commit: CommitId } | { readonly paths: readonly string[] };

async function apply(root: string, plan: Plan, { step, top, committer }: Situation): Promise<Applied> {
  switch (step.do) {
    case 'pick': {
      const about = await describe(root, step.commit);
      const parent = about.parents[0];
      if (parent === undefined) throw new Error(`${step.commit} has no parent to be picked against`);
      const merged = await mergeOnto(root, { base: parent, top, theirs: step.commit });
      if ('paths' in merged) return merged;
      return commit(root, {
        tree: merged.tree,
        parents: [top],
        message: withTrailer(about.message, plan, step.task),
        author: about.author,
        committer,
        date: about.committed,
      });
    }
    case 'squash': {
      const about = await describe(root, step.head);
      const merged = await mergeOnto(root, { base: step.base, top, theirs: step.head });
      if ('paths' in merged) return merged;
      const title = plan.tasks.find((task) => task.id === step.task)?.title ?? step.task;
      return commit(root, {
        tree: merged.tree,
        parents: [top],
        message: withTrailer(title, plan, step.task),
        author: about.author,
        committer,
        date: about.committed,
      });
    }
    case 'merge': {
      const inside = await gitResult(root, ['merge-base', '--is-ancestor', step.head, top]);
      if (inside.exitCode === 0) return { commit: top };
      const about = await describe(root, step.head);
      const merged = await mergeTrees(root, top, step.head);
      if ('paths' in merged) return merged;
      const title = plan.tasks.find((task) => task.id === step.task)?.title ?? step.task;
      return commit(root, {
        tree: merged.tree,
        parents: [top, step.head],
        message: withTrailer(`Merge ${step.task}: ${title}`, plan, step.task),
        author: committerLine(committer, about.committed),
        committer,
        date: about.committed,
      });
    }
    default:
      return unreachable(step);
  }
}

interface Description {
  readonly parents: readonly CommitId[];
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  /** Raw git date: seconds and offset. */
  readonly committed: string;
  readonly message: string;
}

async function describe(root: string, id: CommitId): Promise<Description> {
  const text = await git(root, ['show', '-s', '--no-show-signature', '--date=raw', '--format=%P%x00%an%x00%ae%x00%ad%x00%cd%x00%B', id]);
  const [parents = '', name = '', email = '', date = '', committed = '', ...message] = text.split('\0');
  return {
    parents: parents
      .split(' ')
      .filter((one) => one !== '')
      .map(commitId),
    author: { name, email, date },
    committed,
    message: message.join('\0').trimEnd(),
  };
}

const committerLine = (committer: Identity, date: string) => ({ name: committer.name, email: committer.email, date });

function withTrailer(message: string, plan: Plan, task: TaskId): string {
  const trailer = `Iter-Task: ${plan.iteration}/${task}`;
  if (message.includes(trailer)) return `${message}\n`;
  const last = message.split('\n').at(-1) ?? '';
  const joined = /^[A-Za-z][A-Za-z-]*: \S/.test(last) && message.includes('\n\n') ? '\n' : '\n\n';
  return `${message}${joined}${trailer}\n`;
}

interface ThreeWay {
  readonly base: CommitId;
  readonly top: CommitId;
  readonly theirs: CommitId;
}

/**
 * The tree of `top` with the change from `base` to `theirs` applied. git 2.39's merge-tree takes no base of its own, so a stand-in commit with
 * the tree of `top` and `base` as its only parent is merged: its merge base with `theirs` is then `base`.
 */
async function mergeOnto(root: string, { base, top, theirs }: ThreeWay): Promise<{ tree: TreeId } | { paths: readonly string[] }> {
  const author = { name: 'iter', email: 'iter@localhost', date: '0 +0000' };
  const standIn = await commit(root, {
    tree: await treeOf(root, top),
    parents: [base],
    message: 'stand-in\n',
    author,
    committer: author,
    date: '0 +0000',
    always: true,
  });
  return mergeTrees(root, standIn.commit, theirs);
}

async function mergeTrees(root: string, ours: CommitId, theirs: CommitId): Promise<{ tree: TreeId } | { paths: readonly string[] }> {
  const merged = await gitResult(root, ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs]);
  const [tree = '', ...paths] = merged.stdout.split('\0');
  if (merged.exitCode === 0) return { tree: tree as TreeId };
  if (merged.exitCode === 1) return { paths: [...new Set(paths.filter((path) => path !== ''))].toSorted() };
  throw new Error(`git merge-tree ended with ${merged.exitCode}: ${merged.stderr}`);
}

interface NewCommit {
  readonly tree: TreeId;
  readonly parents: readonly CommitId[];
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string; readonly date: string };
  readonly committer: Identity;
  readonly date: string;
  /** Also when nothing changes against the first parent. */
  readonly always?: boolean;
}

/** Writes the commit object; the first parent itself when nothing changes: a change that is in the target already lands as nothing. */
async function commit(root: string, made: NewCommit): Promise<{ commit: CommitId }> {
  const [first] = made.parents;
  if (made.always !== true && made.parents.length === 1 && first !== undefined && (await treeOf(root, first)) === made.tree)
    return { commit: first };
  const id = await git(root, ['commit-tree', made.tree, ...made.parents.flatMap((parent) => ['-p', parent]), '-F', '-'], {
    input: made.message,
    env: {
      GIT_AUTHOR_NAME: made.author.name,
      GIT_AUTHOR_EMAIL: made.author.email,
      GIT_AUTHOR_DATE: `@${made.author.date}`,
      GIT_COMMITTER_NAME: made.committer.name,
      GIT_COMMITTER_EMAIL: made.committer.email,
      GIT_COMMITTER_DATE: `@${made.date}`,
    },
  });
  return { commit: commitId(id) };
}
