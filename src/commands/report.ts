/** `iter report`: the door for agents. What comes in is a claim. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { STATUS_WORDS } from '../core/plan.ts';
import { report } from '../engine/report.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, person, verb } from './verb.ts';

interface Flags extends Common {
  readonly task?: string;
  readonly message?: string;
  readonly iteration?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'report',
    'For agents: say where your task stands. It is a claim; iter checks it.',
    'iter report Completed -m "tests added, see test/tax.test.js"',
  )
    .argument('<status>', STATUS_WORDS.join(', '))
    .option('-m, --message <text>', 'what to add')
    .option('--task <id>', 'which task; ITER_TASK when left out')
    .option('--iteration <iteration>', 'number, slug or folder; ITER_ITERATION when left out')
    .action(async (status: string, options: Flags) => {
      const iteration = iterationAt(options, options.iteration ?? process.env['ITER_ITERATION']);
      if (iteration === undefined) return finish(EXIT.usage);
      const done = await report(
        iteration,
        { status, task: options.task ?? process.env['ITER_TASK'], by: person(), message: options.message },
        contextOf(options, signal),
      );
      if ('problems' in done) {
        complain(done.problems);
        return finish(EXIT.usage);
      }
      const { task, word } = done;
      if (options.json === true) json({ iteration: iteration.name, task, word });
      else result(`${task}: ${word} is on record as a claim`);
      return finish(EXIT.done);
    });
}
