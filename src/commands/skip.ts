/** `iter skip`: leaves a task out, or does it with files of a person's. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { skipTask } from '../engine/resets.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, person, verb } from './verb.ts';

interface Flags extends Common {
  readonly reason: string;
  readonly artifact?: readonly string[];
  readonly iteration?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'skip',
    'Leave a task out; or do it yourself with --artifact: your files go through the checks of the task.',
    'iter skip T3 --artifact review.md --reason "reviewed by hand"',
  )
    .argument('<task>', 'which task')
    .requiredOption('--reason <text>', 'why; it stays on record')
    .option('--artifact <file...>', 'a file for a deliverable of the task, as file or deliverable=file')
    .option('--iteration <iteration>', 'number, slug or folder')
    .action(async (task: string, options: Flags) => finish(await perform(task, options, signal)));
}

async function perform(task: string, options: Flags, signal: AbortSignal): Promise<number> {
  const iteration = iterationAt(options, options.iteration);
  if (iteration === undefined) return EXIT.usage;
  const asked = { task, by: person(), reason: options.reason, artifacts: options.artifact ?? [], directory: options.directory };
  const done = await skipTask(iteration, asked, contextOf(options, signal));
  if ('problems' in done) {
    complain(done.problems);
    return EXIT.usage;
  }
  if (options.json === true) json({ iteration: iteration.name, tasks: done.tasks, also: done.also });
  else {
    const what = options.artifact === undefined ? 'will be left out when its turn comes' : 'will be judged with your files';
    result(`${done.tasks.join(', ')} ${what}\nnext: iter launch (a running launch goes on by itself)`);
  }
  return EXIT.done;
}
