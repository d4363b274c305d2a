/** What rehearsals of a workflow have shown of it: which conditions, gates and people had their turn, and what was wanted and did not happen. */
import type { Event } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { Workflow } from '../core/workflow.ts';
import type { Pass } from './rehearse-passes.ts';

export interface Rehearsal {
  readonly workflow: string;
  readonly passes: number;
  /** Of how many each: reached of wanted. */
  readonly conditions: Covered;
  readonly gates: Covered;
  readonly checkpoints: Covered;
  /** What was wanted and did not happen, in sentences; none when all is well. */
  readonly missed: readonly string[];
}

export interface Covered {
  readonly reached: number;
  readonly wanted: number;
}

/** A pass as it went. */
export interface Played {
  readonly pass: Pass;
  readonly plan: Plan | undefined;
  readonly events: readonly Event[];
  readonly trouble?: string;
}

/** The steps that were done or asked in a pass, and so have had their turn to say no. */
export function spoken({ plan, events }: Played): string[] {
  const tasks = new Set(
    events.flatMap((event) => (event.type === 'task-accepted' || event.type === 'decision-requested' ? [event.task] : [])),
  );
  return (plan?.tasks ?? []).flatMap((task) => (tasks.has(task.id) ? [task.step] : []));
}

/** Sums up all passes of a workflow; `wanted` are the ways its conditions should have gone. */
export function coverage(
  name: string,
  workflow: Workflow,
  { wanted, played }: { wanted: readonly string[]; played: readonly Played[] },
): Rehearsal {
  const stepOf = (one: Played, id: string): string => one.plan?.tasks.find((task) => task.id === id)?.step ?? '';
  const happened = (pick: (event: Event, one: Played) => string[]): Set<string> =>
    new Set(played.flatMap((one) => one.events.flatMap((event) => pick(event, one))));
  const skipped = happened((event, one) => (event.type === 'task-skipped' ? [`${stepOf(one, event.task)}: false`] : []));
  // a person who is asked has been reached, whatever they answer
  const accepted = happened((event, one) =>
    event.type === 'task-accepted' || event.type === 'decision-requested' ? [`${stepOf(one, event.task)}: true`] : [],
  );
  const ways = wanted.filter((one) => skipped.has(one) || accepted.has(one));
  const gated = workflow.steps.filter((step) => step.gate !== undefined && step.human === undefined).map((step) => step.id);
  const rejections = happened((event, one) => (event.type === 'review-rejected' ? [stepOf(one, event.task)] : []));
  const people = workflow.steps
    .filter((step) => step.human !== undefined)
    .flatMap((step) => played.map((one) => `${step.id} in ${one.pass.environment}`));
  const reached = happened((event, one) =>
    event.type === 'task-accepted' || event.type === 'task-skipped' || event.type === 'decision-requested'
      ? [`${stepOf(one, event.task)} in ${one.pass.environment}`]
      : [],
  );
  const asked = [...new Set(people)];
  const count = (all: readonly string[], has: (one: string) => boolean): Covered => ({
    reached: all.filter(has).length,
    wanted: all.length,
  });
  return {
    workflow: name,
    passes: played.length,
    conditions: count(wanted, (one) => ways.includes(one)),
    gates: count(gated, (one) => rejections.has(one)),
    checkpoints: count(asked, (one) => reached.has(one)),
    missed: [
      ...played.flatMap((one) => (one.trouble === undefined ? [] : [`in the environment ${one.pass.environment}: ${one.trouble}`])),
      ...wanted.filter((one) => !ways.includes(one)).map((one) => `condition of ${one} never came about`),
      ...gated.filter((one) => !rejections.has(one)).map((one) => `the gate of ${one} never rejected`),
      ...asked.filter((one) => !reached.has(one)).map((one) => `the checkpoint ${one} was never reached`),
    ],
  };
}
