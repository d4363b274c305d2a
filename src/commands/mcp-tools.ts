/** The tools of `iter mcp`: each does what the command of its name does, by the same functions. */
import { BLOCKER_KINDS } from '../core/open-blockers.ts';
import { STATUS_WORDS } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { block } from '../engine/block.ts';
import { contextKeys, getContext, keyProblem, setContext } from '../engine/context-store.ts';
import type { Context } from '../engine/context.ts';
import { readerOf } from '../engine/correspondence.ts';
import type { Iteration } from '../engine/iteration.ts';
import { readThreads } from '../engine/messages.ts';
import { redactorOf } from '../engine/redaction.ts';
import { report } from '../engine/report.ts';
import { send } from '../engine/send.ts';
import type { StillRed } from '../engine/still-red.ts';
import { inboxOf, openIn } from '../files/message-threads.ts';
import { MESSAGE_PRIORITIES } from '../files/messages.ts';
import type { Arguments, Tool } from './mcp-server.ts';
import { threadText } from './message-text.ts';
import type { Patience } from './patience.ts';

/** Who calls, and for what. */
export interface Caller {
  readonly task: string | undefined;
  readonly agent: string;
  /** Where references in messages lead to, a folder. */
  readonly folder: string | undefined;
}

export interface Asking {
  readonly caller: Caller;
  readonly context: Context;
  /** The iteration as it is now: tasks may have come since the last call. */
  readonly open: () => { readonly iteration: Iteration } | { readonly problems: readonly Problem[] };
  /** What would be held against the work now. */
  readonly look: Patience<StillRed | { readonly problems: readonly Problem[] }>;
}

type Answer = Awaited<ReturnType<Tool['call']>>;

/** The tools for one caller. */
export function toolsFor(asking: Asking): Tool[] {
  const { caller, context, open, look } = asking;
  const on =
    (use: (iteration: Iteration, given: Arguments) => Promise<Answer> | Answer): Tool['call'] =>
    async (given) => {
      const opened = open();
      return 'problems' in opened ? opened : use(opened.iteration, given);
    };
  return [
    {
      name: 'report',
      description: 'Say where your task stands. It is a claim; iter checks the work.',
      arguments: { status: { type: 'string', description: 'where it stands', enum: STATUS_WORDS }, message: text('what to add') },
      required: ['status'],
      reads: false,
      call: on(async (iteration, given) => {
        const about = { status: said(given, 'status'), task: caller.task, by: caller.agent, message: maybe(given, 'message') };
        const done = await report(iteration, about, context);
        return 'problems' in done ? done : { text: `${done.task}: ${done.word} is on record as a claim` };
      }),
    },
    {
      name: 'message',
      description: 'Tell somebody something, or ask: a worker, a role, a task, All or Orchestrator.',
      arguments: {
        to: text('a worker, a role, a task, All or Orchestrator'),
        text: text('what to say'),
        type: text('Update, which it is when left out, Question or Handoff'),
        priority: text(MESSAGE_PRIORITIES.join(', ')),
        deadline: text('of a question: a time (ISO 8601), or how long from now: 30m; a person is asked then'),
      },
      required: ['to', 'text'],
      reads: false,
      call: on(async (iteration, given) => {
        const sent = await send(
          iteration,
          {
            from: caller.agent,
            to: said(given, 'to'),
            type: maybe(given, 'type') ?? 'Update',
            priority: maybe(given, 'priority'),
            deadline: maybe(given, 'deadline'),
            task: caller.task,
            text: said(given, 'text'),
            byAgent: true,
            folder: caller.folder ?? iteration.repository.root,
          },
          context,
        );
        return 'problems' in sent ? sent : { text: `${sent.id} is sent to ${sent.to}` };
      }),
    },
    {
      name: 'block',
      description: 'Say what stands in the way of your task; it is Blocked until somebody says how that was cleared.',
      arguments: {
        text: text('what stands in the way'),
        needs: text('what would clear it'),
        severity: text('Critical, High, Medium, which it is when left out, or Low'),
        type: text(`${BLOCKER_KINDS.join(', ')}; Technical when left out`),
        escalate: { type: 'boolean', description: 'a person has to act' },
      },
      required: ['text', 'needs'],
      reads: false,
      call: on(async (iteration, given) => {
        const raised = await block(
          iteration,
          {
            task: caller.task,
            by: caller.agent,
            text: said(given, 'text'),
            needs: said(given, 'needs'),
            severity: maybe(given, 'severity') ?? 'Medium',
            type: maybe(given, 'type') ?? 'Technical',
            escalate: given['escalate'] === true,
          },
          context,
        );
        return 'problems' in raised ? raised : { text: `${raised.task} is blocked: ${raised.id}` };
      }),
    },
    {
      name: 'inbox',
      description: 'What is addressed to you, to your role and task and to All, and the answers to what you asked.',
      arguments: { all: { type: 'boolean', description: 'what is resolved, too' } },
      required: [],
      reads: true,
      call: on((iteration, given) => {
        const reader = readerOf(iteration.plan, caller.agent);
        const whole = inboxOf(readThreads(iteration).threads, reader);
        const shown = given['all'] === true ? whole : openIn(whole, reader);
        return { text: shown.length === 0 ? `nothing for ${caller.agent}` : shown.map(threadText).join('\n') };
      }),
    },
    {
      name: 'context_get',
      description: 'The value of a key that workers keep for each other; without a key, the keys there are.',
      arguments: { key: text('words with dots between them: plan.tasks') },
      required: [],
      reads: true,
      call: on((iteration, given) => valueOf(iteration, maybe(given, 'key'))),
    },
    {
      name: 'context_set',
      description: 'Set a key for other workers to read. The value is replaced whole.',
      arguments: { key: text('words with dots between them: plan.tasks'), value: text('the value') },
      required: ['key', 'value'],
      reads: false,
      call: on(async (iteration, given) => {
        const problem = await setContext(iteration, said(given, 'key'), redactorOf(context).text(said(given, 'value')));
        return problem === undefined ? { text: `${said(given, 'key')} is set` } : { problems: [problem] };
      }),
    },
    {
      name: 'criteria',
      description:
        'What would be held against your work if you ended now: the files in your worktree, judged by the criteria of your task. When your tests take long it says so, and you call it again.',
      arguments: {},
      required: [],
      reads: true,
      call: async () => {
        const looked = await look.ask();
        if (looked === undefined)
          return { text: 'the criteria are still being judged; call criteria again to go on waiting for the result' };
        const { result, takenUp } = looked;
        if ('problems' in result) return result;
        const red = result.open.map(({ id, message }) => `red  ${id}: ${message}`);
        const warned = result.warnings.map(({ id, message }) => `warning  ${id}: ${message}`);
        const none = result.judgedAtAll ? 'nothing is red' : 'nothing is red, and no criterion of your task has to pass';
        const when = takenUp ? ['judged as your files were when this look began; call criteria again for how they are now'] : [];
        return { text: [...when, ...(red.length === 0 ? [none] : red), ...warned].join('\n') };
      },
    },
  ];
}

const text = (description: string) => ({ type: 'string', description }) as const;

/** What the protocol has made sure is a string. */
const said = (given: Arguments, name: string): string => String(given[name]);

const maybe = (given: Arguments, name: string): string | undefined => (given[name] === undefined ? undefined : said(given, name));

function valueOf(iteration: Iteration, key: string | undefined): Answer {
  if (key === undefined) {
    const keys = contextKeys(iteration);
    return { text: keys.length === 0 ? 'no key is set' : keys.join('\n') };
  }
  const problem = keyProblem(key);
  if (problem !== undefined) return { problems: [problem] };
  const value = getContext(iteration, key);
  return value === undefined
    ? { problems: [{ what: `nobody has set "${key}"`, fix: 'context_get without a key lists the keys there are' }] }
    : { text: value };
}
