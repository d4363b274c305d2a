/** Looks after running attempts: takes the marks that `core/stall.ts` compares, records when one stalls or stirs again, and ends one that was idle for too long. */
import { join } from 'node:path';
import { durationText } from '../core/duration.ts';
import type { TaskId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { TaskState } from '../core/state.ts';
import type { Marks, Watched } from '../core/stall.ts';
import { evidence, lastSign, looked, silence, watched } from '../core/stall.ts';
import { MARK } from '../effects/process.ts';
import { groupSeconds, markedSeconds } from '../effects/process-table.ts';
import { fileMark, worktreeMarks } from '../effects/worktree-marks.ts';
import { BeyondLimit } from '../executors/interruption.ts';
import type { Context } from './context.ts';
import { attemptCookie } from './places.ts';
import type { Run } from './run.ts';
import { sandboxOf } from './sandbox.ts';

/** Milliseconds between two looks at least. */
const INTERVAL = 1000;

interface Patient extends Watched {
  readonly attempt: number;
  readonly pid: number;
  /** A question about it is open, as far as is known here. */
  readonly asked: boolean;
  /** When more than the log was looked at last, on the clock of `performance`. */
  readonly examined: number;
}

/** The health of all attempts of one launch. */
export class Health {
  readonly #run: Run;
  readonly #context: Context;
  readonly #patients = new Map<TaskId, Patient>();
  #next = 0;

  constructor(run: Run, context: Context) {
    this.#run = run;
    this.#context = context;
  }

  /** Looks at every running attempt; `end` ends one. Looks that come too soon after the last are left out. */
  async look(end: (task: TaskId, why: BeyondLimit) => void): Promise<void> {
    const time = performance.now();
    if (time < this.#next) return;
    this.#next = time + INTERVAL;
    const { plan, state } = this.#run;
    for (const task of plan.tasks) {
      const current = state.tasks[task.id];
      // what is being stopped is nobody's question any more, and one that waits for a person is not stuck
      const asks = state.decisions.some((open) => open.kind === 'permission' && open.task === task.id);
      if (current?.phase.name === 'running' && current.stop === undefined && !asks)
        await this.#lookAt(task, { current, pid: current.phase.pid }, end);
      else this.#patients.delete(task.id);
    }
  }

  async #lookAt(
    task: PlannedTask,
    { current, pid }: { readonly current: TaskState; readonly pid: number },
    end: (task: TaskId, why: BeyondLimit) => void,
  ): Promise<void> {
    const now = this.#context.now().toISOString();
    const before = this.#patients.get(task.id);
    const known = before?.attempt === current.attempt && before.pid === pid ? before : undefined;
    // somebody has said that it is to go on as it is: the time runs anew
    const waits = known?.asked === true && current.stalled === undefined;
    const first = known === undefined || waits;
    const output = current.log === undefined ? '' : fileMark(join(this.#run.iteration.directory, current.log));
    const stallAfter = task.stallAfter ?? USUAL_STALL;
    // an agent that says something is at work: nothing else has to be looked at, and not all the time
    const quiet = known === undefined || output !== known.marks.output ? 0 : silence(known.signs, now);
    const time = performance.now();
    const patience = Math.min(stallAfter, task.idleTimeout ?? stallAfter);
    const due = quiet >= patience / 4 && time - (known?.examined ?? 0) >= patience / 20;
    const lastChance = quiet >= patience && current.stalled === undefined;
    const examine = !first && (due || lastChance);
    const marks = examine ? await this.#marks(task, { output, pid, current }) : { output };
    const seen = first ? watched(marks, now) : looked(known, marks, now);
    const asked = current.stalled !== undefined;
    const examined = examine ? time : (known?.examined ?? time);
    this.#patients.set(task.id, { ...seen, attempt: current.attempt, pid, asked, examined });
    const silent = silence(seen.signs, now);
    if (task.idleTimeout !== undefined && silent >= task.idleTimeout)
      return end(task.id, new BeyondLimit(`no sign of work for ${durationText(task.idleTimeout)}: ${evidence(seen.signs)}`));
    if (asked && silent < stallAfter) return this.#stirs(task, current.attempt);
    if (!asked && silent >= stallAfter) return this.#stalls(task, current.attempt, seen);
  }

  async #marks(task: PlannedTask, at: { output: string; pid: number; current: TaskState }): Promise<Marks> {
    const { iteration } = this.#run;
    const { attempt, worktree } = at.current;
    // what works in a container is no child of who has started it, and not to be seen where its engine is another machine
    const inContainer = sandboxOf(iteration, task, this.#context).by === 'container';
    const cpu = inContainer ? markedSeconds(`${MARK}=${attemptCookie(iteration, task.id, attempt)}\0`, at.pid) : groupSeconds(at.pid);
    const tree = worktree === undefined ? undefined : await worktreeMarks(iteration.repository.root, worktree);
    return { output: at.output, ...tree, ...(cpu === undefined ? {} : { cpu }) };
  }

  async #stalls(task: PlannedTask, attempt: number, { signs }: Watched): Promise<void> {
    const what = evidence(signs);
    const question = `${task.id} shows no sign of work: ${what}`;
    this.#context.say(`${task.id}: needs you: ${question}`);
    await this.#run.record(
      { type: 'task-stalled', task: task.id, attempt, since: lastSign(signs), evidence: what },
      {
        type: 'decision-requested',
        id: `${task.id}-stalled-${attempt}-${lastSign(signs).slice(11, 19).replaceAll(':', '')}`,
        kind: 'stall',
        task: task.id,
        question,
        options: [
          { id: 'wait', label: 'go on waiting; the time runs anew' },
          { id: 'restart', label: 'stop it, and start another attempt' },
          { id: 'abandon', label: 'stop it, and give up' },
        ],
      },
    );
  }

  async #stirs(task: PlannedTask, attempt: number): Promise<void> {
    this.#context.say(`${task.id}: goes on by itself`);
    await this.#run.record({ type: 'task-stirred', task: task.id, attempt });
  }
}

/** What counts as a stall where the workflow says nothing: ten minutes. */
const USUAL_STALL = 10 * 60_000;
