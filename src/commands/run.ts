/** `iter run`: new, launch, validate and merge in one go. Merges without a person only where the workflow's environment lets it, and only on a GO. */
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { locate } from '../effects/repository.ts';
import { openIteration } from '../engine/iteration.ts';
import { merge } from '../engine/merge.ts';
import { Run } from '../engine/run.ts';
import { validate } from '../engine/validate.ts';
import { verdictText } from './gate-text.ts';
import { conclude, launchChecked } from './launch.ts';
import { report } from './merge.ts';
import type { NewOptions } from './new.ts';
import { create, withNewFlags } from './new.ts';
import { complain, result, say } from './out.ts';
import { withOwnAgents } from './own-agents.ts';
import { EXIT, contextOf, verb } from './verb.ts';

export function command(finish: Finish, signal: AbortSignal): Command {
  return withNewFlags(verb('run', 'New, launch, validate and merge in one go.', 'iter run try --agent rehearsal')).action(
    async (slug: string, options: NewOptions) => finish(await perform(slug, options, signal)),
  );
}

async function perform(slug: string, options: NewOptions, signal: AbortSignal): Promise<number> {
  const created = await create(slug, options);
  if (created === undefined) return EXIT.usage;
  if ('problems' in created) {
    complain(created.problems);
    return created.exit;
  }
  const context = withOwnAgents(contextOf(options, signal), options, created);
  for (const warning of created.warnings) context.say(`warning: ${warning}`);
  if (options.dryRun === true) return EXIT.done;
  context.say(`made ${created.directory}: ${created.plan.tasks.length} tasks`);
  const repository = locate(created.directory);
  const opened = repository === undefined ? undefined : openIteration(repository, created.plan.iteration);
  if (opened === undefined || 'problems' in opened) throw new Error(`the iteration just made cannot be opened: ${created.directory}`);
  const { iteration } = opened;
  const launched = await launchChecked(iteration, { maxParallel: created.plan.maxParallel }, context);
  if ('exit' in launched) return launched.exit;
  if (launched.outcome !== 'done') return conclude(iteration, launched, context);
  const asked = { strategy: created.plan.strategy, target: created.plan.target, dryRun: false, strict: true };
  if (created.plan.human === 'required') {
    const validation = await validate(new Run(iteration, context), asked, context);
    if ('problems' in validation) {
      complain(validation.problems);
      return EXIT.usage;
    }
    result(verdictText(validation.verdict));
    if (validation.verdict.decision === 'NO_GO') return EXIT.noGo;
    say(`the environment "${created.plan.environment}" wants a person before anything lands\nnext: iter merge`);
    return EXIT.waiting;
  }
  return report(await merge(iteration, asked, context), asked, options);
}
