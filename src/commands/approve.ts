/** `iter approve`: the short form of `iter decide`. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { DecideFlags } from './decide.ts';
import { settle } from './decide.ts';
import { iterationAt, verb } from './verb.ts';

/** What this word means for a decision, in order of preference. */
const OPTIONS = ['approve', 'done', 'accept', 'again'];

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'approve',
    'Answer a pending decision with yes: work done by hand is checked, escalated work is accepted.',
    "iter approve T5-rejection-3 -m 'good enough for now'",
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
