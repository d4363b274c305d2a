/** What a launch has under way: for which tasks something is being done, how that is ended, and what becomes of it when it goes wrong. */
import { addressed } from '../core/escalation.ts';
import type { TaskId } from '../core/ids.ts';
import { GitError } from '../effects/git.ts';
import { LockedError } from '../effects/lock.ts';
import { WorktreeError } from '../effects/worktree-place.ts';
import type { Context } from './context.ts';
import type { Run } from './run.ts';

interface Work {
  readonly controller: AbortController;
  /** When the task had got into the state it was in as this began. */
  readonly since: string | undefined;
  /** Never rejects. */
  readonly over: Promise<void>;
}

/** The works of one launch, at most one for a task. */
export class Background {
  readonly #run: Run;
  readonly #context: Context;
  readonly #onEnd: () => void;
  readonly #works = new Map<TaskId, Work>();
  #crash: unknown;

  /** `onEnd` is called whenever a work is over. */
  constructor(run: Run, context: Context, onEnd: () => void) {
    this.#run = run;
    this.#context = context;
    this.#onEnd = onEnd;
  }

  get tasks(): ReadonlySet<TaskId> {
    return new Set(this.#works.keys());
  }

  has(id: TaskId): boolean {
    return this.#works.has(id);
  }

  /** Begins to do something for a task; the context it gets ends with the launch, or before. */
  begin(id: TaskId, work: (context: Context) => Promise<void>): void {
    const controller = new AbortController();
    const context = { ...this.#context, signal: AbortSignal.any([controller.signal, this.#context.signal]) };
    const since = this.#run.state.tasks[id]?.since;
    const over = work(context)
      .catch((error: unknown) => this.#trouble(id, error, context.signal))
      .catch((error: unknown) => {
        this.#crash = error;
      })
      .finally(() => {
        this.#works.delete(id);
        this.#onEnd();
      });
    this.#works.set(id, { controller, since, over });
  }

  /** Ends what is done for a task, if anything is. */
  end(id: TaskId, why: unknown): void {
    this.#works.get(id)?.controller.abort(why);
  }

  /** Ends what a person has stopped, and what is done for tasks that start over. */
  endObsolete(): void {
    for (const [id, { controller, since }] of this.#works) {
      const task = this.#run.state.tasks[id];
      if (task === undefined) continue;
      const { name } = task.phase;
      if (task.stop !== undefined && name === 'running') controller.abort('stopped by a person');
      // a rejection, a conflict or a person took away what it works on
      if ((name === 'waiting' || name === 'rejected' || name === 'skipped') && task.since !== since) controller.abort('it starts over');
    }
  }

  endAll(why: string): void {
    for (const { controller } of this.#works.values()) controller.abort(why);
  }

  /** Resolves when nothing is under way any more, whatever came of it. */
  async settled(): Promise<void> {
    await Promise.all([...this.#works.values()].map(({ over }) => over));
  }

  /** Throws what a work has come to grief with by a mistake of ours. */
  throwCrash(): void {
    if (this.#crash !== undefined) throw this.#crash;
  }

  /** The world refused (git, a lock, something in the place of a worktree): a person hears of it. Anything else is our mistake and ends the run. */
  async #trouble(id: TaskId, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    if (!(error instanceof GitError) && !(error instanceof LockedError) && !(error instanceof WorktreeError)) throw error;
    const number = this.#run.state.tasks[id]?.attempt ?? 0;
    this.#context.say(`${id}: ${error.message}`);
    await this.#run.record({
      type: 'decision-requested',
      id: `${id}-trouble-${number}-${this.#run.state.decisions.length}`,
      kind: 'escalation',
      task: id,
      question: addressed(this.#run.plan.escalation, error.message),
      options: [
        { id: 'again', label: 'try again' },
        { id: 'fail', label: 'give up' },
      ],
    });
  }
}
