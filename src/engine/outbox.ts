/** Takes in what an agent left in `.iter/outbox/` because it may write nowhere else: a status report and messages. The sender is who owns the folder, whatever the file says. */
import { join } from 'node:path';
import { STATUS_WORDS } from '../core/plan.ts';
import type { PlannedTask } from '../core/plan.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { moveFile } from '../effects/folder.ts';
import { parseMessages } from '../files/messages.ts';
import type { Context } from './context.ts';
import { postMessage } from './messages.ts';
import type { Run } from './run.ts';

/** Records the status claim, appends the messages, and moves what was taken in to `.iter/outbox/taken/`. */
export async function collectOutbox(run: Run, task: PlannedTask, worktree: string, context: Context): Promise<void> {
  const outbox = join(worktree, '.iter', 'outbox');
  for (const name of listFiles(outbox)) {
    if (name.includes('/')) continue;
    const text = readText(join(outbox, name));
    if (text === undefined) continue;
    if (name === 'report.md') await takeReport(run, task, text, context);
    else if (name.endsWith('.message.md')) await takeMessages(run, task, { text, name }, context);
    else continue;
    moveFile(join(outbox, name), join(outbox, 'taken', name));
  }
}

async function takeReport(run: Run, task: PlannedTask, text: string, context: Context): Promise<void> {
  const [first = '', ...rest] = text.split(/\r?\n/);
  const word = STATUS_WORDS.find((candidate) => candidate === first.trim());
  if (word === undefined) {
    context.say(
      `${task.id}: .iter/outbox/report.md starts with "${first.slice(0, 40)}"; its first line has to be one of ${STATUS_WORDS.join(', ')}`,
    );
    return;
  }
  const message = rest.join('\n').trim();
  await run.record({ type: 'status-claimed', task: task.id, word, by: task.instance, ...(message === '' ? {} : { message }) });
}

async function takeMessages(run: Run, task: PlannedTask, file: { text: string; name: string }, context: Context): Promise<void> {
  const { messages, problems } = parseMessages(file.text, file.name);
  for (const problem of problems) context.say(`${task.id}: .iter/outbox/${file.name}:${problem.line ?? 1}: ${problem.what}`);
  for (const message of messages) await postMessage(run.iteration, { ...message, from: task.instance });
}
