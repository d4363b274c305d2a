/** `iter plan`: an agent drafts an iteration for a goal, iter checks the draft, and a person says yes before anything is written. */
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import { inputPairs, newCommand, type PlanDraft } from '../core/plan-draft.ts';
import type { Problem } from '../core/problem.ts';
import { shellLine } from '../core/shell-words.ts';
import type { Workflow } from '../core/workflow.ts';
import type { Created } from '../engine/create.ts';
import { draftPlan } from '../engine/draft-plan.ts';
import { settingsOf } from '../engine/settings.ts';
import { findWorkflow, type LibraryPlaces } from '../engine/workflow-library.ts';
import { loadWorkflow } from '../files/workflow.ts';
import { knownWorkflows } from './known-workflows.ts';
import { libraryPlaces } from './library-places.ts';
import { create, createdJson, createdText } from './new.ts';
import { complain, json, result, say } from './out.ts';
import { withOwnAgents } from './own-agents.ts';
import type { Common } from './verb.ts';
import { contextOf, EXIT, repositoryAt, verb } from './verb.ts';

interface PlanFlags extends Common {
  readonly agent?: string;
  readonly workflow?: string;
  readonly yes?: boolean;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'plan',
    'Have an agent draft an iteration for a goal; nothing is written before you say yes.',
    'iter plan "rate limits for the public API" --agent claude',
  )
    .argument('<goal...>', 'what is to be reached, in your words')
    .option('--agent <name>', 'who drafts it, and does the work afterwards; the usual agent when left out')
    .option('-w, --workflow <name>', 'take this workflow instead of having one chosen')
    .option('--yes', 'make the iteration without asking')
    .action(async (words: readonly string[], options: PlanFlags) => finish(await plan(words.join(' '), options, signal)));
}

async function plan(goal: string, options: PlanFlags, signal: AbortSignal): Promise<number> {
  const repository = repositoryAt(options.directory);
  if (repository === undefined) return EXIT.usage;
  const settings = await settingsOf(repository, { environment: process.env, directory: options.directory, targets: [], inputs: [] });
  if ('problems' in settings) return refuse(settings.problems, EXIT.usage);
  const places = libraryPlaces(options);
  const { workflows, problems } = choices(options, places);
  if (problems.length > 0) return refuse(problems, EXIT.usage);
  const agent = options.agent ?? settings.agent;
  let shown: Created | undefined;
  const answered = await draftPlan(
    {
      repository,
      places,
      request: goal,
      agent,
      models: settings.models,
      workflows,
      wanted: 'plan',
      obstacles: async (draft) => {
        const tried = await make(draft, options, 'try');
        if (tried === undefined || 'problems' in tried) return tried?.problems ?? [];
        shown = tried;
        return [];
      },
    },
    withOwnAgents(contextOf(options, signal), options),
  );
  if ('problems' in answered) return refuse(answered.problems, answered.exit);
  if (shown === undefined) throw new Error('a draft without obstacles was never tried');
  return settle(answered.value, shown, { goal, agent, options, signal });
}

function refuse(problems: readonly Problem[], exit: number): number {
  complain(problems);
  return exit;
}

/** Every workflow there is, or the one that was named. */
function choices({ workflow: wanted, directory }: PlanFlags, places: LibraryPlaces): Choices {
  if (wanted === undefined) return { workflows: knownWorkflows(places), problems: [] };
  const found = findWorkflow(wanted, resolve(directory), places);
  if ('problem' in found) return { workflows: {}, problems: [found.problem] };
  const { workflow, problems } = loadWorkflow(found.found.text, found.found.file, found.found.related);
  return { workflows: workflow === undefined ? {} : { [workflow.name]: workflow }, problems };
}

interface Choices {
  readonly workflows: Readonly<Record<string, Workflow>>;
  readonly problems: readonly Problem[];
}

/** Does what `iter new` with the words of the draft would do; `try` writes nothing. */
function make(draft: PlanDraft, options: PlanFlags, how: 'try' | 'write'): ReturnType<typeof create> {
  const { targets } = draft;
  return create(draft.slug, {
    directory: options.directory,
    workflow: options.workflow ?? draft.workflow,
    input: inputPairs(draft.inputs),
    ...(targets.length === 0 ? {} : { targets }),
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    dryRun: how === 'try',
  });
}

interface Around {
  readonly goal: string;
  readonly agent: string;
  readonly options: PlanFlags;
  readonly signal: AbortSignal;
}

async function settle(draft: PlanDraft, shown: Created, { goal, agent, options, signal }: Around): Promise<number> {
  const more = [
    ...(options.agent === undefined ? [] : ['--agent', options.agent]),
    ...(options.directory === '.' ? [] : ['-C', options.directory]),
  ];
  const line = shellLine(newCommand({ ...draft, workflow: options.workflow ?? draft.workflow }, more));
  const told = {
    goal,
    agent,
    slug: draft.slug,
    workflow: draft.workflow,
    inputs: draft.inputs,
    targets: draft.targets,
    reason: draft.reason,
    command: line,
  };
  if (options.json !== true) result(`${draft.workflow}: ${draft.reason}\n${createdText(shown, true)}`);
  if (options.yes !== true && !(await agreed(options, signal))) {
    if (options.json === true) json({ ...told, ...createdJson(shown), created: false });
    else result(`nothing was written; to make it:\n  ${line}`);
    return EXIT.waiting;
  }
  const created = await make(draft, options, 'write');
  if (created === undefined) return EXIT.usage;
  if ('problems' in created) return refuse(created.problems, created.exit);
  for (const warning of created.warnings) if (options.quiet !== true) say(`warning: ${warning}`);
  if (options.json === true) json({ ...told, ...createdJson(created), created: true });
  else result(`made ${created.directory}${options.quiet === true ? '' : '\nnext: iter launch'}`);
  return EXIT.done;
}

/** A yes on a terminal; without one nobody is asked, and that is no. Closing the terminal or an interruption is no, too. */
async function agreed(options: PlanFlags, signal: AbortSignal): Promise<boolean> {
  const may = options.json !== true && !process.argv.includes('--no-input');
  if (!may || !process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const closed = once(terminal, 'close').then(() => '');
    const answer = await Promise.race([terminal.question('make it? [y/N] ', { signal }).catch(() => ''), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
