/** `iter report`: the door for agents. What comes in is a claim. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { taskId } from '../core/ids.ts';
import { STATUS_WORDS } from '../core/plan.ts';
import { Run } from '../engine/run.ts';
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
      const id = options.task ?? process.env['ITER_TASK'];
      const word = STATUS_WORDS.find((one) => one.toLowerCase() === status.toLowerCase());
      const problems = [
        ...(word === undefined ? [{ what: `unknown status "${status}"`, fix: `use one of ${STATUS_WORDS.join(', ')}` }] : []),
        ...(id === undefined ? [{ what: 'no task is named', fix: 'give --task T2, or set ITER_TASK' }] : []),
        ...(id === undefined || iteration.plan.tasks.some((task) => task.id === id)
          ? []
          : [{ what: `there is no task "${id}"`, fix: `use ${iteration.plan.tasks.map((task) => task.id).join(', ')}` }]),
      ];
      if (word === undefined || id === undefined || problems.length > 0) {
        complain(problems);
        return finish(EXIT.usage);
      }
      const run = new Run(iteration, contextOf(options, signal));
      await run.record({
        type: 'status-claimed',
        task: taskId(id),
        word,
        by: person(),
        ...(options.message === undefined ? {} : { message: options.message }),
      });
      if (options.json === true) json({ iteration: iteration.name, task: id, word });
      else result(`${id}: ${word} is on record as a claim`);
      return finish(EXIT.done);
    });
}
