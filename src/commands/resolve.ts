/** `iter resolve`: a person settles a conflict that went back to its task. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { resolveByHand } from '../engine/resolve.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly iteration?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('resolve', 'Settle a conflict by hand, instead of having its agent do it.', 'iter resolve T3')
    .argument('<task>', 'task id whose work went back because it conflicts with other accepted work')
    .option('--iteration <iteration>', 'number, slug or folder')
    .action(async (task: string, options: Flags) => finish(await perform(task, options, signal)));
}

async function perform(task: string, options: Flags, signal: AbortSignal): Promise<number> {
  const iteration = iterationAt(options, options.iteration);
  if (iteration === undefined) return EXIT.usage;
  const handed = await resolveByHand(iteration, task, contextOf({ ...options, quiet: true }, signal));
  if ('problems' in handed) {
    complain(handed.problems);
    return EXIT.usage;
  }
  if (options.json === true) json({ iteration: iteration.name, ...handed });
  else {
    const where = handed.paths.length === 0 ? 'both sides are in it, without a conflict' : `both sides are in ${handed.paths.join(', ')}`;
    result(`${handed.task} is yours, in ${handed.worktree}: ${where}
decide what stays, take out the markers, git add and commit there; then:
  iter decide ${handed.decision} --option done
  iter launch`);
  }
  return EXIT.done;
}
