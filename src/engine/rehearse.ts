/** Plays a whole workflow with the rehearsal agent in a throw-away repository: real git, real worktrees, real landing, no account. */
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENTS } from '../agents/table.ts';
import type { Event } from '../core/event.ts';
import type { Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { problemLine } from '../core/problem.ts';
import { filledGlobs } from '../core/targets.ts';
import type { Input, Workflow } from '../core/workflow.ts';
import { copyTree } from '../effects/disk.ts';
import { readLog } from '../effects/event-log.ts';
import { ensureFolder, exists, removeFolder, writeText } from '../effects/folder.ts';
import { git } from '../effects/git.ts';
import { locate } from '../effects/repository.ts';
import { parseMetricPath } from '../files/metric-path.ts';
import { loadWorkflow } from '../files/workflow.ts';
import type { RelatedFile } from '../files/workflow-document.ts';
import { combinedText } from '../files/workflow-resolve.ts';
import type { Context } from './context.ts';
import { createIteration } from './create.ts';
import { answer } from './decisions.ts';
import type { Iteration } from './iteration.ts';
import { logFile, openIteration } from './iteration.ts';
import { launch } from './launch.ts';
import { merge } from './merge.ts';
import { passesOf } from './rehearse-passes.ts';
import type { Pass } from './rehearse-passes.ts';

export interface Rehearsal {
  readonly workflow: string;
  readonly passes: number;
  /** Of how many each: reached of wanted. */
  readonly conditions: Covered;
  readonly gates: Covered;
  readonly checkpoints: Covered;
  /** What was wanted and did not happen, in sentences; none when all is well. */
  readonly missed: readonly string[];
}

export interface Covered {
  readonly reached: number;
  readonly wanted: number;
}

export interface RehearseRequest {
  readonly name: string;
  readonly workflow: RelatedFile;
  /** Folder with roles of the repository, when it has some. */
  readonly roles?: string;
  /** The person's own folder of iter, for their roles. */
  readonly personal?: string;
}

/** Rounds of asking and going on before a pass counts as going round in circles. */
const ROUNDS = 40;

/** Plays all passes a workflow needs; problems when it does not load. */
export async function rehearse(request: RehearseRequest, context: Context): Promise<Rehearsal | { readonly problems: readonly Problem[] }> {
  const { text, file, related } = request.workflow;
  const { workflow, combined, problems } = loadWorkflow(text, file, related);
  if (workflow === undefined || problems.length > 0) return { problems };
  const whole = combined === undefined ? text : combinedText(combined);
  const { passes, wanted } = passesOf(workflow);
  const played: Played[] = [];
  const silent = new Set(workflow.steps.filter((step) => step.gate !== undefined).map((step) => step.id));
  for (const pass of passes) {
    context.signal.throwIfAborted();
    const one = await play(request, { workflow, text: whole, pass, rejecting: new Set(silent) }, context);
    played.push(one);
    for (const step of spoken(one)) silent.delete(step);
  }
  return coverage(request.name, workflow, { wanted, played });
}

interface Played {
  readonly pass: Pass;
  readonly plan: Plan | undefined;
  readonly events: readonly Event[];
  readonly trouble?: string;
}

interface Part {
  readonly workflow: Workflow;
  /** The workflow in one file. */
  readonly text: string;
  readonly pass: Pass;
  /** Steps whose review or person says no once, if it comes to that. */
  readonly rejecting: ReadonlySet<string>;
}

/** The steps that were done or asked in a pass, and so have had their turn to say no. */
function spoken({ plan, events }: Played): string[] {
  const tasks = new Set(
    events.flatMap((event) => (event.type === 'task-accepted' || event.type === 'decision-requested' ? [event.task] : [])),
  );
  return (plan?.tasks ?? []).flatMap((task) => (tasks.has(task.id) ? [task.step] : []));
}

async function play(request: RehearseRequest, part: Part, context: Context): Promise<Played> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'iter-rehearse-')));
  try {
    const root = await stage(folder, request, { ...part, workflow: filledFor(part) });
    const created = await createIteration({
      root,
      ...(request.personal === undefined ? {} : { personal: request.personal }),
      slug: 'rehearsal',
      workflow: join(folder, 'workflow.yaml'),
      inputs: inputsFor(part.workflow, part.pass),
      context: [],
      agent: 'rehearsal',
      knownAgents: AGENTS.map((row) => row.name),
      ...(Object.keys(part.workflow.environments).length === 0 ? {} : { environment: part.pass.environment }),
      now: context.now().toISOString(),
      dryRun: false,
    });
    if ('problems' in created)
      return { pass: part.pass, plan: undefined, events: [], trouble: created.problems.map(problemLine).join('; ') };
    writeText(join(created.directory, 'rehearsal.yaml'), scriptFor(created.plan, part));
    const trouble = await toTheEnd(() => reopened(root, created.plan.iteration), part, context);
    return {
      pass: part.pass,
      plan: created.plan,
      events: readLog(logFile(created.directory)).events,
      ...(trouble === undefined ? {} : { trouble }),
    };
  } finally {
    removeFolder(folder);
  }
}

/** A small repository with something for every glob. */
async function stage(folder: string, request: RehearseRequest, { workflow, text }: Part): Promise<string> {
  const root = join(folder, 'repository');
  ensureFolder(root);
  await git(root, ['init', '-q', '-b', 'main']);
  for (const [key, value] of [
    ['user.name', 'Rehearsal'],
    ['user.email', 'rehearsal@localhost'],
  ] as const)
    await git(root, ['config', key, value]);
  writeText(join(root, 'README.md'), '# A repository to rehearse in\n');
  for (const pattern of globsOf(workflow))
    for (const name of ['first', 'second', 'third'])
      writeText(join(root, pattern.replaceAll('**/', '').replaceAll('*', name)), `# ${name}\n`);
  for (const [file, text] of Object.entries(filesAtBase(workflow))) if (!exists(join(root, file))) writeText(join(root, file), text);
  if (request.roles !== undefined) copyTree(request.roles, join(root, 'roles'));
  writeText(join(folder, 'workflow.yaml'), text);
  await git(root, ['add', '--all'], { writes: true });
  await git(root, ['commit', '-q', '-m', 'Start'], { writes: true });
  return root;
}

/** With the patterns of the pass in place of inputs. */
function filledFor({ workflow, pass }: Part): Workflow {
  const given = Object.fromEntries(
    inputsFor(workflow, pass).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
  return filledGlobs(workflow, { given, slug: 'rehearsal', iteration: '001-rehearsal' }).workflow;
}

/** What checks compare with: schemas that ask for nothing, and reports with a figure that can get better. */
function filesAtBase(workflow: Workflow): Record<string, string> {
  const templates = [
    ...workflow.steps.flatMap((step) => [...step.checks, ...step.deliverables.flatMap((one) => one.checks)]),
    ...workflow.checks,
  ];
  return Object.fromEntries(
    templates.flatMap(({ criterion }) => {
      if (criterion.check === 'schema' || criterion.check === 'frontmatter') {
        return criterion.schema.in === 'iteration' ? [] : [[criterion.schema.file, '{}\n']];
      }
      if (criterion.check !== 'metric' || criterion.op !== 'improves' || criterion.baseline.in === 'iteration') return [];
      const { file, path } = criterion.baseline;
      const keys = (parseMetricPath(path) ?? []).flatMap((part) => ('key' in part ? [part.key] : []));
      return [[file, `${JSON.stringify(keys.reduceRight<unknown>((inside, key) => ({ [key]: inside }), 100))}\n`]];
    }),
  ) as Record<string, string>;
}

/** The files the steps are done on; what a pattern leaves out is not made, and what tasks deliver is not there yet. */
function globsOf(workflow: Workflow): string[] {
  const globs = workflow.steps.flatMap(({ targets }) => (targets?.from.is === 'glob' ? targets.from.globs : []));
  return [...new Set(globs)].filter((glob) => !glob.startsWith('!'));
}

function inputsFor(workflow: Workflow, pass: Pass): string[] {
  const example = (input: Input): string => ({ string: 'rehearsal', number: '1', boolean: 'true', list: 'first,second' })[input.type];
  return Object.entries(workflow.inputs).flatMap(([name, input]) => {
    const chosen = pass.inputs[name];
    if (chosen !== undefined) return [`${name}=${String(chosen)}`];
    return input.required && input.default === undefined ? [`${name}=${example(input)}`] : [];
  });
}

function scriptFor(plan: Plan, { pass, rejecting }: Part): string {
  const lines = plan.tasks.flatMap((task) => {
    const fields = Object.entries(pass.fields[task.step] ?? {}).map(
      ([name, value]) => `${name}=${typeof value === 'object' ? `[${value.join(' ')}]` : String(value)}`,
    );
    return [
      ...(rejecting.has(task.step) && task.gate !== undefined ? [`${task.id}: reject`] : []),
      ...(fields.length === 0 ? [] : [`${task.id}.fields: ${fields.join(', ')}`]),
    ];
  });
  return `${lines.join('\n')}\n`;
}

function reopened(root: string, name: string): Iteration {
  const repository = locate(root);
  const opened = repository === undefined ? { problems: [] } : openIteration(repository, name);
  if ('problems' in opened) throw new Error(`the rehearsal cannot be opened: ${opened.problems.map(problemLine).join('; ')}`);
  return opened.iteration;
}

/** Launches, answers what is asked, and merges; a sentence when it does not come to that. */
async function toTheEnd(open: () => Iteration, { rejecting }: Part, context: Context): Promise<string | undefined> {
  const rejected = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const iteration = open();
    const { outcome, state } = await launch(iteration, { maxParallel: iteration.plan.maxParallel }, context);
    if (outcome === 'done') return land(open(), context);
    if (outcome !== 'waiting')
      return `it ${outcome}: ${Object.entries(state.tasks)
        .flatMap(([id, task]) => (task.phase.name === 'failed' ? [`${id}: ${task.phase.reason}`] : []))
        .join('; ')}`;
    for (const decision of state.decisions) {
      const options = decision.options.map((option) => option.id);
      if (decision.kind === 'pick') {
        const [first = 'abort'] = options;
        await answer(open(), { id: decision.id, option: first, by: 'rehearsal' }, context);
        continue;
      }
      if (decision.kind !== 'checkpoint') return `it asks what no rehearsal can answer: ${decision.question}`;
      const step = iteration.plan.tasks.find((task) => task.id === decision.task)?.step ?? '';
      const no = rejecting.has(step) && options.includes('reject') && !rejected.has(decision.task);
      rejected.add(decision.task);
      await answer(
        open(),
        { id: decision.id, option: no ? 'reject' : 'approve', by: 'rehearsal', ...(no ? { reason: 'once more, for the rehearsal' } : {}) },
        context,
      );
    }
  }
  return `it went on asking for ${ROUNDS} rounds`;
}

async function land(iteration: Iteration, context: Context): Promise<string | undefined> {
  const [approver] = iteration.plan.decision?.cautionApprovers ?? [];
  const merged = await merge(
    iteration,
    {
      strategy: iteration.plan.strategy,
      target: iteration.plan.target,
      dryRun: false,
      strict: false,
      ...(approver === undefined ? {} : { approval: { by: approver } }),
    },
    context,
  );
  if (merged.outcome === 'landed' || merged.outcome === 'nothing') return undefined;
  if (merged.outcome === 'invalid') return merged.problems.map(problemLine).join('; ');
  return `nothing landed: ${merged.outcome === 'conflict' ? merged.paths.join(', ') : merged.verdict.missed.join('; ')}`;
}

function coverage(
  name: string,
  workflow: Workflow,
  { wanted, played }: { wanted: readonly string[]; played: readonly Played[] },
): Rehearsal {
  const stepOf = (one: Played, id: string): string => one.plan?.tasks.find((task) => task.id === id)?.step ?? '';
  const happened = (pick: (event: Event, one: Played) => string[]): Set<string> =>
    new Set(played.flatMap((one) => one.events.flatMap((event) => pick(event, one))));
  const skipped = happened((event, one) => (event.type === 'task-skipped' ? [`${stepOf(one, event.task)}: false`] : []));
  // a person who is asked has been reached, whatever they answer
  const accepted = happened((event, one) =>
    event.type === 'task-accepted' || event.type === 'decision-requested' ? [`${stepOf(one, event.task)}: true`] : [],
  );
  const ways = wanted.filter((one) => skipped.has(one) || accepted.has(one));
  const gated = workflow.steps.filter((step) => step.gate !== undefined && step.human === undefined).map((step) => step.id);
  const rejections = happened((event, one) => (event.type === 'review-rejected' ? [stepOf(one, event.task)] : []));
  const people = workflow.steps
    .filter((step) => step.human !== undefined)
    .flatMap((step) => played.map((one) => `${step.id} in ${one.pass.environment}`));
  const reached = happened((event, one) =>
    event.type === 'task-accepted' || event.type === 'task-skipped' || event.type === 'decision-requested'
      ? [`${stepOf(one, event.task)} in ${one.pass.environment}`]
      : [],
  );
  const asked = [...new Set(people)];
  const count = (all: readonly string[], has: (one: string) => boolean): Covered => ({
    reached: all.filter(has).length,
    wanted: all.length,
  });
  return {
    workflow: name,
    passes: played.length,
    conditions: count(wanted, (one) => ways.includes(one)),
    gates: count(gated, (one) => rejections.has(one)),
    checkpoints: count(asked, (one) => reached.has(one)),
    missed: [
      ...played.flatMap((one) => (one.trouble === undefined ? [] : [`in the environment ${one.pass.environment}: ${one.trouble}`])),
      ...wanted.filter((one) => !ways.includes(one)).map((one) => `condition of ${one} never came about`),
      ...gated.filter((one) => !rejections.has(one)).map((one) => `the gate of ${one} never rejected`),
      ...asked.filter((one) => !reached.has(one)).map((one) => `the checkpoint ${one} was never reached`),
    ],
  };
}
