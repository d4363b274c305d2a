/** Blockers from the messages and from section 8 of the plan become events; the clock and their severity decide when a person is asked. */
import { join } from 'node:path';
import type { DecisionOption } from '../core/event.ts';
import type { TaskId } from '../core/ids.ts';
import { durationText } from '../core/duration.ts';
import type { BlockerState, RaisedBlocker, WrittenBlocker } from '../core/open-blockers.ts';
import { TRIAGE_WITHIN, blockerDecision, blockerNews, escalationOf, openBlockers } from '../core/open-blockers.ts';
import type { Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { reduce } from '../core/reduce.ts';
import type { OpenDecision, State } from '../core/state.ts';
import { readText } from '../effects/disk.ts';
import { blockerIn, planBlockers } from '../files/blocker-text.ts';
import type { Thread } from '../files/message-threads.ts';
import { deadlineOf } from '../files/message-threads.ts';
import type { MalformedBlock, Message } from '../files/messages.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { MESSAGES_FILE, PLAN_FILE } from './iteration.ts';
import { changeStatus, readThreads } from './messages.ts';
import { quarantine } from './quarantine.ts';
import { Run } from './run.ts';

/** What the last look read, so that files that have not changed are not read through again. */
export interface MailMemory {
  messages: string;
  plan: string;
  threads: readonly Thread[];
}

export const NO_MAIL: MailMemory = { messages: '', plan: '', threads: [] };

/** Takes in what was written since the last look, sets aside what cannot be read, and asks a person where it is time. */
export async function readMail(run: Run, memory: MailMemory, context: Context): Promise<MailMemory> {
  const { directory } = run.iteration;
  const messages = readText(join(directory, MESSAGES_FILE)) ?? '';
  const plan = readText(join(directory, PLAN_FILE)) ?? '';
  let { threads } = memory;
  if (messages !== memory.messages) {
    const read = readThreads(run.iteration);
    threads = read.threads;
    quarantine(run.iteration, MESSAGES_FILE, [...read.malformed, ...(await take(run, writtenIn(threads, run.plan)))], context);
  }
  if (plan !== memory.plan) quarantine(run.iteration, PLAN_FILE, await take(run, writtenInPlan(plan, run.plan)), context);
  await triage(run, context);
  await askOverdue(run, threads, context);
  return { messages, plan, threads };
}

/** Puts on record what is new among the blockers of one file. */
async function take(run: Run, { blockers, malformed }: Written): Promise<readonly MalformedBlock[]> {
  const news = blockerNews(run.state.blockers, blockers);
  if (news.length > 0) await run.record(...news);
  return malformed;
}

/** The open blockers as the files have them now, whether or not they are on record yet: what status, gates and landings go by. */
export function blockersNow(iteration: Iteration, state: State): BlockerState[] {
  const { directory, plan } = iteration;
  const inMessages = writtenIn(readThreads(iteration).threads, plan);
  const inPlan = writtenInPlan(readText(join(directory, PLAN_FILE)) ?? '', plan);
  const news = blockerNews(state.blockers, [...inMessages.blockers, ...inPlan.blockers]);
  return openBlockers(news.reduce<State>((next, event) => reduce(next, { ...event, at: NOT_YET }), state));
}

/** In the place of the time of an event that is not on record. */
const NOT_YET = '';

interface Written {
  readonly blockers: readonly WrittenBlocker[];
  readonly malformed: readonly MalformedBlock[];
}

/** Blockers in messages. One that breaks the form counts with what can be read of it: somebody is blocked all the same. */
function writtenIn(threads: readonly Thread[], plan: Plan): Written {
  const malformed: MalformedBlock[] = [];
  const blockers = threads.flatMap(({ id, message, status, replies }, index): WrittenBlocker[] => {
    if (message.type !== 'Blocker') return [];
    const read = blockerIn(message);
    if ('problems' in read) malformed.push({ text: message.text, problems: read.problems });
    const words = 'problems' in read ? read.legible : read.value;
    const last =
      replies.findLast((reply) => reply.status === 'Resolved') ?? threads.slice(index + 1).find((later) => clears(later, message))?.message;
    const cleared = last === undefined ? {} : { cleared: { by: last.from, how: last.text } };
    return [{ id, ...taskIn(plan, message.task), ...words, by: message.from, over: status === 'Resolved', ...cleared }];
  });
  return { blockers, malformed };
}

/** A blocker of a task that is none is one of the whole iteration. */
function taskIn({ tasks }: Plan, task: TaskId | undefined): { readonly task?: TaskId } {
  return task !== undefined && tasks.some(({ id }) => id === task) ? { task } : {};
}

/** A later block without REF that was sent as Resolved is about the blockers of its task; without a task, about those of whoever it is from or to. */
function clears({ message, id }: Thread, blocker: Message): boolean {
  if (message.status !== 'Resolved' || id === blocker.id || message.text.trim() === '') return false;
  if (blocker.task !== undefined || message.task !== undefined) return blocker.task === message.task;
  return message.from === blocker.from || message.to === blocker.from;
}

function writtenInPlan(text: string, plan: Plan): Written {
  const { blockers, malformed } = planBlockers(text, PLAN_FILE);
  return {
    blockers: blockers.map(({ how, task, ...blocker }) => ({
      ...blocker,
      ...taskIn(plan, task),
      over: false,
      ...(how === undefined ? {} : { cleared: { by: 'plan', how } }),
    })),
    malformed,
  };
}

const taskOf = ({ task }: { readonly task?: TaskId }): { readonly task?: TaskId } => (task === undefined ? {} : { task });

/** Asks a person about each blocker whose time has come, once. */
async function triage(run: Run, context: Context): Promise<void> {
  const clock = { now: context.now().toISOString(), within: run.plan.escalation?.triageWithin ?? TRIAGE_WITHIN };
  for (const blocker of openBlockers(run.state)) {
    const why = blocker.kept === true ? undefined : escalationOf(run.state, blocker, clock);
    if (why === undefined) continue;
    const needed = blocker.needed === '' ? '' : `; needed: ${blocker.needed}`;
    const question = `${blocker.task ?? 'the iteration'} is blocked (${blocker.severity}, ${blocker.kind}), and ${why}: ${blocker.text}${needed}`;
    await ask(run, { id: blockerDecision(blocker), about: blocker.id, question, options: BLOCKER_ANSWERS, ...taskOf(blocker) }, context);
  }
}

const BLOCKER_ANSWERS: readonly DecisionOption[] = [
  { id: 'resolved', label: 'it is cleared: say how with -m; its task hears it' },
  { id: 'keep', label: 'go on in spite of it; it stays open and counts when the work is validated' },
];

/** Asks a person for the answer to each question whose deadline is over, once. */
async function askOverdue(run: Run, threads: readonly Thread[], context: Context): Promise<void> {
  const now = context.now().getTime();
  for (const { id, message, status } of threads) {
    const until = deadlineOf(message);
    if (message.type !== 'Question' || status === 'Resolved' || until === undefined || now < until) continue;
    const late = durationText(Math.floor((now - until) / 1000) * 1000);
    const task = message.task ?? run.plan.tasks.find((one) => one.instance === message.from)?.id;
    const question = `${message.from} asked ${message.to}, and the answer is overdue by ${late}: ${message.text}`;
    await ask(
      run,
      { id: `message-${id}-overdue`, about: id, question, options: MESSAGE_ANSWERS, ...(task === undefined ? {} : { task }) },
      context,
    );
  }
}

const MESSAGE_ANSWERS: readonly DecisionOption[] = [
  { id: 'resolved', label: 'answer it with -m' },
  { id: 'wait', label: 'leave it to whoever was asked' },
];

interface Asked {
  readonly id: string;
  readonly about: string;
  readonly question: string;
  readonly options: readonly DecisionOption[];
  readonly task?: TaskId;
}

async function ask(run: Run, { task = run.plan.tasks[0]?.id, ...asked }: Asked, context: Context): Promise<void> {
  if (task === undefined || run.state.asked.includes(asked.id)) return;
  context.say(`${task}: needs you: ${asked.question}`);
  await run.record({ type: 'decision-requested', kind: 'escalation', task, beside: true, ...asked });
}

/** Carries out the answer to such a question; the reason is the resolution, and there has to be one. */
export async function answerBeside(
  run: Run,
  open: OpenDecision,
  { option, by, reason = '' }: { readonly option: string; readonly by: string; readonly reason?: string },
  context: Context,
): Promise<{ readonly problems: readonly Problem[] } | undefined> {
  if (option === 'resolved') {
    if (reason.trim() === '') return { problems: [{ what: `"${option}" needs to say how`, fix: 'give it with -m' }] };
    const done = await resolve(run, { id: open.about ?? '', by, how: reason.trim() }, context);
    if (done !== undefined) return done;
  }
  await run.record({ type: 'decision-made', id: open.id, option, by, ...(reason === '' ? {} : { reason }) });
  return undefined;
}

/** Says how a blocker was cleared, or answers a message: to whoever sent it, and for the record. */
export async function resolve(
  run: Run,
  { id, by, how }: { readonly id: string; readonly by: string; readonly how: string },
  context: Context,
): Promise<{ readonly problems: readonly Problem[] } | undefined> {
  const blocker = run.state.blockers.find((one) => one.id === id);
  // one that stands in the plan has no message that could be answered
  if (blocker === undefined || !id.startsWith('p-')) {
    const done = await changeStatus(run.iteration, { id, status: 'Resolved', by, text: how }, context);
    if ('problems' in done) return done;
  }
  if (blocker !== undefined) await run.record({ type: 'blocker-resolved', id, ...taskOf(blocker), by, how });
  return undefined;
}

/** Puts a blocker on record at once, for a message that was just sent. */
export async function raise(iteration: Iteration, blocker: RaisedBlocker, context: Context): Promise<void> {
  await new Run(iteration, context).record({ type: 'blocker-raised', ...blocker });
}
