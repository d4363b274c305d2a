/** Sees while agents work which branches will not go together, long before a landing: the matrix of all pairs, made anew when a branch has moved. */
import type { CommitId, TaskId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import { upstreamTasks } from '../core/plan.ts';
import { conflictMatrix, type Head } from '../effects/conflict-matrix.ts';
import { git } from '../effects/git.ts';
import type { Context } from './context.ts';
import type { Run } from './run.ts';

/** Milliseconds between two looks. */
const INTERVAL = 5000;

export class ConflictWatch {
  readonly #run: Run;
  readonly #context: Context;
  #looked = Number.NEGATIVE_INFINITY;
  #heads = '';
  #at: Promise<void> | undefined;

  constructor(run: Run, context: Context) {
    this.#run = run;
    this.#context = context;
  }

  /** Starts a look when it is time for one; it goes on beside everything else. */
  look(): void {
    const now = this.#context.now().getTime();
    if (this.#at !== undefined || now - this.#looked < INTERVAL) return;
    this.#looked = now;
    this.#at = this.now()
      // a branch that vanishes while git reads it is no reason to end a run; the next look sees how it is then
      .catch(() => {})
      .finally(() => (this.#at = undefined));
  }

  /** Looks now, and records what has changed. */
  async now(): Promise<void> {
    const heads = await headsOf(this.#run);
    const names = heads.map(({ id, commit }) => `${id} ${commit}`).join('\n');
    if (names === this.#heads) return;
    this.#heads = names;
    const related = relatedPairs(this.#run);
    const found = (await conflictMatrix(this.#run.iteration.repository.root, heads)).filter(({ a, b }) => !related.has(`${a} ${b}`));
    const conflicts = found.map(({ a, b, paths }) => ({ a: a as TaskId, b: b as TaskId, paths }));
    if (JSON.stringify(conflicts) === JSON.stringify(this.#run.state.foreseen ?? [])) return;
    await this.#run.record({ type: 'conflicts-foreseen', conflicts });
    for (const { a, b, paths } of conflicts)
      this.#context.say(`${a} and ${b} would conflict in ${paths.join(', ')}; the later one will have to go together with the other`);
  }

  /** Waits for a look that is under way. */
  async settled(): Promise<void> {
    await this.#at;
  }
}

/** The branches with work that has not landed: accepted heads, and what running tasks have committed so far. */
async function headsOf(run: Run): Promise<Head[]> {
  const { plan, state, iteration } = run;
  const listed = await git(iteration.repository.root, [
    'for-each-ref',
    '--format=%(refname) %(objectname)',
    `refs/heads/iter/${iteration.name}`,
  ]);
  const branches = new Map(listed.split('\n').map((line) => line.split(' ') as [string, string]));
  return plan.tasks.flatMap((task): Head[] => {
    const current = state.tasks[task.id];
    const name = current?.phase.name;
    if (current?.base === undefined || name === 'merged' || name === 'skipped' || name === 'superseded' || name === 'waiting') return [];
    const accepted: CommitId | undefined = current.phase.name === 'accepted' ? current.phase.commit : undefined;
    const branch = branches.get(task.branch);
    const commit = accepted ?? (branch === undefined ? undefined : commitId(branch));
    return commit === undefined || commit === current.base ? [] : [{ id: task.id, base: current.base, commit }];
  });
}

/** Pairs that say nothing: one stands on the other, or both are ways of the same work. */
function relatedPairs({ plan }: Run): Set<string> {
  const pairs = new Set<string>();
  for (const task of plan.tasks) {
    for (const other of upstreamTasks(plan, task)) for (const pair of [`${task.id} ${other.id}`, `${other.id} ${task.id}`]) pairs.add(pair);
    if (task.alternative === undefined) continue;
    for (const other of plan.tasks) if (other.step === task.step) pairs.add(`${task.id} ${other.id}`);
  }
  return pairs;
}
