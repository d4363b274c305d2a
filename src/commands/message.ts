/** `iter message`: what agents and people tell each other, and what became of it. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { Problem } from '../core/problem.ts';
import { resolve } from '../engine/blockers.ts';
import type { Iteration } from '../engine/iteration.ts';
import { changeStatus, readThreads } from '../engine/messages.ts';
import { Run } from '../engine/run.ts';
import { send } from '../engine/send.ts';
import { MESSAGE_PRIORITIES, MESSAGE_TYPES } from '../files/messages.ts';
import { threadJson, threadText } from './message-text.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, person, verb } from './verb.ts';

interface Flags extends Common {
  readonly iteration?: string;
  readonly to?: string;
  readonly type?: string;
  readonly task?: string;
  readonly priority?: string;
  readonly deadline?: string;
  readonly message?: string;
  readonly all?: boolean;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  const message = verb(
    'message',
    'What agents and people tell each other.',
    'iter message send --to T2 --type Question --deadline 30m -m "which rates?"',
  )
    .option('--iteration <iteration>', 'number, slug or folder; ITER_ITERATION when left out')
    .configureHelp({ showGlobalOptions: true });
  message
    .command('send')
    .description('append a message')
    .requiredOption('--to <name>', 'a worker, a role, a task, All or Orchestrator')
    .requiredOption('-m, --message <text>', 'what to say')
    .option('--type <type>', MESSAGE_TYPES.join(', '), 'Update')
    .option('--task <id>', 'the task it is about; ITER_TASK when left out')
    .option('--priority <priority>', MESSAGE_PRIORITIES.join(', '))
    .option('--deadline <when>', 'a time (ISO 8601), or how long from now: 30m')
    .action(async (_: Flags, own: Command) => finish(await post(own.optsWithGlobals<Flags>(), signal)));
  message
    .command('list')
    .description('the messages with what became of them, oldest first; resolved ones with --all')
    .option('--all', 'those that are resolved, too')
    .action((_: Flags, own: Command) => finish(list(own.optsWithGlobals<Flags>())));
  message
    .command('ack')
    .description('say that a message was read')
    .argument('<id>', 'as iter message list shows it')
    .option('-m, --message <text>', 'what to say to it')
    .action(async (id: string, _: Flags, own: Command) => finish(await move(id, 'Acknowledged', own.optsWithGlobals<Flags>(), signal)));
  message
    .command('resolve')
    .description('answer a question, or say how a blocker was cleared')
    .argument('<id>', 'as iter message list shows it')
    .option('-m, --message <text>', 'the answer; needed for a blocker and a question')
    .action(async (id: string, _: Flags, own: Command) => finish(await move(id, 'Resolved', own.optsWithGlobals<Flags>(), signal)));
  return message;
}

const iterationOf = (options: Flags): Iteration | undefined => iterationAt(options, options.iteration ?? process.env['ITER_ITERATION']);

async function post(options: Flags, signal: AbortSignal): Promise<number> {
  const iteration = iterationOf(options);
  if (iteration === undefined) return EXIT.usage;
  const agent = process.env['ITER_TASK'];
  const sent = await send(
    iteration,
    {
      from: person(),
      to: options.to ?? '',
      type: options.type ?? '',
      priority: options.priority,
      deadline: options.deadline,
      task: options.task ?? agent,
      text: options.message ?? '',
      byAgent: agent !== undefined,
      folder: process.env['ITER_WORKTREE'] ?? iteration.repository.root,
    },
    contextOf(options, signal),
  );
  if ('problems' in sent) {
    complain(sent.problems);
    return EXIT.usage;
  }
  if (options.json === true) json({ iteration: iteration.name, ...sent });
  else result(`${sent.id} is sent to ${sent.to}`);
  return EXIT.done;
}

function list(options: Flags): number {
  const iteration = iterationOf(options);
  if (iteration === undefined) return EXIT.usage;
  const { threads, malformed } = readThreads(iteration);
  const shown = threads.filter((thread) => options.all === true || thread.status !== 'Resolved');
  if (malformed.length > 0) complain(malformed.flatMap(({ problems }) => problems));
  if (options.json === true) json({ iteration: iteration.name, messages: shown.map(threadJson), malformed: malformed.length });
  else result(shown.length === 0 ? 'no messages' : shown.map(threadText).join('\n'));
  return EXIT.done;
}

async function move(id: string, status: 'Acknowledged' | 'Resolved', options: Flags, signal: AbortSignal): Promise<number> {
  const iteration = iterationOf(options);
  if (iteration === undefined) return EXIT.usage;
  const context = contextOf(options, signal);
  const text = options.message?.trim() ?? '';
  const by = person();
  const refused = status === 'Resolved' ? notYet(iteration, id, text) : [];
  const run = new Run(iteration, context);
  const problems =
    refused.length > 0
      ? refused
      : ((status === 'Resolved'
          ? await resolve(run, { id, by, how: text }, context)
          : await acknowledge(iteration, { id, by, text }, context)
        )?.problems ?? []);
  if (problems.length > 0) {
    complain(problems);
    return EXIT.usage;
  }
  if (options.json === true) json({ iteration: iteration.name, id, status });
  else result(`${id} is ${status}`);
  return EXIT.done;
}

async function acknowledge(
  iteration: Iteration,
  change: { readonly id: string; readonly by: string; readonly text: string },
  context: ReturnType<typeof contextOf>,
): Promise<{ readonly problems: readonly Problem[] } | undefined> {
  const done = await changeStatus(iteration, { ...change, status: 'Acknowledged' }, context);
  return 'problems' in done ? done : undefined;
}

/** A question wants an answer and a blocker its resolution; what asks for a person no agent resolves. */
function notYet(iteration: Iteration, id: string, text: string): Problem[] {
  const blocker = iteration.state.blockers.find((one) => one.id === id);
  const type = readThreads(iteration).threads.find((one) => one.id === id)?.message.type;
  const wantsText = blocker !== undefined || type === 'Blocker' || type === 'Question';
  const wantsPerson = blocker !== undefined && (blocker.escalate || blocker.severity === 'critical');
  return [
    ...(wantsText && text === '' ? [{ what: `${id} is not resolved without a word on how`, fix: 'give it with -m' }] : []),
    ...(wantsPerson && process.env['ITER_TASK'] !== undefined
      ? [{ what: `${id} asks for a person`, fix: 'leave it to one, or add what you know with iter message send' }]
      : []),
  ];
}
