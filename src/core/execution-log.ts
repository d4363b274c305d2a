/** The rows of the plan's table "Actual Execution Log" (seed 004), derived from the state. Times are UTC. */
import { formatDuration } from './duration.ts';
import type { Plan } from './plan.ts';
import type { State } from './state.ts';
import { settledAt } from './state.ts';
import { wordFor } from './words.ts';

export const EXECUTION_LOG_HEADER = ['Task ID', 'Agent ID', 'Started', 'Completed', 'Actual Duration', 'Status', 'Notes'] as const;

/** One row for each task, in plan order; cells of what has not happened hold a dash. */
export function executionLog(plan: Plan, state: State): string[][] {
  return plan.tasks.map((task) => {
    const current = state.tasks[task.id];
    if (current?.started === undefined) return [task.id, task.instance, '-', '-', '-', 'Not Started', '-'];
    const done = settledAt(current) === undefined ? undefined : current.accepted;
    const duration = done === undefined ? '-' : formatDuration(Date.parse(done) - Date.parse(current.started));
    return [
      task.id,
      task.instance,
      minute(current.started),
      done === undefined ? '-' : minute(done),
      duration,
      wordFor(current.phase.name),
      notes(current.attempt, current.phase),
    ];
  });
}

function minute(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 16)}`;
}

function notes(attempt: number, phase: State['tasks'][string]['phase']): string {
  const attempts = attempt === 1 ? '1 attempt' : `${attempt} attempts`;
  return phase.name === 'failed' ? `${attempts}; ${phase.reason.split('\n')[0] ?? ''}` : attempts;
}
