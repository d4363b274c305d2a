/** Plays one pass of a workflow from `iter new` to the landing, and answers what people are asked. */
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AGENTS } from '../agents/table.ts';
import type { Plan } from '../core/plan.ts';
import { problemLine } from '../core/problem.ts';
import { readLog } from '../effects/event-log.ts';
import { removeFolder, writeText } from '../effects/folder.ts';
import { locate } from '../effects/repository.ts';
import type { Context } from './context.ts';
import { createIteration } from './create.ts';
import { answer } from './decisions.ts';
import type { Iteration } from './iteration.ts';
import { logFile, openIteration } from './iteration.ts';
import { launch } from './launch.ts';
import { merge } from './merge.ts';
import type { Played } from './rehearse-coverage.ts';
import { inputsFor, type Part, stage } from './rehearse-ground.ts';

/** Where there are roles besides the shipped ones. */
export interface Folders {
  /** Folder with roles of the repository, when it has some. */
  readonly roles?: string;
  /** The person's own folder of iter, for their roles. */
  readonly personal?: string;
}

/** Rounds of asking and going on before a pass counts as going round in circles. */
const ROUNDS = 40;

/** Plays a pass in a repository that is gone afterwards; a sentence of trouble when it does not come to a landing. */
export async function play({ roles, personal }: Folders, part: Part, context: Context): Promise<Played> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'iter-rehearse-')));
  try {
    const root = await stage(folder, roles, part);
    const created = await createIteration({
      root,
      ...(personal === undefined ? {} : { personal }),
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
