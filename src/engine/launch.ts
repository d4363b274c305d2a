/** The loop: observe, reduce, decide, perform, until nothing can run. Started again after any interruption it continues. */
import { join } from 'node:path';
import type { Action } from '../core/action.ts';
import { decide, wakeTime } from '../core/decide.ts';
import type { TaskId } from '../core/ids.ts';
import { PERMISSIONS } from '../core/permission.ts';
import { taskOf } from '../core/plan.ts';
import type { State } from '../core/state.ts';
import { allSettled } from '../core/state.ts';
import { writeExecutable } from '../effects/folder.ts';
import { acquire } from '../effects/lock.ts';
import { hostName, processNumber } from '../effects/machine.ts';
import { endShells } from '../effects/spawn-helper.ts';
import type { Watch } from '../effects/watch.ts';
import { watchFiles } from '../effects/watch.ts';
import { accept } from './accept.ts';
import { Background } from './background.ts';
import type { MailMemory } from './blockers.ts';
import { NO_MAIL, readMail } from './blockers.ts';
import { warnOfBudgets } from './budgets.ts';
import { conditionsNow } from './checkpoint.ts';
import { ConflictWatch } from './conflict-watch.ts';
import type { Context } from './context.ts';
import { renderEscalations } from './escalations.ts';
import { settleHalfDone } from './half-done.ts';
import { Health } from './health.ts';
import type { Iteration } from './iteration.ts';
import { MESSAGES_FILE, PLAN_FILE, logFile } from './iteration.ts';
import { endLeftovers } from './leftovers.ts';
import { collectOutbox } from './outbox.ts';
import { perform } from './perform.ts';
import { collectPermissions } from './permissions.ts';
import { launchLock } from './places.ts';
import { PlanPace } from './plan-pace.ts';
import { renderLog } from './reports.ts';
import { Run } from './run.ts';
import { closeTimeBoxes } from './time-boxes.ts';

export interface LaunchOptions {
  readonly maxParallel: number;
  readonly only?: ReadonlySet<TaskId>;
  /** Goes on waiting for answers when nothing else is to be done. */
  readonly wait?: boolean;
}

export interface LaunchResult {
  readonly outcome: 'done' | 'waiting' | 'failed' | 'stopped' | 'budget';
  readonly state: State;
}

/** Milliseconds between two looks at plan and log when no watcher reports anything. */
const AUDIT = 2000;

/** Runs an iteration until every task is accepted, a person is needed, or nothing can go on. Throws LockedError when another launch has it. */
export async function launch(iteration: Iteration, options: LaunchOptions, context: Context): Promise<LaunchResult> {
  const lock = await acquire(launchLock(iteration), { what: `iter launch ${iteration.name}` });
  try {
    const run = new Run(iteration, context);
    await settleHalfDone(run, context);
    return await new Launch(run, options, context).toTheEnd();
  } finally {
    lock.release();
    await endShells();
  }
}

class Launch {
  readonly #run: Run;
  readonly #options: LaunchOptions;
  readonly #context: Context;
  readonly #background: Background;
  readonly #plan: PlanPace;
  readonly #conflicts: ConflictWatch;
  readonly #health: Health;
  #mail: MailMemory = NO_MAIL;
  #wake: () => void = () => {};
  #watch: Watch | undefined;
  #questions = '';

  constructor(run: Run, options: LaunchOptions, context: Context) {
    const wake = (): void => this.#wake();
    this.#run = run;
    this.#options = options;
    this.#context = context;
    this.#background = new Background(run, context, wake);
    this.#plan = new PlanPace(run, context, wake);
    this.#conflicts = new ConflictWatch(run, context);
    this.#health = new Health(run, context);
    context.signal.addEventListener('abort', wake, { once: true });
  }

  async toTheEnd(): Promise<LaunchResult> {
    const { directory } = this.#run.iteration;
    await this.#begin();
    const watched = [PLAN_FILE, MESSAGES_FILE, 'feedback', PERMISSIONS].map((name) => join(directory, name));
    const watch = watchFiles([...watched, logFile(directory)], () => this.#wake());
    this.#watch = watch;
    try {
      while (!this.#context.signal.aborted) {
        const woken = this.#wakened();
        await this.#observe();
        const settled = await this.#performAll(decide(this.#run.plan, this.#run.state, this.#limits()));
        this.#background.throwCrash();
        if (settled) continue;
        if (this.#background.tasks.size === 0 && !this.#waits()) {
          // an edit nobody has looked at yet may be another task
          if (this.#plan.hurry()) continue;
          break;
        }
        await woken;
      }
      return await this.#finish();
    } finally {
      this.#background.endAll('iter ended');
      // an agent is ended with everything it started before iter goes, whatever made it go
      await this.#background.settled();
      await watch.close();
    }
  }

  async #begin(): Promise<void> {
    const { iteration } = this.#run;
    await endLeftovers(iteration, this.#context);
    const { node, cli } = this.#context.program;
    // an image has a Node of its own, or none
    const text = `#!/bin/sh\n[ ! -x "${node}" ] || exec "${node}" "${cli}" "$@"\nexec node "${cli}" "$@"\n`;
    writeExecutable(join(iteration.directory, '.run', 'bin', 'iter'), text);
    await this.#run.record({ type: 'launch-started', pid: processNumber(), host: hostName(), maxParallel: this.#options.maxParallel });
  }

  /** Resolves when a watcher, the end of some work, an abort or the slow audit asks for another round. */
  #wakened(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, AUDIT);
      timer.unref();
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #observe(): Promise<void> {
    this.#run.refresh();
    await this.#plan.look();
    await this.#collect();
    this.#mail = await readMail(this.#run, this.#mail, this.#context);
    await closeTimeBoxes(this.#run, this.#context);
    await warnOfBudgets(this.#run, this.#context);
    this.#drawQuestions();
    this.#conflicts.look();
    await this.#health.look((task, why) => this.#background.end(task, why));
    this.#background.endObsolete();
  }

  /** Takes in what running agents have left in their outboxes since the last look. */
  async #collect(): Promise<void> {
    for (const id of this.#background.tasks) {
      const current = this.#run.state.tasks[id];
      if (current?.phase.name !== 'running' || current.worktree === undefined) continue;
      this.#watch?.add([join(current.worktree, '.iter', 'outbox'), join(current.worktree, '.iter', 'out')]);
      const task = taskOf(this.#run.plan, id);
      await collectOutbox(this.#run, task, { worktree: current.worktree, running: true }, this.#context);
      if (task.permission === 'ask') await collectPermissions(this.#run, task, this.#context);
    }
  }

  /** Files for people who are asked, whenever there is a new question or answer. */
  #drawQuestions(): void {
    const open = this.#run.state.decisions.map((one) => one.id).join(' ');
    if (open !== this.#questions) renderEscalations(this.#run);
    this.#questions = open;
  }

  #limits() {
    const { maxParallel, only } = this.#options;
    const now = this.#context.now().toISOString();
    return {
      maxParallel,
      now,
      busy: this.#background.tasks,
      conditions: conditionsNow(this.#run),
      ...(only === undefined ? {} : { only }),
    };
  }

  /** True when something was recorded at once: it may have taken the ground from under the actions behind it, so look again first. */
  async #performAll(actions: readonly Action[]): Promise<boolean> {
    // what the list begins with is accepted all at once: none of it is ground of another
    const other = actions.findIndex((action) => action.do !== 'accept');
    const accepted = actions.slice(0, other === -1 ? actions.length : other).map(({ task }) => task);
    if (accepted.length > 0) {
      await accept(this.#run, accepted, this.#context);
      return true;
    }
    for (const action of actions) {
      await perform(action, { run: this.#run, background: this.#background }, this.#context);
      if (!this.#background.has(action.task)) return true;
    }
    return false;
  }

  /** Asked to stay while a person thinks, or something starts again by the clock. */
  #waits(): boolean {
    if (this.#options.wait === true && this.#run.state.decisions.length > 0) return true;
    return wakeTime(this.#run.plan, this.#run.state, this.#limits()) !== undefined;
  }

  async #finish(): Promise<LaunchResult> {
    await this.#background.settled();
    this.#background.throwCrash();
    await this.#conflicts.settled();
    await this.#conflicts.now();
    const outcome = this.#outcome();
    await this.#run.record({ type: 'launch-ended', outcome });
    await this.#plan.last();
    await renderLog(this.#run.iteration);
    renderEscalations(this.#run);
    return { outcome, state: this.#run.state };
  }

  #outcome(): LaunchResult['outcome'] {
    if (this.#context.signal.aborted) return 'stopped';
    const { state, plan } = this.#run;
    if (allSettled(plan.tasks, state)) return 'done';
    if (state.decisions.some((open) => open.kind === 'budget')) return 'budget';
    if (state.decisions.length > 0) return 'waiting';
    return plan.tasks.some((task) => state.tasks[task.id]?.phase.name === 'failed') ? 'failed' : 'done';
  }
}
