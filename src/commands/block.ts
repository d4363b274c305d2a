/** `iter block`: say what stands in the way of a task, so that it is looked at in time. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { taskId } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import { BLOCKER_KINDS, BLOCKER_SEVERITIES } from '../core/open-blockers.ts';
import { raise } from '../engine/blockers.ts';
import { postMessage } from '../engine/messages.ts';
import { blockerText } from '../files/blocker-text.ts';
import { MESSAGE_PRIORITIES } from '../files/messages.ts';
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
    .action(async (options: Flags) => finish(await block(options, signal)));
}

async function block(options: Flags, signal: AbortSignal): Promise<number> {
  const iteration = iterationAt(options, options.iteration ?? process.env['ITER_ITERATION']);
  if (iteration === undefined) return EXIT.usage;
  const ids = iteration.plan.tasks.map((task) => task.id);
  const named = options.task ?? process.env['ITER_TASK'];
  const severity = BLOCKER_SEVERITIES.find((one) => one === options.severity.toLowerCase());
  const kind = BLOCKER_KINDS.find((one) => one.toLowerCase() === options.type.toLowerCase());
  const text = options.message?.trim() ?? '';
  const problems = [
    ...(severity === undefined
      ? [{ what: `unknown severity "${options.severity}"`, fix: didYouMean(options.severity, BLOCKER_SEVERITIES) }]
      : []),
    ...(kind === undefined ? [{ what: `unknown type "${options.type}"`, fix: didYouMean(options.type, BLOCKER_KINDS) }] : []),
    ...(text === '' ? [{ what: 'it is not said what stands in the way', fix: 'say it with -m' }] : []),
    ...(named === undefined ? [{ what: 'no task is named', fix: 'give --task T2, or set ITER_TASK' }] : []),
    ...(named === undefined || ids.some((id) => id === named)
      ? []
      : [{ what: `there is no task "${named}"`, fix: didYouMean(named, ids) }]),
  ];
  if (severity === undefined || kind === undefined || named === undefined || problems.length > 0) {
    complain(problems);
    return EXIT.usage;
  }
  const context = contextOf(options, signal);
  const words = { severity, kind, text, needed: options.needs?.trim() ?? '', escalate: options.escalate === true };
  const priority = MESSAGE_PRIORITIES.find((one) => one.toLowerCase() === severity) ?? 'Medium';
  const task = taskId(named);
  const id = await postMessage(iteration, {
    from: person(),
    to: 'Orchestrator',
    type: 'Blocker',
    task,
    timestamp: context.now().toISOString(),
    status: 'Sent',
    priority,
    text: blockerText(words),
  });
  await raise(iteration, { id, task, by: person(), ...words }, context);
  if (options.json === true) json({ iteration: iteration.name, id, task, severity });
  else result(`${task} is blocked: ${id}\ncleared with: iter message resolve ${id} -m "how"`);
  return EXIT.done;
}
