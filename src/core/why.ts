/** Why a task is in the state it is in, with the evidence and its age: what `iter monitor --why T2` prints. */
import { formatDuration } from './duration.ts';
import { waitingFor } from './sign-in.ts';
import type { Snapshot, TaskView } from './view.ts';

/** A few lines; `now` in milliseconds. */
export function whyText(view: Snapshot, task: TaskView, now: number): string {
  const age = task.attempt === 0 && task.state === 'waiting' ? '' : `, for ${formatDuration(now - Date.parse(task.since))}`;
  const open = view.decisions.filter((decision) => waitingFor(decision).includes(task.id));
  return [
    `${task.id} is ${task.state}${age} (attempt ${task.attempt}, ${task.word} in the plan)`,
    ...(task.reason === undefined ? [] : [`  ${task.reason}`]),
    ...(task.blockedBy.length === 0 ? [] : [`  needs ${task.blockedBy.join(', ')}`]),
    ...open.flatMap((decision) => [
      `  ${decision.id}, for ${formatDuration(now - Date.parse(decision.since))}: ${decision.question}`,
      ...decision.options.map((option) => `    iter decide ${decision.id} --option ${option.id}    ${option.label}`),
    ]),
    ...(task.log === undefined ? [] : [`  log: ${task.log}`]),
  ].join('\n');
}
