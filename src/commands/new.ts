/** `iter new`: the iteration folder. */
import { relative } from 'node:path';
import type { Command } from 'commander';
import { agentNames, agentRows, tiersOf } from '../agents/table.ts';
import type { Finish } from '../cli.ts';
import { agentInFile, ownAgents } from '../engine/agent-library.ts';
import { createIteration } from '../engine/create.ts';
import type { Created, Refused } from '../engine/create.ts';
import type { PlannedTask } from '../core/plan.ts';
import { shortList } from '../files/quoted.ts';
import { earlierOf } from '../engine/earlier.ts';
import { personalFolder } from '../engine/personal-folder.ts';
import { settingsOf } from '../engine/settings.ts';
import { complain, json, result, say } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, repositoryAt, verb } from './verb.ts';

/** Needs shown in a row. */
const MAX_NEEDS = 10;

export interface NewOptions extends Common {
  readonly workflow?: string;
  readonly input?: readonly string[];
  readonly context?: readonly string[];
  readonly targets?: readonly string[];
  readonly agent?: string;
  readonly env?: string;
  readonly maxParallel?: string;
  readonly rehearse?: readonly string[];
  readonly from?: string;
  readonly dryRun?: boolean;
}

/** The flags of `new`, which `run` takes, too. */
export function withNewFlags(command: Command): Command {
  return command
    .argument('<slug>', 'short name of the iteration: lower case, digits, hyphens')
    .option('-w, --workflow <name>', 'name or path of a workflow')
    .option('--input <name=value>', 'value for an input of the workflow; lists by comma', collect)
    .option('--context <file>', 'a file every agent gets to read', collect)
    .option('--targets <glob>', 'files to work on: one task each', collect)
    .option(
      '--agent <name>',
      'who does the work: rehearsal, manual, a name from iter agents list, the file of a descriptor (x.yaml), or command:<line>',
    )
    .option('--from <iteration>', 'go on from an earlier one: its workflow, inputs and reports, where no flag says otherwise')
    .option('--env <name>', 'environment of the workflow')
    .option('--max-parallel <n>', 'how many agents at once')
    .option('--rehearse <task=behaviour>', 'what the rehearsal agent does wrong: fail, hang, red, reject, outside, conflict, slow', collect)
    .option('-n, --dry-run', 'say what would be made, write nothing');
}

export function command(finish: Finish): Command {
  return withNewFlags(
    verb(
      'new',
      'Make an iteration folder from a workflow.',
      "iter new pricing --targets 'src/*.js' --input test_command='npm test' --agent rehearsal",
    ),
  ).action(async (slug: string, options: NewOptions) => {
    const created = await create(slug, options);
    if (created === undefined) return finish(EXIT.usage);
    if ('problems' in created) {
      complain(created.problems);
      return finish(created.exit);
    }
    for (const warning of created.warnings) if (options.quiet !== true) say(`warning: ${warning}`);
    print(created, options);
    return finish(EXIT.done);
  });
}

/** Makes the iteration a person asked for with these flags; undefined when there is no repository, which has been said. */
export async function create(slug: string, options: NewOptions): Promise<Created | Refused | undefined> {
  const repository = repositoryAt(options.directory);
  if (repository === undefined) return undefined;
  const settings = await settingsOf(repository, {
    environment: process.env,
    directory: options.directory,
    targets: options.targets ?? [],
    inputs: options.input ?? [],
  });
  if ('problems' in settings) return { problems: settings.problems, exit: 2 };
  const maxParallel = options.maxParallel === undefined ? settings.maxParallel : Number(options.maxParallel);
  if (maxParallel !== undefined && (!Number.isInteger(maxParallel) || maxParallel < 1)) {
    return {
      problems: [
        { what: `--max-parallel "${options.maxParallel ?? maxParallel}" is not a number of agents`, fix: 'give a whole number from 1' },
      ],
      exit: 2,
    };
  }
  const earlier = options.from === undefined ? undefined : earlierOf(repository, options.from);
  if (earlier !== undefined && 'problems' in earlier) return { problems: earlier.problems, exit: 2 };
  const environment = options.env ?? (options.workflow === undefined ? earlier?.environment : undefined) ?? settings.environment;
  const personal = personalFolder(process.env);
  const own = ownAgents({ root: repository.root, personal });
  complain(own.problems);
  const given = options.agent === undefined ? undefined : agentInFile(options.agent, options.directory);
  if (given !== undefined && 'problems' in given) return { problems: given.problems, exit: 2 };
  const rows = agentRows(given === undefined ? own.agents : [given.agent, ...own.agents.filter(({ name }) => name !== given.agent.name)]);
  return createIteration({
    root: repository.root,
    cwd: settings.directory,
    personal,
    slug,
    workflow: options.workflow ?? earlier?.workflow ?? settings.workflow,
    inputs: settings.inputs,
    ...(earlier === undefined ? {} : { earlier: earlier.inputs }),
    ...(settings.targets === undefined ? {} : { targets: settings.targets }),
    context: [...(earlier?.context ?? []), ...(options.context ?? [])],
    agent: given?.agent.name ?? options.agent ?? settings.agent,
    ...(given === undefined ? {} : { agentFile: given.text }),
    models: settings.models,
    tiers: tiersOf(rows),
    knownAgents: agentNames(rows),
    ...(environment === undefined ? {} : { environment }),
    ...(maxParallel === undefined ? {} : { maxParallel }),
    ...(options.rehearse === undefined ? {} : { rehearsal: options.rehearse }),
    now: new Date().toISOString(),
    dryRun: options.dryRun === true,
  });
}

function print(created: Created, options: NewOptions): void {
  if (options.json === true) return json(createdJson(created));
  const next = options.quiet === true || options.dryRun === true ? '' : '\nnext: iter launch';
  return result(`${createdText(created, options.dryRun === true)}${next}`);
}

/** What programs hear of a new iteration. */
export function createdJson({ plan, directory }: Created): Readonly<Record<string, unknown>> {
  const tasks = plan.tasks.map(({ id, step, role, agent, model, branch, needs, group, targets, deliverables, estimateTokens, risk }) => ({
    id,
    step,
    role,
    agent,
    ...(model === undefined ? {} : { model }),
    branch,
    needs,
    group,
    targets,
    deliverables: deliverables.map((deliverable) => deliverable.path),
    estimateTokens,
    risk,
  }));
  return { iteration: plan.iteration, dir: directory, tasks };
}

/** The tasks as a table; with what each holds while nothing is written yet. */
export function createdText({ plan, points, directory }: Created, dryRun: boolean): string {
  const width = plan.tasks.reduce((most, task) => Math.max(most, task.title.length), 0);
  const load = ({ id, targets, estimateTokens, risk }: PlannedTask): string =>
    `  ${targets.length} ${targets.length === 1 ? 'target' : 'targets'}, ${points[id] ?? 0} points, ${estimateTokens} tokens, risk ${risk.score} ${risk.level}`;
  const rows = plan.tasks.map(
    (task) =>
      `  ${task.group}  ${task.id.padEnd(4)} ${task.title.padEnd(width)}  ${task.role} (${task.agent})${task.needs.length === 0 ? '' : `, after ${shortList(task.needs, MAX_NEEDS)}`}${dryRun ? load(task) : ''}`,
  );
  const made = dryRun ? 'would make' : 'made';
  return `${made} ${relative(process.cwd(), directory) || directory} from ${plan.workflow}: ${plan.tasks.length} tasks\n${rows.join('\n')}`;
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
