/** Brings questions of agents that ask before they act to a person, and the answers back: files of `.run/permissions/`, which its program and the launch share. */
import { join } from 'node:path';
import { agentOf } from '../core/transport.ts';
import { PERMISSIONS, answerFile, isRequestOf, permissionQuestion, readRequest } from '../core/permission.ts';
import type { PlannedTask } from '../core/plan.ts';
import { plainFiles } from '../effects/outbox-files.ts';
import { removeFolder } from '../effects/folder.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import type { Run } from './run.ts';

/** Larger files are no questions, in bytes. */
const MOST = 64 * 1024;

const permissionFolder = ({ directory }: Pick<Iteration, 'directory'>): string => join(directory, PERMISSIONS);

/** Puts each new question of the running attempt on record, hands on what people said, and closes what is asked no more. */
export async function collectPermissions(run: Run, task: PlannedTask, context: Context): Promise<void> {
  const folder = permissionFolder(run.iteration);
  const { attempt = 0 } = run.state.tasks[task.id] ?? {};
  const files = plainFiles(folder, MOST);
  const requests = files.filter(({ name }) => isRequestOf(name, { task: task.id, attempt }));
  for (const { name, text } of requests) {
    const said = run.state.permissions?.[name];
    const isAnswered = files.some((file) => file.name === answerFile(name));
    if (said !== undefined && !isAnswered) writeAtomic(join(folder, answerFile(name)), `${said.option}\n`);
    if (said === undefined && !isOpen(run, name)) await ask(run, task, { name, text }, context);
  }
  const open = run.state.decisions.filter((one) => one.kind === 'permission' && one.task === task.id);
  for (const { id } of open.filter((one) => requests.every(({ name }) => name !== one.about)))
    await run.record({ type: 'decision-made', id, option: 'deny', by: task.instance, reason: 'it does not ask any more' });
}

const isOpen = (run: Run, name: string): boolean => run.state.decisions.some((one) => one.about === name);

async function ask(
  run: Run,
  task: PlannedTask,
  { name, text }: { readonly name: string; readonly text: string },
  context: Context,
): Promise<void> {
  const asked = readRequest(text);
  // whoever wrote that is no agent that waits for an answer
  if (asked === undefined) return;
  const question = permissionQuestion(task.id, asked);
  const before = run.state.asked.filter((id) => id.startsWith(`${task.id}-permission-`)).length;
  context.say(`${task.id}: needs you: ${question}`);
  await run.record({
    type: 'decision-requested',
    id: `${task.id}-permission-${before + 1}`,
    kind: 'permission',
    task: task.id,
    question,
    options: [
      { id: 'allow', label: `${agentOf(task.agent)} may do that, this once` },
      { id: 'deny', label: 'it may not, and goes on without' },
    ],
    beside: true,
    about: name,
    until: untilHalf(run, task, context).toISOString(),
    onTimeout: 'reject',
  });
}

/** Half of the time the attempt has left is for the answer, and half for the work. */
function untilHalf(run: Run, task: PlannedTask, context: Context): Date {
  const now = context.now().getTime();
  const end = Date.parse(run.state.tasks[task.id]?.since ?? '') + task.timeout;
  return new Date(now + Math.max(0, end - now) / 2);
}

/** Nothing that an earlier launch left is asked by anybody. */
export function forgetPermissions(iteration: Iteration): void {
  removeFolder(permissionFolder(iteration));
}
