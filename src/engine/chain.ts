/** Builds what would land: a chain of commits on top of the target, made of objects only. No ref, index or checkout is touched, and the same inputs give the same ids. */
import type { CommitId, TaskId, TreeId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import type { MergeStep } from '../core/merge-plan.ts';
import { planMerge } from '../core/merge-plan.ts';
import type { MergeStrategy, Plan } from '../core/plan.ts';
import type { State } from '../core/state.ts';
import { unreachable } from '../core/unreachable.ts';
import type { Overlay } from '../core/path-merge.ts';
import { pickByPaths, withChanges } from '../core/path-merge.ts';
import type { ImportedCommit, TreePair } from '../effects/commit-batch.ts';
import { changesBetween, commitsOfAll, importCommits, isImportable, readCommits } from '../effects/commit-batch.ts';
import type { Signature } from '../effects/commit-objects.ts';
import { applyChange, mergeCommits, writeCommit } from '../effects/commit-objects.ts';
import { git, gitResult } from '../effects/git.ts';
import type { Identity } from '../effects/git-facts.ts';
import { identity } from '../effects/git-facts.ts';

export interface Chain {
  /** Where the target stands now. */
  readonly before: CommitId;
  readonly after: CommitId;
  readonly tree: TreeId;
  /** What each task contributes, in landing order; empty when all of it was in the target already. */
  readonly landed: readonly { readonly task: TaskId; readonly commits: readonly CommitId[] }[];
  /** git's own merge had a say: attributes of the checkout, and programs they name, can make it another one. */
  readonly merged?: true;
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
  /** Who commits, where that is known already. */
  readonly committer?: Identity;
}

export type Work = Readonly<Record<string, { readonly base: CommitId; readonly head: CommitId; readonly commits: readonly CommitId[] }>>;

/** The accepted work of each of these tasks: its base, its head and its own commits. */
export async function acceptedWork({ root, plan, state, tasks }: Pick<ChainRequest, 'root' | 'plan' | 'state' | 'tasks'>): Promise<Work> {
  const accepted = [...tasks].flatMap((id) => {
    const task = state.tasks[id];
    const phase = task?.phase;
    if (task?.base === undefined || (phase?.name !== 'accepted' && phase?.name !== 'merged')) return [];
    return [{ id, base: task.base, head: phase.commit }];
  });
  const commits = await commitsOfAll(root, plan.base, accepted);
  return Object.fromEntries(accepted.map(({ id, base, head }, place) => [id, { base, head, commits: commits[place] ?? [] }]));
}

/** The chain on `tip`, or the first conflict in dependency order. */
export async function buildChain(request: ChainRequest): Promise<Chain | { readonly conflict: ChainConflict }> {
  const { root, plan, tip, strategy } = request;
  const [work, committer] = await Promise.all([acceptedWork(request), request.committer ?? identity(root)]);
  const picked = strategy === 'cherry-pick' ? await pickedInto(root, tip, plan.base) : new Set<CommitId>();
  const steps = planMerge({ plan, strategy, work, picked });
  const landed = new Map<TaskId, CommitId[]>();
  const read = await readCommits(root, [tip, ...Object.values(work).map(({ base }) => base), ...steps.map(endOf)]);
  const links = await linksOf(root, plan, { steps, committer });
  let top: Top = { commit: tip, tree: read(tip).tree };
  let merged = false;
  for (let at = 0; at < links.length; at += 1) {
    const easy = await easyLinks(root, top, links.slice(at));
    at += easy.count;
    for (const { task, commit } of easy.made) landed.set(task, [...(landed.get(task) ?? []), commit]);
    top = easy.top;
    const link = links[at];
    if (link === undefined) break;
    merged = true;
    const next = await apply(root, top, link);
    if ('paths' in next) return { conflict: { task: link.task, onto: top.commit, paths: next.paths } };
    if (next.commit === top.commit) continue;
    top = next;
    landed.set(link.task, [...(landed.get(link.task) ?? []), top.commit]);
  }
  const contributions = [...landed].map(([task, commits]) => ({ task, commits }));
  return { before: tip, after: top.commit, tree: top.tree, landed: contributions, ...(merged ? { merged } : {}) };
}

/** The commit the chain has reached. */
interface Top {
  readonly commit: CommitId;
  readonly tree: TreeId;
}

/** One commit to be made: of a change that is put on top, or of a merge. */
interface Link {
  readonly task: TaskId;
  /** Where the change leads to; what a merge brings in. */
  readonly to: CommitId;
  /** Where the change starts from; absent for a merge. */
  readonly from?: CommitId;
  /** Trees of both ends. */
  readonly trees?: TreePair;
  /** It changed nothing from the start, and is kept all the same. */
  readonly empty: boolean;
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

async function linksOf(
  root: string,
  plan: Plan,
  { steps, committer }: { readonly steps: readonly MergeStep[]; readonly committer: Identity },
): Promise<Link[]> {
  const own = await readCommits(root, steps.map(endOf));
  const startOf = (step: MergeStep): CommitId | undefined => {
    if (step.do === 'merge') return undefined;
    const start = step.do === 'squash' ? step.base : own(step.commit).parents[0];
    if (start === undefined) throw new Error(`${endOf(step)} has no parent to be picked against`);
    return start;
  };
  const starts = steps.map(startOf);
  const read = await readCommits(
    root,
    starts.filter((start) => start !== undefined),
  );
  return steps.map((step, place): Link => {
    const about = own(endOf(step));
    const { date } = about.committer;
    const from = starts[place];
    const trees = from === undefined ? undefined : { from: read(from).tree, to: about.tree };
    return {
      task: step.task,
      to: endOf(step),
      ...(from === undefined ? {} : { from }),
      ...(trees === undefined ? {} : { trees }),
      empty: step.do === 'pick' && step.source === true && trees?.from === trees?.to,
      message: messageOf(plan, step, about.message),
      author: step.do === 'merge' ? { ...committer, date } : about.author,
      committer: { ...committer, date },
    };
  });
}

const endOf = (step: MergeStep): CommitId => (step.do === 'pick' ? step.commit : step.head);

function messageOf(plan: Plan, step: MergeStep, written: string): string {
  const title = titleOf(plan, step.task);
  const trailer = `Iter-Task: ${plan.iteration}/${step.task}`;
  switch (step.do) {
    case 'pick':
      return withTrailer(written, step.source === true ? `${PICKED}${step.commit})` : trailer);
    case 'squash':
      return withTrailer(title, trailer);
    case 'merge':
      return withTrailer(`Merge ${step.task}: ${title}`, trailer);
    default:
      return unreachable(step);
  }
}

interface Easy {
  /** How many links it took, those that change nothing among them. */
  readonly count: number;
  readonly made: readonly { readonly task: TaskId; readonly commit: CommitId }[];
  readonly top: Top;
}

/** The links from the first on that need no merge within files, all made at once: nearly all of them where tasks keep out of each other's way. */
async function easyLinks(root: string, top: Top, links: readonly Link[]): Promise<Easy> {
  // a strategy makes merges alone, or none
  const pairs = links.flatMap(({ trees }) => trees ?? []);
  if (pairs.length < links.length) return { count: 0, made: [], top };
  const changes = await changesBetween(root, [...pairs, ...pairs.map(({ from }) => ({ from, to: top.tree }))]);
  let overlay: Overlay = new Map();
  const commits: (ImportedCommit & { readonly task: TaskId })[] = [];
  let count = 0;
  for (const { task, empty, message, author, committer } of links) {
    const [theirs = [], drift = []] = [changes[count], changes[pairs.length + count]];
    const own = isImportable(author) && isImportable(committer) ? pickByPaths({ theirs, drift, top: overlay }) : undefined;
    if (own === undefined) break;
    count += 1;
    overlay = withChanges(overlay, own);
    if (own.length > 0 || empty) commits.push({ task, message, author, committer, changes: own });
  }
  if (commits.length === 0) return { count, made: [], top };
  const { ids, tree } = await importCommits(root, top.commit, commits);
  const made = commits.map(({ task }, place) => ({ task, commit: ids[place] ?? top.commit }));
  return { count, made, top: { commit: ids.at(-1) ?? top.commit, tree } };
}

/** One link with git's own merge. */
async function apply(root: string, top: Top, link: Link): Promise<Top | { readonly paths: readonly string[] }> {
  const { from, to, empty, message, author, committer } = link;
  if (from === undefined) {
    const inside = await gitResult(root, ['merge-base', '--is-ancestor', to, top.commit]);
    if (inside.exitCode === 0) return top;
  }
  const merged = from === undefined ? await mergeCommits(root, top.commit, to) : await applyChange(root, top.tree, { from, to });
  if ('paths' in merged) return merged;
  if (from !== undefined && merged.tree === top.tree && !empty) return top;
  const parents = from === undefined ? [top.commit, to] : [top.commit];
  const commit = await writeCommit(root, { tree: merged.tree, parents, message, author, committer });
  return { commit, tree: merged.tree };
}

const PICKED = '(cherry picked from commit ';

/** The commits the target says it was given since the iteration began. */
async function pickedInto(root: string, tip: CommitId, base: CommitId): Promise<Set<CommitId>> {
  const messages = await git(root, ['log', '--format=%B', '--fixed-strings', `--grep=${PICKED}`, tip, `^${base}`]);
  return new Set([...messages.matchAll(/^\(cherry picked from commit ([0-9a-f]{40,64})\)$/gm)].map((match) => commitId(match[1] ?? '')));
}

function titleOf(plan: Plan, id: TaskId): string {
  return plan.tasks.find((task) => task.id === id)?.title ?? id;
}

/** The message with one more line among its trailers (git-interpret-trailers), unless it is there. */
function withTrailer(message: string, trailer: string): string {
  const lines = message.split('\n');
  if (lines.includes(trailer)) return `${message}\n`;
  const last = lines.at(-1) ?? '';
  const isTrailer = /^[A-Za-z][A-Za-z-]*: \S/.test(last) || last.startsWith(PICKED);
  return `${message}${isTrailer && message.includes('\n\n') ? '\n' : '\n\n'}${trailer}\n`;
}
