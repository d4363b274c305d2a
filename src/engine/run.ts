/** A grip on a running iteration: the state in memory, kept equal to the log on disk. Whoever records through it sees what others appended, too. */
import type { EventOf, NewEvent } from '../core/event.ts';
import type { TaskId } from '../core/ids.ts';
import type { Surroundings } from '../core/foreign.ts';
import type { Plan } from '../core/plan.ts';
import type { Redactor } from '../core/redaction.ts';
import { EMPTY, reduce } from '../core/reduce.ts';
import type { State } from '../core/state.ts';
import { appendEvents } from '../effects/event-log.ts';
import { exists } from '../effects/folder.ts';
import { readTail } from '../effects/event-tail.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { logFile, startLog } from './iteration.ts';
import { redactorOf, withoutSecrets } from './redaction.ts';

/** The id under which the end of an agent counts for or against its work. */
export const agentCheck = (task: TaskId): string => `${task}.agent`;

/** The time in which a task runs: what was around it at the start, and how many tasks there were. */
export interface Window {
  readonly before: Surroundings;
  readonly tasks: number;
}

type Ending = EventOf<'attempt-ended'>;

export class Run {
  readonly #context: Context;
  readonly #endings = new Map<TaskId, Ending>();
  /** What was around the tasks that run now as they started; see foreign-writes.ts. */
  readonly windows = new Map<TaskId, Window>();
  /** The look around that goes on now, and the one that begins after it. */
  readonly looks: { current?: Promise<Surroundings>; next?: Promise<Surroundings>; opens?: true; rests?: number } = {};
  readonly #excused = new Set<TaskId>();
  readonly #archived = new Set<string>();
  readonly #committed = new Set<string>();
  #iteration: Iteration;
  #state: State = EMPTY;
  #offset = 0;
  #unwritten: NewEvent[] = [];
  #writing: Promise<void> | undefined;

  constructor(iteration: Iteration, context: Context) {
    this.#iteration = iteration;
    this.#context = context;
    if (!exists(logFile(iteration.directory))) startLog(iteration.directory, iteration.plan);
    this.refresh();
  }

  get iteration(): Iteration {
    return this.#iteration;
  }

  get plan(): Plan {
    return this.#iteration.plan;
  }

  get state(): State {
    return this.#state;
  }

  /** Takes secrets out of what is written down here. */
  get redactor(): Redactor {
    return redactorOf(this.#context);
  }

  /** How the last attempt of a task ended; none when a person did the work. */
  lastEnding(task: TaskId): Ending | undefined {
    return this.#endings.get(task);
  }

  /** True when the work of this attempt was judged before and a bad exit code of its agent did not count against it. */
  isExcused(task: TaskId): boolean {
    return this.#excused.has(task);
  }

  /** True when the log says what an archive ref is for. */
  isArchived(ref: string): boolean {
    return this.#archived.has(ref);
  }

  /** True when the log says that iter made this commit. */
  isCommitOnRecord(commit: string): boolean {
    return this.#committed.has(commit);
  }

  /** Takes over a plan a person has edited. */
  adopt(plan: Plan): void {
    this.#iteration = { ...this.#iteration, plan };
  }

  /** Appends events, in order and next to each other, and folds them. What is recorded while another append is under way goes to the disk together with the next. */
  record(...events: readonly NewEvent[]): Promise<void> {
    this.#unwritten.push(...events);
    this.#writing ??= this.#write();
    return this.#writing;
  }

  async #write(): Promise<void> {
    // whoever gets as far in this turn of the loop comes along: an append waits for the disk
    await new Promise((resolve) => setImmediate(resolve));
    const events = this.#unwritten.splice(0).map((event) => withoutSecrets(event, this.redactor));
    this.#writing = undefined;
    await appendEvents(logFile(this.#iteration.directory), events, this.#context.now().toISOString());
    this.refresh();
  }

  /** Folds what others have appended; true when there was something. */
  refresh(): boolean {
    const { events, offset } = readTail(logFile(this.#iteration.directory), this.#offset);
    this.#offset = offset;
    for (const event of events) {
      if (event.type === 'attempt-ended') this.#endings.set(event.task, event);
      if (event.type === 'attempt-prepared') {
        this.#endings.delete(event.task);
        this.#excused.delete(event.task);
      }
      if (event.type === 'checks-finished' && event.warnings.some((one) => one.id === agentCheck(event.task)))
        this.#excused.add(event.task);
      if (event.type === 'work-committed') this.#committed.add(event.commit);
      if (event.type === 'work-archived') this.#archived.add(event.ref);
      if (event.type === 'merge-conflicted' || event.type === 'landing-sent-back') this.#archived.add(event.archive);
      this.#state = reduce(this.#state, event);
    }
    return events.length > 0;
  }
}
