/** Puts a blocker in the way of a task, as `iter block` and the tool `block` do: the message that says so, and its place in the log. */
import { taskId, type TaskId } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import { BLOCKER_KINDS, BLOCKER_SEVERITIES, type RaisedBlocker } from '../core/open-blockers.ts';
import type { Problem } from '../core/problem.ts';
import { blockerText } from '../files/blocker-text.ts';
import { MESSAGE_PRIORITIES } from '../files/messages.ts';
import { raise } from './blockers.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { postMessage } from './messages.ts';
import { redactorOf } from './redaction.ts';

export interface Obstacle {
  readonly task: string | undefined;
  readonly by: string;
  readonly text: string;
  /** What would clear it. */
  readonly needs: string;
  /** In any case of letters, as the type. */
  readonly severity: string;
  readonly type: string;
  readonly escalate: boolean;
}

type Raised = { readonly id: string; readonly task: TaskId; readonly severity: RaisedBlocker['severity'] };

/** Raises it, or gives everything that is wrong with it. */
export async function block(
  iteration: Iteration,
  obstacle: Obstacle,
  context: Context,
): Promise<Raised | { readonly problems: readonly Problem[] }> {
  const { task: named, by, type } = obstacle;
  const ids = iteration.plan.tasks.map(({ id }) => id);
  const severity = BLOCKER_SEVERITIES.find((one) => one === obstacle.severity.toLowerCase());
  const kind = BLOCKER_KINDS.find((one) => one.toLowerCase() === type.toLowerCase());
  const text = obstacle.text.trim();
  const problems = [
    ...(severity === undefined
      ? [{ what: `unknown severity "${obstacle.severity}"`, fix: didYouMean(obstacle.severity, BLOCKER_SEVERITIES) }]
      : []),
    ...(kind === undefined ? [{ what: `unknown type "${type}"`, fix: didYouMean(type, BLOCKER_KINDS) }] : []),
    ...(text === '' ? [{ what: 'it is not said what stands in the way', fix: 'say it with -m' }] : []),
    ...(named === undefined ? [{ what: 'no task is named', fix: 'give --task T2, or set ITER_TASK' }] : []),
    ...(named === undefined || ids.some((id) => id === named)
      ? []
      : [{ what: `there is no task "${named}"`, fix: didYouMean(named, ids) }]),
  ];
  if (severity === undefined || kind === undefined || named === undefined || problems.length > 0) return { problems };
  const { text: redacted } = redactorOf(context);
  const words = { severity, kind, text: redacted(text), needed: redacted(obstacle.needs.trim()), escalate: obstacle.escalate };
  const task = taskId(named);
  const id = await postMessage(iteration, {
    from: by,
    to: 'Orchestrator',
    type: 'Blocker',
    task,
    timestamp: context.now().toISOString(),
    status: 'Sent',
    priority: MESSAGE_PRIORITIES.find((one) => one.toLowerCase() === severity) ?? 'Medium',
    text: blockerText(words),
  });
  await raise(iteration, { id, task, by, ...words }, context);
  return { id, task, severity };
}
