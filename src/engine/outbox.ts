/**
 * Takes in what an agent left in `.iter/outbox/` because it may write nowhere else: `report.md`, `*.message.md`, and values as `ctx/<key>`.
 * The sender is who owns the folder, whatever the file says. While the agent runs only files that have come to rest are taken.
 */
import { join } from 'node:path';
import { STATUS_WORDS } from '../core/plan.ts';
import type { PlannedTask } from '../core/plan.ts';
import type { OutboxEntry } from '../effects/outbox-files.ts';
import { outboxFiles } from '../effects/outbox-files.ts';
import { moveFile } from '../effects/folder.ts';
import type { MalformedBlock, Message } from '../files/messages.ts';
import { readMessages } from '../files/messages.ts';
import type { Context } from './context.ts';
import { setContext } from './context-store.ts';
import { flagged, postMessage } from './messages.ts';
import { quarantine } from './quarantine.ts';
import type { Run } from './run.ts';

/** Milliseconds a file has to be left alone before it counts as written, while its writer still runs. */
const AT_REST = 1000;
/** Larger files are refused, in bytes. */
const MOST = 256 * 1024;

/** Records claims, messages and values, and moves what was taken in to `.iter/outbox/taken/`; what breaks the form goes to quarantine, and counts as taken. */
export async function collectOutbox(
  run: Run,
  task: PlannedTask,
  { worktree, running }: { readonly worktree: string; readonly running: boolean },
  context: Context,
): Promise<void> {
  const now = context.now().getTime();
  for (const entry of outboxFiles(worktree, MOST)) {
    if (running && now - entry.changed < AT_REST) continue;
    const malformed = await take(run, task, entry, { worktree, context });
    quarantine(run.iteration, `${task.id}: .iter/outbox/${entry.name}`, malformed, context);
    if (entry.text !== undefined)
      moveFile(join(worktree, '.iter', 'outbox', entry.name), join(worktree, '.iter', 'outbox', 'taken', entry.name));
  }
}

interface At {
  readonly worktree: string;
  readonly context: Context;
}

/** Gives what could not be taken. */
async function take(run: Run, task: PlannedTask, { name, text, refused }: OutboxEntry, at: At): Promise<readonly MalformedBlock[]> {
  if (text === undefined) return [{ text: name, problems: [{ what: `it ${refused ?? 'cannot be read'}`, fix: 'write a regular file' }] }];
  if (name === 'report.md') return takeReport(run, task, text);
  if (name.endsWith('.message.md') && !name.includes('/')) return takeMessages(run, task, { text, name }, at);
  if (/^ctx\/[^/]+$/.test(name)) {
    const problem = await setContext(run.iteration, name.slice('ctx/'.length), run.redactor.text(text));
    return problem === undefined ? [] : [{ text, problems: [problem] }];
  }
  const fix = 'use report.md, a name ending in .message.md, or ctx/<key>';
  return [{ text, problems: [{ what: `nobody knows what "${name}" is`, fix }] }];
}

async function takeReport(run: Run, task: PlannedTask, text: string): Promise<readonly MalformedBlock[]> {
  const [first = '', ...rest] = text.split(/\r?\n/);
  const word = STATUS_WORDS.find((candidate) => candidate === first.trim());
  if (word === undefined) {
    const fix = `its first line has to be one of ${STATUS_WORDS.join(', ')}`;
    return [{ text, problems: [{ what: `it starts with "${first.slice(0, 40)}"`, fix }] }];
  }
  const message = run.redactor.text(rest.join('\n').trim());
  const claim = run.state.tasks[task.id]?.claim;
  // an iter that was ended before it had moved the file away has put it on record already
  if (claim?.word === word && claim.by === task.instance && (claim.message ?? '') === message) return [];
  await run.record({ type: 'status-claimed', task: task.id, word, by: task.instance, ...(message === '' ? {} : { message }) });
  return [];
}

async function takeMessages(
  run: Run,
  task: PlannedTask,
  { text, name }: { readonly text: string; readonly name: string },
  { worktree }: At,
): Promise<readonly MalformedBlock[]> {
  const { messages, malformed } = readMessages(text, name);
  const forbidden: MalformedBlock[] = [];
  for (const message of messages) {
    if (message.type === 'Directive') {
      const fix = 'send a Question or an Update';
      forbidden.push({ text: message.text, problems: [{ what: 'a Directive comes from the orchestrator or a person only', fix }] });
    } else await postMessage(run.iteration, signed({ ...message, text: run.redactor.text(message.text) }, task, worktree), { once: true });
  }
  return [...malformed, ...forbidden];
}

/** With its true sender, a task, and no claim about what has become of it. */
function signed({ id: _id, ref: _ref, ...message }: Message, task: PlannedTask, worktree: string): Message {
  return { ...message, task: message.task ?? task.id, from: task.instance, status: 'Sent', text: flagged(message.text, worktree) };
}
