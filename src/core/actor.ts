/** Who does a task: an agent in a role, a command, or a person; and under which condition. */
import type { HumanMode, HumanStep } from './human.ts';
import { modeIn } from './human.ts';
import type { TaskId } from './ids.ts';
import type { Checkpoint, PlannedTask } from './plan.ts';
import { substitute, type Values } from './substitute.ts';
import type { Environment, Step } from './workflow.ts';

export interface Surroundings {
  /** Agent for steps that name none. */
  readonly agent: string;
  readonly environment: string;
  /** What the environment says of people in general. */
  readonly human: Environment;
  /** The tasks of a step. */
  readonly tasksOf: (step: string) => readonly TaskId[];
  /** What the question may name. */
  readonly values: Values;
}

/** The part of a planned task that says who does it, and when. */
export function actorOf(step: Step, around: Surroundings): Pick<PlannedTask, 'agent' | 'human' | 'pick' | 'when'> {
  const when = step.when === undefined ? {} : { when: step.when };
  if (step.run !== undefined) return { agent: `command:${step.run}`, ...when };
  if (step.pick !== undefined) {
    const { from, ...rule } = step.pick;
    return { agent: 'manual', pick: { ...rule, among: around.tasksOf(from) }, ...when };
  }
  if (step.human === undefined) return { agent: step.agent ?? around.agent, ...when };
  const { ask, who, show, may } = step.human;
  const mode: HumanMode = modeIn(step.human, around.environment, around.human.human);
  const human = {
    ask: substitute(ask, around.values).text,
    show: show.flatMap(around.tasksOf),
    mode,
    may,
    ...(who === undefined ? {} : { who: substitute(who, around.values).text }),
    ...timeBox(step.human, around.human),
    ...(step.gate === undefined ? {} : { goto: step.gate.goto }),
  };
  return { agent: 'manual', human, ...when };
}

/** The time box of a step, else that of its environment. */
function timeBox(step: HumanStep, environment: Environment): Pick<Checkpoint, 'timeout' | 'onTimeout'> {
  const timeout = step.timeout ?? environment.timeout;
  if (timeout === undefined) return {};
  return { timeout, onTimeout: step.onTimeout ?? environment.onTimeout ?? 'pause' };
}

/** Whether an agent in a role does the step, and not a person, a command or a rule. */
export function hasAgent({ human, run, pick }: Pick<Step, 'human' | 'run' | 'pick'>): boolean {
  return human === undefined && run === undefined && pick === undefined;
}
