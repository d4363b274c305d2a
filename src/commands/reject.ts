/** `iter reject`: the short form of `iter decide`. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { DecideFlags } from './decide.ts';
import { settle } from './decide.ts';
import { iterationAt, verb } from './verb.ts';

/** What this word means for a decision, in order of preference. */
const OPTIONS = ['reject', 'again', 'fail'];

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'reject',
    'Answer a pending decision with no: the work goes back with your reason.',
    "iter reject T5-rejection-3 -m 'the error path is still missing'",
  )
    .argument('[id]', 'which decision; the only one when left out')
    .option('-m, --message <reason>', 'why')
    .option('--iteration <iteration>', 'number, slug or folder')
    .action(async (id: string | undefined, options: DecideFlags) => {
      const open = iterationAt(options, options.iteration)?.state.decisions.filter((one) => id === undefined || one.id === id) ?? [];
      const option = OPTIONS.find((name) => open[0]?.options.some((one) => one.id === name)) ?? OPTIONS[0];
      finish(await settle(id, options, option, signal));
    });
}
