/** `iter validate`: the decision about what would land now. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { taskId } from '../core/ids.ts';
import { uncommittedWarning } from '../engine/preflight.ts';
import { Run } from '../engine/run.ts';
import { validate } from '../engine/validate.ts';
import { verdictJson, verdictText } from './gate-text.ts';
import { complain, json, result, say } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, verb } from './verb.ts';

interface Flags extends Common {
  readonly task?: string;
  readonly fresh?: boolean;
  readonly strict?: boolean;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb('validate', 'Judge what would land: every criterion, on exactly that tree.', 'iter validate --json')
    .argument('[iteration]', 'number, slug or folder; the newest unfinished one when left out')
    .option('--task <id>', 'only this task and what it needs')
    .option('--fresh', 'run the checks again although this tree has a verdict')
    .option('--strict', 'GO_WITH_CAUTION counts as NO_GO')
    .action(async (wanted: string | undefined, options: Flags) => {
      const iteration = iterationAt(options, wanted);
      if (iteration === undefined) return finish(EXIT.usage);
      if (options.task !== undefined && !iteration.plan.tasks.some((task) => task.id === options.task)) {
        complain([{ what: `there is no task "${options.task}"`, fix: `use ${iteration.plan.tasks.map((task) => task.id).join(', ')}` }]);
        return finish(EXIT.usage);
      }
      const context = contextOf(options, signal);
      const [warning, validation] = await Promise.all([
        uncommittedWarning(iteration),
        validate(
          new Run(iteration, context),
          {
            strategy: iteration.plan.strategy,
            target: iteration.plan.target,
            fresh: options.fresh === true,
            remembers: true,
            ...(options.task === undefined ? {} : { tasks: [taskId(options.task)] }),
          },
          context,
        ),
      ]);
      if (warning !== undefined) context.say(warning);
      if ('problems' in validation) {
        complain(validation.problems);
        return finish(EXIT.usage);
      }
      const { verdict } = validation;
      if (options.json === true) json(verdictJson(verdict));
      else result(verdictText(verdict));
      const red = verdict.decision === 'NO_GO' || (options.strict === true && verdict.decision === 'GO_WITH_CAUTION');
      if (!red && options.json !== true && options.quiet !== true) say('next: iter merge');
      return finish(red ? EXIT.noGo : EXIT.done);
    });
}
