/** The alternatives of an iteration side by side, whatever became of them. Reads only. */
import type { Failure } from '../core/event.ts';
import type { TaskId } from '../core/ids.ts';
import type { Candidate } from '../core/pick.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { Phase } from '../core/state.ts';
import { figuresOf } from './candidates.ts';
import type { Iteration } from './iteration.ts';

export interface Way {
  /** As the workflow names it. */
  readonly id: string;
  readonly task: TaskId;
  readonly agent: string;
  readonly state: Phase['name'];
  readonly attempts: number;
  /** Checks that failed in its last attempt: of level must, and of the others. */
  readonly failures: readonly Failure[];
  readonly warnings: readonly Failure[];
  /** Absent while it has no ground to stand on. */
  readonly figures?: Pick<Candidate, 'files' | 'lines' | 'minutes' | 'outputs'>;
}

export interface Comparison {
  /** The step they are alternatives of. */
  readonly step: string;
  /** The task that takes one of them, if the workflow has one, and what it took. */
  readonly pick?: TaskId;
  readonly picked?: TaskId;
  readonly ways: readonly Way[];
}

/** One comparison for each step with alternatives, in plan order. */
export async function comparisons(iteration: Iteration): Promise<Comparison[]> {
  const { plan, state } = iteration;
  const all = plan.tasks.filter((task) => task.alternative !== undefined);
  const steps = [...new Set(all.map((task) => task.step))];
  return Promise.all(
    steps.map(async (step) => {
      const own = all.filter((task) => task.step === step);
      const pick = plan.tasks.find((task) => own.some((one) => task.pick?.among.includes(one.id)));
      const picked = pick === undefined ? undefined : state.tasks[pick.id]?.picked?.winner;
      return {
        step,
        ...(pick === undefined ? {} : { pick: pick.id }),
        ...(picked === undefined ? {} : { picked }),
        ways: await Promise.all(own.map((task) => wayOf(iteration, task))),
      };
    }),
  );
}

async function wayOf(iteration: Iteration, task: PlannedTask): Promise<Way> {
  const current = iteration.state.tasks[task.id];
  const found = await figuresOf(iteration, task.id);
  return {
    id: task.alternative ?? task.id,
    task: task.id,
    agent: task.agent,
    state: current?.phase.name ?? 'waiting',
    attempts: current?.attempt ?? 0,
    failures: failuresIn(current?.phase) ?? current?.failures ?? [],
    warnings: current?.warnings ?? [],
    ...(found === undefined ? {} : { figures: { files: found.files, lines: found.lines, minutes: found.minutes, outputs: found.outputs } }),
  };
}

/** Work that failed for good says so in its reason alone. */
function failuresIn(phase: Phase | undefined): readonly Failure[] | undefined {
  const own = phase?.name === 'superseded' ? phase.before : phase;
  if (own?.name === 'checked') return own.failures;
  return own?.name === 'failed' ? [{ id: 'failed', message: own.reason }] : undefined;
}
