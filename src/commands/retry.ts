/** `iter retry`: has tasks or steps done again, with what comes after them. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { retry } from '../engine/resets.ts';
import { complain, json, result } from './out.ts';
import { feedbackOf } from './feedback.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, person, verb } from './verb.ts';

interface Flags extends Common {
  readonly feedback?: string;
  readonly fresh?: boolean;
  readonly iteration?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'retry',
    'Have tasks done again, and everything that needs them; what was done before is kept.',
    'iter retry T2 --feedback "keep the old signature"',
  )
    .argument('<tasks...>', 'task ids, or steps')
    .option('--feedback <text|@file>', 'reaches the next prompt, word for word')
    .option('--fresh', 'in a new worktree; the old one is kept below refs/iter/archive')
    .option('--iteration <iteration>', 'number, slug or folder')
    .action(async (what: readonly string[], options: Flags) => finish(await perform(what, options, signal)));
}

async function perform(what: readonly string[], options: Flags, signal: AbortSignal): Promise<number> {
  const iteration = iterationAt(options, options.iteration);
  if (iteration === undefined) return EXIT.usage;
  const feedback = feedbackOf(options.feedback, options.directory);
  if (typeof feedback === 'object') {
    complain([feedback]);
    return EXIT.usage;
  }
  const asked = { what, by: person(), fresh: options.fresh === true, ...(feedback === undefined ? {} : { feedback }) };
  const done = await retry(iteration, asked, contextOf(options, signal));
  if ('problems' in done) {
    complain(done.problems);
    return EXIT.usage;
  }
  if (options.json === true) json({ iteration: iteration.name, tasks: done.tasks, also: done.also });
  else {
    const more = done.also.length === 0 ? '' : `; after it: ${done.also.join(', ')}`;
    result(`${done.tasks.join(', ')} will be done again${more}\nnext: iter launch (a running launch goes on by itself)`);
  }
  return EXIT.done;
}
