/** How often a launch looks at the plan: with hundreds of tasks a look takes a while, and of a burst of events the last one shows them all. */
import type { Context } from './context.ts';
import type { PlanMemory } from './plan-cells.ts';
import { rememberPlan, syncPlan } from './plan-cells.ts';
import type { Run } from './run.ts';

/** How often the plan is written at the end of a run when somebody keeps saving it at the same moment. */
const LAST_LOOKS = 10;

/** The looks of one launch at its plan: they take at most a tenth of the time. */
export class PlanPace {
  readonly #run: Run;
  readonly #context: Context;
  readonly #wake: () => void;
  readonly #memory: PlanMemory;
  /** When the plan may be looked at again, on the clock of `performance`. */
  #next = 0;
  #putOff = false;
  #timer: NodeJS.Timeout | undefined;

  /** `wake` is called when the time has come for a look that was put off. */
  constructor(run: Run, context: Context, wake: () => void) {
    this.#run = run;
    this.#context = context;
    this.#wake = wake;
    this.#memory = rememberPlan(run.iteration.directory);
  }

  /** Looks at the plan, unless that was done a moment ago. */
  async look(): Promise<void> {
    const started = performance.now();
    if (started < this.#next) {
      this.#putOff = true;
      this.#timer ??= setTimeout(() => this.#come(), this.#next - started).unref();
      return;
    }
    this.#putOff = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await syncPlan(this.#run, this.#context, this.#memory);
    const took = performance.now() - started;
    this.#next = started + took * 10;
  }

  /** True when there may be an edit nobody has looked at yet: then the next look is not put off. */
  hurry(): boolean {
    if (this.#putOff) this.#next = 0;
    return this.#putOff;
  }

  /** A timer may go off a moment early: the look it was set for is not put off again. */
  #come(): void {
    this.#timer = undefined;
    this.#next = 0;
    this.#wake();
  }

  /** Nobody comes by afterwards who would write what an edit at this moment kept out. */
  async last(): Promise<void> {
    for (let look = 0; look < LAST_LOOKS; look += 1) if (await syncPlan(this.#run, this.#context, this.#memory)) return;
  }
}
