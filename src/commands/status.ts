/** `iter status`: where every task stands. Reads files only; starts no process. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { snapshot } from '../core/snapshot.ts';
import { json, result } from './out.ts';
import { statusJson, statusText } from './status-text.ts';
import type { Common } from './verb.ts';
import { EXIT, isRunning, iterationAt, verb } from './verb.ts';

export function command(finish: Finish): Command {
  return verb('status', 'Where every task stands, and what waits for you.', 'iter status --json')
    .argument('[iteration]', 'number, slug or folder; the newest unfinished one when left out')
    .action((wanted: string | undefined, options: Common) => {
      const iteration = iterationAt(options, wanted);
      if (iteration === undefined) return finish(EXIT.usage);
      const { plan, state, directory } = iteration;
      const view = snapshot(plan, state, { directory, running: isRunning(iteration), now: new Date().toISOString() });
      if (options.json === true) json(statusJson(plan, state, view));
      else result(statusText(view, Date.now()));
      return finish(EXIT.done);
    });
}
