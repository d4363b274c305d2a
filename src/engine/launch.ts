/** The loop: observe, reduce, decide, perform, until nothing can run. Started again after any interruption it continues. */
import { join } from 'node:path';
import type { Action } from '../core/action.ts';
import { decide, wakeTime } from '../core/decide.ts';
import { addressed } from '../core/escalation.ts';
import type { TaskId } from '../core/ids.ts';
import { PERMISSIONS } from '../core/permission.ts';
import { taskOf } from '../core/plan.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { State } from '../core/state.ts';
import { allSettled } from '../core/state.ts';
import { unreachable } from '../core/unreachable.ts';
import { GitError, git } from '../effects/git.ts';
import { LockedError, acquire } from '../effects/lock.ts';
import { endShells } from '../effects/spawn-helper.ts';
import { reap } from '../effects/reap.ts';
import { withFreeRefs } from '../effects/stale-locks.ts';
import type { Watch } from '../effects/watch.ts';
import { watchFiles } from '../effects/watch.ts';
import { WorktreeError } from '../effects/worktree.ts';
import { removeFolder, writeExecutable } from '../effects/folder.ts';
import { hostName, processNumber } from '../effects/machine.ts';
import { attempt } from './attempt.ts';
import type { MailMemory } from './blockers.ts';
import { NO_MAIL, readMail } from './blockers.ts';
import { conditionsNow, reachCheckpoint, skip } from './checkpoint.ts';
import { ConflictWatch } from './conflict-watch.ts';
import { endContainers } from './containers.ts';
import type { Context } from './context.ts';
import { renderEscalations } from './escalations.ts';
import { expandTask, gather } from './growth.ts';
import { settleHalfDone } from './half-done.ts';
import { Health } from './health.ts';
import { inject } from './inject.ts';
import type { Iteration } from './iteration.ts';
import { MESSAGES_FILE, PLAN_FILE, logFile } from './iteration.ts';
import { judge } from './judge.ts';
import { postHandoff } from './messages.ts';
import { warnOfBudgets } from './budgets.ts';
import { collectOutbox } from './outbox.ts';
import { attemptCookie, iterationCookie, keepRef, launchLock, repositoryLock, temporariesOf } from './places.ts';
import { collectPermissions, forgetPermissions } from './permissions.ts';
import { pick } from './pick.ts';
import type { PlanMemory } from './plan-cells.ts';
import { rememberPlan, syncPlan } from './plan-cells.ts';
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

/** Milliseconds marked processes of a killed run get to end by themselves. */
const LEFTOVER_GRACE = 500;
/** Milliseconds between two looks at plan and log when no watcher reports anything. */
const AUDIT = 2000;
/** Milliseconds to wait for the repository while a hundred tasks make their worktrees, one after the other, on a slow machine: giving up would end the launch. */
const KEEP_PATIENCE = 10 * 60_000;
/** How often the plan is written at the end of a run when somebody keeps saving it at the same moment. */
const LAST_LOOKS = 10;

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

interface Work {
  readonly controller: AbortController;
  /** When the task had got into the state it was in as this began. */
  readonly since: string | undefined;
}

class Launch {
  readonly #run: Run;
  readonly #options: LaunchOptions;
  readonly #context: Context;
  /** Tasks something is being done for, each with the means to end it. */
  readonly #busy = new Map<TaskId, Work>();
  readonly #memory: PlanMemory;
  #mail: MailMemory = NO_MAIL;
  /** When the plan may be looked at again, on the clock of `performance`. */
  #nextSync = 0;
  #syncPutOff = false;
  #wake: () => void = () => {};
  #watch: Watch | undefined;
  #crash: unknown;
  #questions = '';
  readonly #conflicts: ConflictWatch;
  readonly #health: Health;

  constructor(run: Run, options: LaunchOptions, context: Context) {
    this.#run = run;
    this.#health = new Health(run, context);
    this.#options = options;
    this.#context = context;
    this.#memory = rememberPlan(run.iteration.directory);
    this.#conflicts = new ConflictWatch(run, context);
    context.signal.addEventListener('abort', () => this.#wake(), { once: true });
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
        const actions = decide(this.#run.plan, this.#run.state, this.#limits());
        let settled = await this.#acceptFirst(actions);
        for (const action of settled ? [] : actions) {
          await this.#perform(action);
          // what was recorded at once may have taken the ground from under the actions behind it: look again first
          settled = !this.#busy.has(action.task);
          if (settled) break;
        }
        if (this.#crash !== undefined) throw this.#crash;
        if (settled) continue;
        if (this.#busy.size === 0 && !this.#waits()) {
          if (!this.#syncPutOff) break;
          // an edit nobody has looked at yet may be another task
          this.#nextSync = 0;
          continue;
        }
        await woken;
      }
      return await this.#finish();
    } finally {
      for (const { controller } of this.#busy.values()) controller.abort('iter ended');
      // an agent is ended with everything it started before iter goes, whatever made it go
      while (this.#busy.size > 0) await this.#wakenedByWork();
      await watch.close();
    }
  }

  /** Ends what an earlier run left behind before anything new starts. */
  async #begin(): Promise<void> {
    const { iteration } = this.#run;
    const left = await reap(iterationCookie(iteration), LEFTOVER_GRACE);
    if (left > 0) this.#context.say(`ended ${left} ${left === 1 ? 'process' : 'processes'} an earlier run had left behind`);
    const containers = await endContainers(iteration, this.#context);
    if (containers > 0)
      this.#context.say(`ended ${containers} ${containers === 1 ? 'container' : 'containers'} an earlier run had left behind`);
    removeFolder(temporariesOf(iteration));
    forgetPermissions(iteration);
    const { node, cli } = this.#context.program;
    // an image has a Node of its own, or none
    const text = `#!/bin/sh\n[ ! -x "${node}" ] || exec "${node}" "${cli}" "$@"\nexec node "${cli}" "$@"\n`;
    writeExecutable(join(iteration.directory, '.run', 'bin', 'iter'), text);
    await this.#run.record({ type: 'launch-started', pid: processNumber(), host: hostName(), maxParallel: this.#options.maxParallel });
  }

  /** Asked to stay while a person thinks, or something starts again by the clock. */
  #waits(): boolean {
    if (this.#options.wait === true && this.#run.state.decisions.length > 0) return true;
    return wakeTime(this.#run.plan, this.#run.state, this.#limits()) !== undefined;
  }

  #limits() {
    const { maxParallel, only } = this.#options;
    const now = this.#context.now().toISOString();
    return {
      maxParallel,
      now,
      busy: new Set(this.#busy.keys()),
      conditions: conditionsNow(this.#run),
      ...(only === undefined ? {} : { only }),
    };
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
    await this.#syncPlan();
    await this.#collect();
    this.#mail = await readMail(this.#run, this.#mail, this.#context);
    await closeTimeBoxes(this.#run, this.#context);
    await warnOfBudgets(this.#run, this.#context);
    this.#drawQuestions();
    this.#conflicts.look();
    await this.#health.look((task, why) => this.#busy.get(task)?.controller.abort(why));
    for (const [id, { controller, since }] of this.#busy) {
      const task = this.#run.state.tasks[id];
      if (task === undefined) continue;
      const { name } = task.phase;
      if (task.stop !== undefined && name === 'running') controller.abort('stopped by a person');
      // a rejection, a conflict or a person took away what it works on
      if ((name === 'waiting' || name === 'rejected' || name === 'skipped') && task.since !== since) controller.abort('it starts over');
    }
  }

  /** Files for people who are asked, whenever there is a new question or answer. */
  #drawQuestions(): void {
    const open = this.#run.state.decisions.map((one) => one.id).join(' ');
    if (open !== this.#questions) renderEscalations(this.#run);
    this.#questions = open;
  }

  /** Takes in what running agents have left in their outboxes since the last look. */
  async #collect(): Promise<void> {
    for (const id of this.#busy.keys()) {
      const current = this.#run.state.tasks[id];
      if (current?.phase.name !== 'running' || current.worktree === undefined) continue;
      this.#watch?.add([join(current.worktree, '.iter', 'outbox'), join(current.worktree, '.iter', 'out')]);
      const task = taskOf(this.#run.plan, id);
      await collectOutbox(this.#run, task, { worktree: current.worktree, running: true }, this.#context);
      if (task.permission === 'ask') await collectPermissions(this.#run, task, this.#context);
    }
  }

  /**
   * Looks at the plan, unless that was done a moment ago: with hundreds of tasks a look takes a while, and of a burst of events the last one shows them all.
   * A look takes at most a tenth of the time; what is put off is done before anything ends.
   */
  async #syncPlan(): Promise<void> {
    const started = performance.now();
    if (started < this.#nextSync) {
      if (!this.#syncPutOff) setTimeout(() => this.#wake(), this.#nextSync - started).unref();
      this.#syncPutOff = true;
      return;
    }
    this.#syncPutOff = false;
    await syncPlan(this.#run, this.#context, this.#memory);
    const took = performance.now() - started;
    this.#nextSync = started + took * 10;
  }

  async #perform(action: Action): Promise<void> {
    const run = this.#run;
    const number = run.state.tasks[action.task]?.attempt ?? 0;
    switch (action.do) {
      case 'start':
        if (action.probes !== undefined) await run.record({ type: 'limit-probed', provider: action.probes, task: action.task });
        return this.#inBackground(action.task, (context) => this.#begins(taskOf(run.plan, action.task), action.attempt, context));
      case 'check':
        return this.#inBackground(action.task, (context) => judge(run, taskOf(run.plan, action.task), context));
      case 'recover':
        return this.#inBackground(action.task, async () => {
          await reap(attemptCookie(run.iteration, action.task, number), LEFTOVER_GRACE);
          await run.record({ type: 'attempt-interrupted', task: action.task, attempt: number, reason: 'iter was ended while it ran' });
        });
      case 'accept':
        return this.#accept([action.task]);
      case 'send-back':
        this.#context.say(
          `${action.task}: attempt ${number} did not pass: ${action.failures.map((failure) => `${failure.id}: ${failure.message}`).join('; ')}`,
        );
        return run.record({
          type: 'task-sent-back',
          task: action.task,
          attempt: number,
          failures: action.failures,
          ...(action.until === undefined ? {} : { until: action.until }),
        });
      case 'reject':
        this.#context.say(
          `${action.task}: rejected (${action.rejection}); back to ${action.goto.join(', ')}: ${action.findings.map((finding) => finding.title).join('; ')}`,
        );
        return run.record({
          type: 'review-rejected',
          task: action.task,
          attempt: number,
          rejection: action.rejection,
          goto: action.goto,
          reset: action.reset,
          findings: action.findings,
          ...(action.fresh ? { fresh: true } : {}),
        });
      case 'inject':
        return this.#inBackground(action.task, (context) => inject(run, taskOf(run.plan, action.task), action.attempt, context));
      case 'expand':
        return this.#inBackground(action.task, (context) => expandTask(run, taskOf(run.plan, action.task), context));
      case 'gather':
        return this.#inBackground(action.task, (context) => gather(run, taskOf(run.plan, action.task), action.attempt, context));
      case 'pick':
        return this.#inBackground(action.task, (context) => pick(run, taskOf(run.plan, action.task), action.attempt, context));
      case 'skip':
        return this.#inBackground(action.task, (context) => skip(run, taskOf(run.plan, action.task), action.reason, context));
      case 'fail':
        this.#context.say(`${action.task}: failed: ${action.reason}`);
        return run.record({ type: 'task-failed', task: action.task, attempt: number, reason: action.reason });
      case 'ask':
        this.#context.say(`${action.task}: needs you: ${action.question}`);
        return run.record({
          type: 'decision-requested',
          id: action.id,
          kind: action.kind,
          task: action.task,
          question: action.question,
          options: action.options,
          ...(action.about === undefined ? {} : { beside: true, about: action.about }),
          ...(action.signIn === undefined ? {} : { signIn: action.signIn }),
        });
      case 'join':
        this.#context.say(`${action.task}: waits for ${action.id}, too`);
        return run.record({ type: 'decision-joined', id: action.id, task: action.task });
      default:
        return unreachable(action);
    }
  }

  #begins(task: PlannedTask, number: number, context: Context): Promise<void> {
    const { human } = task;
    if (human === undefined) return attempt(this.#run, task, number, context);
    return reachCheckpoint(this.#run, task, { attempt: number, human }, context);
  }

  /** Accepts what the list begins with, all at once: none of it is ground of another. False when it begins with something else. */
  async #acceptFirst(actions: readonly Action[]): Promise<boolean> {
    const other = actions.findIndex((action) => action.do !== 'accept');
    const ids = actions.slice(0, other === -1 ? actions.length : other).map(({ task }) => task);
    if (ids.length > 0) await this.#accept(ids);
    return ids.length > 0;
  }

  async #accept(ids: readonly TaskId[]): Promise<void> {
    const { iteration, state, plan } = this.#run;
    const works = ids.map((id) => {
      const current = state.tasks[id];
      if (current?.phase.name !== 'checked' || current.base === undefined) throw new Error(`${id} was not checked`);
      return { id, task: taskOf(plan, id), attempt: current.attempt, base: current.base, commit: current.phase.commit };
    });
    const lock = await acquire(repositoryLock(iteration.repository.gitDirectory), { wait: KEEP_PATIENCE, what: 'keep accepted work' });
    try {
      const input = works.map(({ id, commit }) => `update ${keepRef(iteration, id)} ${commit}\n`).join('');
      const { root } = iteration.repository;
      const refs = ids.map((id) => keepRef(iteration, id));
      await withFreeRefs(root, refs, () => git(root, ['update-ref', '--stdin'], { input }));
    } finally {
      lock.release();
    }
    // before the events: an iter that is ended in between does both again, and a message that stands is not posted twice
    for (const { task, base, commit } of works) await postHandoff(iteration, task, { base, head: commit }, this.#context);
    await this.#run.record(...works.map(({ id, attempt, commit }) => ({ type: 'task-accepted', task: id, attempt, commit }) as const));
    for (const { id, commit, attempt } of works)
      this.#context.say(`${id}: accepted at ${commit.slice(0, 10)} after ${attempt} ${attempt === 1 ? 'attempt' : 'attempts'}`);
  }

  #inBackground(id: TaskId, work: (context: Context) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    this.#busy.set(id, { controller, since: this.#run.state.tasks[id]?.since });
    const context = { ...this.#context, signal: AbortSignal.any([controller.signal, this.#context.signal]) };
    void work(context)
      .catch((error: unknown) => this.#trouble(id, error, context.signal))
      .catch((error: unknown) => {
        this.#crash = error;
      })
      .finally(() => {
        this.#busy.delete(id);
        this.#wake();
      });
    return Promise.resolve();
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

  async #finish(): Promise<LaunchResult> {
    while (this.#busy.size > 0) await this.#wakenedByWork();
    if (this.#crash !== undefined) throw this.#crash;
    await this.#conflicts.settled();
    await this.#conflicts.now();
    const outcome = this.#outcome();
    await this.#run.record({ type: 'launch-ended', outcome });
    // nobody comes by after this who would write what an edit at this moment kept out
    for (let look = 0; look < LAST_LOOKS; look += 1) if (await syncPlan(this.#run, this.#context, this.#memory)) break;
    await renderLog(this.#run.iteration);
    renderEscalations(this.#run);
    return { outcome, state: this.#run.state };
  }

  #wakenedByWork(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#busy.size === 0) resolve();
    });
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
