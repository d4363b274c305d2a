/** `iter inbox`: what is addressed to an agent, and the answers to what it asked. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { readerOf } from '../engine/correspondence.ts';
import { readThreads } from '../engine/messages.ts';
import { inboxOf, openIn } from '../files/message-threads.ts';
import { threadJson, threadText } from './message-text.ts';
import { json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, iterationAt, person, verb } from './verb.ts';

interface Flags extends Common {
  readonly agent?: string;
  readonly all?: boolean;
  readonly iteration?: string;
}

export function command(finish: Finish): Command {
  return verb('inbox', 'What is addressed to an agent, to its role and task, and to All.', 'iter inbox --agent builder-tax-001')
    .option('--agent <name>', 'whose; ITER_AGENT when left out, else yours')
    .option('--all', 'what is resolved, too')
    .option('--iteration <iteration>', 'number, slug or folder; ITER_ITERATION when left out')
    .action((options: Flags) => finish(inbox(options)));
}

function inbox(options: Flags): number {
  const iteration = iterationAt(options, options.iteration ?? process.env['ITER_ITERATION']);
  if (iteration === undefined) return EXIT.usage;
  const agent = options.agent ?? person();
  const reader = readerOf(iteration.plan, agent);
  const whole = inboxOf(readThreads(iteration).threads, reader);
  const shown = options.all === true ? whole : openIn(whole, reader);
  if (options.json === true) json({ iteration: iteration.name, agent, messages: shown.map(threadJson) });
  else result(shown.length === 0 ? `nothing for ${agent}` : shown.map(threadText).join('\n'));
  return EXIT.done;
}
