/** Appends to INTER_AGENT_MESSAGES.md: one write per message, nothing before it is touched. */
import { join } from 'node:path';
import type { CommitId } from '../core/ids.ts';
import type { PlannedTask } from '../core/plan.ts';
import { appendText } from '../effects/folder.ts';
import { changedPaths, commitsBetween } from '../effects/git-facts.ts';
import type { Message } from '../files/messages.ts';
import { renderMessage } from '../files/messages.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { MESSAGES_FILE } from './iteration.ts';

/** Posts a message as it is. */
export async function postMessage(iteration: Iteration, message: Message): Promise<void> {
  await appendText(join(iteration.directory, MESSAGES_FILE), renderMessage(message));
}

/** The handoff of an accepted task, with figures from git and not from the agent (seed 004, section 6). */
export async function postHandoff(
  iteration: Iteration,
  task: PlannedTask,
  work: { base: CommitId; head: CommitId },
  context: Context,
): Promise<void> {
  const { root } = iteration.repository;
  const commits = await commitsBetween(root, work.base, work.head);
  const paths = await changedPaths(root, work.base, work.head);
  const downstream = iteration.plan.tasks.filter((other) => other.needs.includes(task.id)).map((other) => other.instance);
  const files = paths.slice(0, 10).join(', ') + (paths.length > 10 ? ` and ${paths.length - 10} more` : '');
  const text = [
    `Branch: ${task.branch.replace('refs/heads/', '')}`,
    `Commits: ${commits.length}, head ${work.head.slice(0, 10)}`,
    `Files changed: ${paths.length === 0 ? 'none' : files}`,
    `Artefacts: ${task.deliverables.map((deliverable) => deliverable.path).join(', ') || 'none'}`,
    'Validation: every MUST criterion of the task passed when iter ran it on that commit.',
  ].join('\n');
  await postMessage(iteration, {
    from: task.instance,
    to: downstream.length === 1 ? (downstream[0] ?? 'Orchestrator') : downstream.length === 0 ? 'Orchestrator' : 'All',
    type: 'Handoff',
    task: task.id,
    timestamp: context.now().toISOString(),
    status: 'Sent',
    text,
  });
}
