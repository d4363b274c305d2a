/** `iter decide`: the queue of things only a person can settle. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { waitingText } from '../core/escalation.ts';
import type { OpenDecision } from '../core/state.ts';
import { answer } from '../engine/decisions.ts';
import type { Iteration } from '../engine/iteration.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, person, verb } from './verb.ts';

interface DecideFlags extends Common {
  readonly option?: string;
  readonly message?: string;
  readonly task?: string;
  readonly artifact?: readonly string[];
  readonly iteration?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'decide',
    'Answer a pending decision; without arguments list them.',
    'iter decide T5-rejection-3 --option again -m "keep the old signature"',
  )
    .argument('[id]', 'which decision; the only one when left out')
    .option('--option <name>', 'the answer')
    .option('-m, --message <reason>', 'why; it reaches the next prompt')
    .option('--task <id>', 'for skip, inject and prioritise: which task')
    .option('--artifact <path=file...>', 'for edit and inject: a file of yours in the place of a deliverable')
    .option('--iteration <iteration>', 'number, slug or folder')
    .action(async (id: string | undefined, options: DecideFlags) =>
      finish(await settle(id, options, { answers: options.option === undefined ? [] : [options.option], signal })),
    );
}

interface Word {
  readonly name: 'approve' | 'reject';
  readonly summary: string;
  readonly example: string;
  /** What the word means for a decision, in order of preference. */
  readonly answers: readonly string[];
}

/** A command that is a short form of `decide`: one word for whichever answer fits. */
export function shortForm({ name, summary, example, answers }: Word, finish: Finish, signal: AbortSignal): Command {
  return verb(name, summary, example)
    .argument('[id]', 'which decision; the only one when left out')
    .option('-m, --message <reason>', 'why')
    .option('--iteration <iteration>', 'number, slug or folder')
    .action(async (id: string | undefined, options: DecideFlags) => finish(await settle(id, options, { answers, signal })));
}

interface Asked {
  /** Answers to try, the first that fits; none lists what is open. */
  readonly answers: readonly string[];
  readonly signal: AbortSignal;
}

/** For a decision that somebody named in the workflow should look at in time. */
function waiting({ plan }: Iteration, open: OpenDecision): string {
  const text = open.kind === 'escalation' ? waitingText(plan.escalation, open.since, new Date().toISOString()) : undefined;
  return text === undefined ? '' : `\n  ${text}`;
}

/** Records an answer, or lists what is open when there is none. */
async function settle(id: string | undefined, options: DecideFlags, { answers, signal }: Asked): Promise<number> {
  const iteration = iterationAt(options, options.iteration);
  if (iteration === undefined) return EXIT.usage;
  if (answers.length > 0 && process.env['ITER_TASK'] !== undefined) {
    complain([{ what: 'an agent does not decide', fix: 'leave it to a person; say what you need with iter report Blocked -m' }]);
    return EXIT.usage;
  }
  const { decisions } = iteration.state;
  const meant = decisions.find((open) => id === undefined || open.id === id);
  const option = answers.find((name) => meant?.options.some((one) => one.id === name)) ?? answers[0];
  if (option === undefined) {
    if (options.json === true) json({ iteration: iteration.name, decisions });
    else
      result(
        decisions.length === 0
          ? 'nothing waits for a person'
          : decisions
              .map(
                (open) =>
                  `${open.id}: ${open.question}${waiting(iteration, open)}\n${open.options.map((one) => `  --option ${one.id}    ${one.label}`).join('\n')}`,
              )
              .join('\n'),
      );
    return decisions.length === 0 ? EXIT.done : EXIT.waiting;
  }
  const done = await answer(
    iteration,
    {
      id,
      option,
      by: person(),
      directory: options.directory,
      ...(options.message === undefined ? {} : { reason: options.message }),
      ...(options.task === undefined ? {} : { task: options.task }),
      ...(options.artifact === undefined ? {} : { artifacts: options.artifact }),
    },
    contextOf(options, signal),
  );
  if ('problems' in done) {
    complain(done.problems);
    return EXIT.usage;
  }
  if (options.json === true) json({ iteration: iteration.name, id: done.id, option: done.option });
  else result(`${done.id}: ${done.option}\nnext: iter launch (a running launch goes on by itself)`);
  return EXIT.done;
}
