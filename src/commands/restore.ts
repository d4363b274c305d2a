/** `iter restore`: brings back what `iter clean` removed. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { restore } from '../engine/clean.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly task?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('restore', 'Bring worktrees and branches back as iter clean found them.', 'iter restore 001 --task T2')
    .argument('[iteration]', 'number, slug or folder; the newest unfinished one when left out')
    .option('--task <task>', 'only this one')
    .action(async (wanted: string | undefined, options: Flags) => {
      const iteration = iterationAt(options, wanted);
      if (iteration === undefined) return finish(EXIT.usage);
      const { restored, problems } = await restore(iteration, options.task, contextOf(options, signal));
      if (options.json === true) json({ iteration: iteration.name, restored });
      else if (restored.length > 0) result(restored.map(({ task, worktree, backup }) => `${task}  ${worktree} as in ${backup}`).join('\n'));
      else if (problems.length === 0) result('there is nothing to bring back');
      complain(problems);
      return finish(problems.length > 0 ? EXIT.failed : EXIT.done);
    });
}
