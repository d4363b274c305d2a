/** `iter stop`: ends agents with everything they started. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { stop } from '../engine/stop.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, person, verb } from './verb.ts';

interface Flags extends Common {
  readonly iteration?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('stop', 'End one task, or the whole run, with every process it started; iter launch continues later.', 'iter stop T2')
    .argument('[task]', 'only this task')
    .option('--iteration <iteration>', 'number, slug or folder')
    .action(async (task: string | undefined, options: Flags) => {
      const iteration = iterationAt(options, options.iteration);
      if (iteration === undefined) return finish(EXIT.usage);
      const stopped = await stop(iteration, { ...(task === undefined ? {} : { task }), by: person() }, contextOf(options, signal));
      if ('problems' in stopped) {
        complain(stopped.problems);
        return finish(EXIT.usage);
      }
      if (options.json === true) json({ iteration: iteration.name, ended: stopped.ended });
      else result(stopped.message);
      return finish(EXIT.done);
    });
}
