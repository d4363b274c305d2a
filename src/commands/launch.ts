/** `iter launch`: preflight, then the loop. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Finish } from '../cli.ts';
import type { AgentDescriptor } from '../core/agent-descriptor.ts';
import { taskId } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import { snapshot } from '../core/snapshot.ts';
import { hasLanded } from '../core/state.ts';
import { startDetached } from '../effects/machine.ts';
import type { Context } from '../engine/context.ts';
import type { Iteration } from '../engine/iteration.ts';
import { blindLimits } from '../engine/budgets.ts';
import { baseline } from '../engine/baseline.ts';
import { diskFinding } from '../engine/doctor.ts';
import { agentInFile } from '../engine/agent-library.ts';
import { launch } from '../engine/launch.ts';
import { redText } from '../engine/readiness.ts';
import type { LaunchResult } from '../engine/launch.ts';
import { preflight, uncommittedWarning } from '../engine/preflight.ts';
import { retry } from '../engine/resets.ts';
import { feedbackOf } from './feedback.ts';
import { personalFolder } from '../engine/personal-folder.ts';
import { pricesOf } from '../engine/settings.ts';
import { skillWarnings } from '../engine/skills.ts';
import { complain, json, say } from './out.ts';
import { withOwnAgents } from './own-agents.ts';
import { statusJson } from './status-text.ts';
import type { Common } from './verb.ts';
import { EXIT, contextOf, iterationAt, person, verb } from './verb.ts';

interface LaunchFlags extends Common {
  readonly maxParallel?: string;
  readonly agent?: string;
  readonly only?: string;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
  readonly wait?: boolean;
  readonly baseline?: boolean;
  readonly allowRed?: boolean;
  readonly from?: string;
  readonly feedback?: string;
}

export function command(finish: Finish, signal: AbortSignal): Command {
  return verb(
    'launch',
    'Start agents in worktrees until every task is accepted or somebody is needed; started again it continues.',
    'iter launch --max-parallel 3',
  )
    .argument('[iteration]', 'number, slug or folder; the newest unfinished one when left out')
    .option('--max-parallel <n>', 'how many agents at once')
    .option('--agent <name>', 'who does the work, instead of what the plan says: a name, or the file of a descriptor (x.yaml)')
    .option('--only <tasks>', 'start only these tasks: T2,T3')
    .option('--from <step>', 'do this step or task again, and everything after it')
    .option('--feedback <text|@file>', 'with --from: reaches its next prompt, word for word')
    .option('--wait', 'stay while a person is asked, and go on when they answer or their time is over')
    .option('--baseline', 'first run the commands of the criteria on the untouched base; what is red there stops the launch with exit 3')
    .option('--allow-red', 'with --baseline: say what is red and go on')
    .option('--detach', 'go on in the background; iter monitor watches, iter stop ends it')
    .option('-n, --dry-run', 'say what would start now, start nothing')
    .action(async (wanted: string | undefined, options: LaunchFlags) => finish(await perform(wanted, options, signal)));
}

async function perform(wanted: string | undefined, options: LaunchFlags, signal: AbortSignal): Promise<number> {
  const opened = iterationAt(options, wanted);
  if (opened === undefined) return EXIT.usage;
  const given = options.agent === undefined ? undefined : agentInFile(options.agent, options.directory);
  if (given !== undefined && 'problems' in given) {
    complain(given.problems);
    return EXIT.usage;
  }
  const iteration = options.agent === undefined ? opened : withAgent(opened, given?.agent.name ?? options.agent);
  const limits = limitsOf(iteration, options);
  if ('problems' in limits) {
    complain(limits.problems);
    return EXIT.usage;
  }
  const known = withOwnAgents(contextOf(options, signal), options, iteration);
  const context = given === undefined ? known : before(known, given.agent);
  if (options.dryRun === true) return dryRun(iteration, limits, options);
  if (options.detach === true) return detach(iteration, context);
  const again = await startOver(iteration, options, context);
  if (again !== undefined) return again;
  const red =
    options.baseline === true || options.allowRed === true ? await redAtBase(iteration, options.allowRed === true, context) : undefined;
  if (red !== undefined) return red;
  const started = await launchChecked(iteration, limits, context);
  if ('exit' in started) return started.exit;
  if (options.json === true)
    json(
      statusJson(
        iteration.plan,
        started.state,
        snapshot(iteration.plan, started.state, { directory: iteration.directory, running: false, now: context.now().toISOString() }),
      ),
    );
  return conclude(iteration, started, context);
}

/** Has a step start over before anything is launched; an exit code when that cannot be. */
async function startOver(iteration: Iteration, options: LaunchFlags, context: Context): Promise<number | undefined> {
  const feedback = feedbackOf(options.feedback, options.directory);
  const problems: Problem[] = [];
  if (typeof feedback === 'object') problems.push(feedback);
  if (options.feedback !== undefined && options.from === undefined) {
    problems.push({ what: '--feedback without --from', fix: 'say with --from which step it is for' });
  }
  if (typeof feedback !== 'object' && problems.length === 0 && options.from !== undefined) {
    const asked = { what: [options.from], by: person(), ...(feedback === undefined ? {} : { feedback }) };
    const done = await retry(iteration, asked, context);
    if ('problems' in done) problems.push(...done.problems);
    else
      context.say(
        `${done.tasks.join(', ')} ${done.tasks.length === 1 ? 'starts' : 'start'} over, and ${done.also.join(', ') || 'nothing else'} after that`,
      );
  }
  complain(problems);
  return problems.length > 0 ? EXIT.usage : undefined;
}

/** Tries the commands of the criteria before any agent starts; an exit code when that stops the launch. */
async function redAtBase(iteration: Iteration, allowed: boolean, context: Context): Promise<number | undefined> {
  const { problems, missingAgents } = await preflight(iteration, context);
  // what is wrong anyway is said by the launch, before commands take their time
  if (problems.length > 0 || missingAgents.length > 0) return undefined;
  const { commands, red } = await baseline(iteration, context);
  if (red.length === 0) {
    context.say(`${commands} ${commands === 1 ? 'command' : 'commands'} of the criteria green on ${iteration.plan.base.slice(0, 10)}`);
    return undefined;
  }
  say(redText(red));
  if (allowed) return undefined;
  say('no agent was started: mend the base, or go on in spite of it: iter launch --allow-red');
  return EXIT.noGo;
}

type Limits = Parameters<typeof launch>[1];

/** Preflight and launch; everything preflight finds is said. */
export async function launchChecked(
  iteration: Iteration,
  limits: Limits,
  context: Context,
): Promise<LaunchResult | { readonly exit: number }> {
  const { problems, missingAgents } = await preflight(iteration, context);
  complain([...problems, ...missingAgents]);
  if (problems.length > 0) return { exit: EXIT.usage };
  if (missingAgents.length > 0) return { exit: EXIT.agentMissing };
  const warning = await uncommittedWarning(iteration);
  if (warning !== undefined) context.say(warning);
  const disk = await diskFinding(iteration.repository.root);
  if (disk.state === 'bad') context.say(`warning: ${disk.what}; ${disk.fix ?? ''}`);
  for (const line of await skillWarnings(iteration, personalFolder(context.environment))) context.say(`warning: ${line}`);
  const prices = pricesOf(iteration.repository, context.environment);
  for (const line of await blindLimits(iteration.plan, context.program.agents ?? [], prices)) context.say(`warning: ${line}`);
  return launch(iteration, limits, context);
}

/** Says how a launch ended and what to do next; gives the exit code. */
export function conclude(iteration: Iteration, { outcome, state }: LaunchResult, context: Context): number {
  switch (outcome) {
    case 'done':
      context.say(
        hasLanded(iteration.plan.tasks, state)
          ? 'everything has landed already; there is nothing to launch'
          : 'every task that could run is accepted\nnext: iter validate, then iter merge',
      );
      return EXIT.done;
    case 'budget':
    case 'waiting':
      for (const open of state.decisions)
        say(
          `needs you: ${open.id}: ${open.question}\n${open.options.map((option) => `  iter decide ${open.id} --option ${option.id}    ${option.label}`).join('\n')}`,
        );
      return outcome === 'budget' ? EXIT.budget : EXIT.waiting;
    case 'failed': {
      const failed = iteration.plan.tasks.filter((task) => state.tasks[task.id]?.phase.name === 'failed');
      say(`failed: ${failed.map((task) => task.id).join(', ')}; see iter status and iter logs ${failed[0]?.id ?? ''}`);
      return EXIT.failed;
    }
    default:
      say('stopped; nothing is lost, iter launch continues');
      return EXIT.failed;
  }
}

function limitsOf(iteration: Iteration, options: LaunchFlags): Limits | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const asked = options.maxParallel ?? process.env['ITER_MAX_PARALLEL'];
  const maxParallel = asked === undefined ? iteration.plan.maxParallel : Number(asked);
  if (!Number.isInteger(maxParallel) || maxParallel < 1)
    problems.push({ what: `--max-parallel "${asked ?? ''}" is not a number of agents`, fix: 'give a whole number from 1' });
  const only = options.only?.split(',').map((id) => taskId(id.trim()));
  for (const id of only ?? []) {
    if (!iteration.plan.tasks.some((task) => task.id === id))
      problems.push({ what: `--only: there is no task "${id}"`, fix: `use ${iteration.plan.tasks.map((task) => task.id).join(', ')}` });
  }
  if (problems.length > 0) return { problems };
  return { maxParallel, ...(options.wait === true ? { wait: true } : {}), ...(only === undefined ? {} : { only: new Set(only) }) };
}

/** The context with this agent before all others. */
function before(context: Context, agent: AgentDescriptor): Context {
  return { ...context, program: { ...context.program, agents: [agent, ...(context.program.agents ?? [])] } };
}

function withAgent(iteration: Iteration, agent: string): Iteration {
  return { ...iteration, plan: { ...iteration.plan, tasks: iteration.plan.tasks.map((task) => ({ ...task, agent })) } };
}

async function dryRun(iteration: Iteration, limits: Limits, options: LaunchFlags): Promise<number> {
  const { decide } = await import('../core/decide.ts');
  const actions = decide(iteration.plan, iteration.state, { ...limits, busy: new Set() });
  if (options.json === true) json({ iteration: iteration.name, actions });
  else say(actions.length === 0 ? 'nothing can start now' : actions.map((action) => `would ${action.do} ${action.task}`).join('\n'));
  return EXIT.done;
}

/** Starts the same command again without --detach, in the background; what it says goes to `.run/launch.log`. */
async function detach(iteration: Iteration, context: Context): Promise<number> {
  const { problems, missingAgents } = await preflight(iteration, context);
  complain([...problems, ...missingAgents]);
  if (problems.length > 0) return EXIT.usage;
  if (missingAgents.length > 0) return EXIT.agentMissing;
  const { node, cli } = context.program;
  const log = join(iteration.directory, '.run', 'launch.log');
  const pid = startDetached([node, cli, ...process.argv.slice(2).filter((word) => word !== '--detach')], log);
  say(`launch goes on as process ${pid}; what it says is in ${log}\nnext: iter monitor, iter status, iter stop`);
  return EXIT.running;
}
