/** `iter block`: say what stands in the way of a task, so that it is looked at in time. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { BLOCKER_KINDS } from '../core/open-blockers.ts';
import { block } from '../engine/block.ts';
import { complain, json, result } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, person, verb } from './verb.ts';

interface Flags extends Common {
  readonly message?: string;
  readonly needs?: string;
  readonly severity: string;
  readonly type: string;
  readonly escalate?: boolean;
  readonly task?: string;
  readonly iteration?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'block',
    'Say what stands in the way of a task; it is Blocked until somebody says how that was cleared.',
    'iter block -m "no client secret" --needs "a decision for one provider" --type Decision --severity High --escalate',
  )
    .requiredOption('-m, --message <text>', 'what stands in the way')
    .requiredOption('--needs <text>', 'what would clear it')
    .option('--severity <severity>', 'Critical, High, Medium, Low', 'Medium')
    .option('--type <type>', BLOCKER_KINDS.join(', '), 'Technical')
    .option('--escalate', 'a person has to act')
    .option('--task <id>', 'which task; ITER_TASK when left out')
    .option('--iteration <iteration>', 'number, slug or folder; ITER_ITERATION when left out')
    .action(async (options: Flags) => finish(await put(options, signal)));
}

async function put(options: Flags, signal: AbortSignal): Promise<number> {
  const iteration = iterationAt(options, options.iteration ?? process.env['ITER_ITERATION']);
  if (iteration === undefined) return EXIT.usage;
  const raised = await block(
    iteration,
    {
      task: options.task ?? process.env['ITER_TASK'],
      by: person(),
      text: options.message ?? '',
      needs: options.needs ?? '',
      severity: options.severity,
      type: options.type,
      escalate: options.escalate === true,
    },
    contextOf(options, signal),
  );
  if ('problems' in raised) {
    complain(raised.problems);
    return EXIT.usage;
  }
  const { id, task, severity } = raised;
  if (options.json === true) json({ iteration: iteration.name, id, task, severity });
  else result(`${task} is blocked: ${id}\ncleared with: iter message resolve ${id} -m "how"`);
  return EXIT.done;
}
