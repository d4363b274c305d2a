/** `iter undo`: takes the last landing back. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { Repository } from '../effects/repository.ts';
import { iterationNames, openIteration } from '../engine/iteration.ts';
import { undo } from '../engine/undo.ts';
import { json, result, say } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, repositoryAt, verb } from './verb.ts';

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('undo', 'Move the target back to where the last landing found it, if nothing has moved since.', 'iter undo')
    .argument('[iteration]', 'number, slug or folder; the newest one that has landed when left out')
    .action(async (wanted: string | undefined, options: Common) => {
      const repository = repositoryAt(options.directory);
      const iteration = repository === undefined ? undefined : iterationAt(options, wanted ?? newestLanded(repository));
      if (iteration === undefined) return finish(EXIT.usage);
      const undone = await undo(iteration, contextOf(options, signal));
      if ('refused' in undone) {
        say(undone.refused);
        return finish(EXIT.failed);
      }
      const { target, before, after, kept } = undone.undone;
      if (options.json === true) json({ target, before, after, kept });
      else
        result(`${target.replace('refs/heads/', '')}: ${before.slice(0, 10)} -> ${after.slice(0, 10)}; what was undone is kept at ${kept}`);
      return finish(EXIT.done);
    });
}

function newestLanded(repository: Repository): string | undefined {
  return iterationNames(repository.root)
    .toReversed()
    .find((name) => {
      const opened = openIteration(repository, name);
      return 'iteration' in opened && opened.iteration.state.landed !== undefined;
    });
}
