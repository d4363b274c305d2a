/** Answers pending decisions: what a person says becomes an event; the next look of the engine acts on it. */
import { join } from 'node:path';
import { sendBackSet } from '../core/decide.ts';
import type { TaskId } from '../core/ids.ts';
import { downstreamOf, taskOf } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { waitingFor } from '../core/sign-in.ts';
import type { OpenDecision } from '../core/state.ts';
import { appendText } from '../effects/folder.ts';
import { conflictedPaths } from '../effects/git-facts.ts';
import { answerBeside } from './blockers.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { prioritise, skipTask } from './resets.ts';
import { Run } from './run.ts';

export interface Answer {
  /** The only open decision when left out. */
  readonly id: string | undefined;
  readonly option: string;
  readonly by: string;
  readonly reason?: string;
  /** For answers that do something to a task. */
  readonly task?: string;
  readonly artifacts?: readonly string[];
  /** What paths of artifacts are relative to. */
  readonly directory?: string;
}

/** Records the answer, or says why it is none. */
export async function answer(
  iteration: Iteration,
  given: Answer,
  context: Context,
): Promise<{ readonly id: string; readonly option: string } | { readonly problems: readonly Problem[] }> {
  const run = new Run(iteration, context);
  const { decisions } = run.state;
  const open = given.id === undefined && decisions.length === 1 ? decisions[0] : decisions.find((one) => one.id === given.id);
  if (open === undefined) {
    const waiting = decisions.map((one) => one.id).join(', ');
    const what =
      given.id === undefined
        ? decisions.length === 0
          ? 'nothing waits for a person'
          : `${decisions.length} decisions are open`
        : `no open decision "${given.id}"`;
    return { problems: [{ what, ...(waiting === '' ? {} : { fix: `name one of ${waiting}` }) }] };
  }
  if (!open.options.some((option) => option.id === given.option)) {
    return {
      problems: [
        { what: `"${given.option}" is no answer to ${open.id}`, fix: `use one of ${open.options.map((option) => option.id).join(', ')}` },
      ],
    };
  }
  const unsettled = open.kind === 'manual' && given.option === 'done' ? await unsettledPaths(run, open) : [];
  if (unsettled.length > 0) {
    const { worktree = '' } = run.state.tasks[open.task] ?? {};
    return {
      problems: unsettled.map((file) => ({
        file: join(worktree, file),
        what: 'has a conflict that is not settled',
        fix: 'decide what stays, take out the markers and git add it',
      })),
    };
  }
  if (open.beside === true && open.kind !== 'budget') {
    const refused = await answerBeside(run, open, given, context);
    return refused ?? { id: open.id, option: given.option };
  }
  const also = await carryOut(iteration, run, { open, given }, context);
  if (also !== undefined) return also;
  await run.record({
    type: 'decision-made',
    id: open.id,
    option: given.option,
    by: given.by,
    ...reasonOf(run, open, given),
    ...(given.option === 'again' ? { reset: resetFor(run, open) } : {}),
    ...(given.option === 'reject' || given.option === 'rescope' ? rejectionOf(run, open) : {}),
  });
  return { id: open.id, option: given.option };
}

/** What a merge in the worktree of a task has stopped at. */
async function unsettledPaths(run: Run, { task }: OpenDecision): Promise<string[]> {
  const { worktree } = run.state.tasks[task] ?? {};
  return worktree === undefined ? [] : conflictedPaths(run.iteration.repository.root, worktree);
}

/** Answers that change something: those that leave the question open are done with that, the others need a reason. */
async function carryOut(
  iteration: Iteration,
  run: Run,
  { open, given }: { readonly open: OpenDecision; readonly given: Answer },
  context: Context,
): Promise<{ readonly id: string; readonly option: string } | { readonly problems: readonly Problem[] } | undefined> {
  const { option, by, reason, directory = '.', artifacts = [] } = given;
  const done = { id: open.id, option };
  const needsReason = ['override', 'rescope', 'skip'].includes(option) && (reason === undefined || reason.trim() === '');
  const needsTask = ['inject', 'skip', 'prioritise'].includes(option) && given.task === undefined;
  const needsFile = ['edit', 'inject'].includes(option) && artifacts.length === 0;
  const problems = [
    ...(needsReason ? [{ what: `"${option}" needs a reason`, fix: 'give it with -m' }] : []),
    ...(needsTask ? [{ what: `"${option}" needs a task`, fix: 'name it with --task T3' }] : []),
    ...(needsFile ? [{ what: `"${option}" needs a file`, fix: 'give it with --artifact path=file' }] : []),
  ];
  if (problems.length > 0) return { problems };
  switch (option) {
    case 'prioritise': {
      const result = await prioritise(iteration, { task: given.task ?? '', by }, context);
      return 'problems' in result ? result : done;
    }
    case 'skip':
    case 'inject':
    case 'edit': {
      const task = option === 'edit' ? ownerOf(run, open, artifacts) : given.task;
      if (task === undefined) {
        const shown = shownFiles(run, open);
        return {
          problems: [
            { what: 'no file of that name is shown here', fix: `write --artifact path=file with one of ${shown.join(', ') || 'none'}` },
          ],
        };
      }
      const files = option === 'skip' ? [] : artifacts;
      const result = await skipTask(
        iteration,
        { task, by, reason: reason ?? `${option} at ${open.id}`, artifacts: files, directory },
        context,
      );
      return 'problems' in result ? result : done;
    }
    case 'rescope':
      await appendText(join(iteration.directory, 'CONTEXT.md'), scopeChange(reason ?? '', by, context));
      return undefined;
    default:
      return undefined;
  }
}

function scopeChange(reason: string, by: string, context: Context): string {
  return `\n## Change of scope, ${context.now().toISOString().slice(0, 16).replace('T', ' ')} UTC, by ${by}\n\n${reason.trim()}\n`;
}

function shownFiles(run: Run, open: OpenDecision): string[] {
  return (taskOf(run.plan, open.task).human?.show ?? []).flatMap((id) => taskOf(run.plan, id).deliverables.map((one) => one.path));
}

/** The shown task that delivers the file somebody wants to replace. */
function ownerOf(run: Run, open: OpenDecision, artifacts: readonly string[]): TaskId | undefined {
  const named = artifacts.map((text) => text.split('=')[0] ?? '');
  return (taskOf(run.plan, open.task).human?.show ?? []).find((id) =>
    taskOf(run.plan, id).deliverables.some((one) => named.includes(one.path)),
  );
}

/** What is wrong with a list stands in the question; a person may add to it. */
function reasonOf(run: Run, open: OpenDecision, { option, reason }: Answer): { readonly reason?: string } {
  const quoted = option === 'reject' && taskOf(run.plan, open.task).expands !== undefined ? [open.question] : [];
  const parts = [...quoted, ...(reason === undefined ? [] : [reason])];
  return parts.length === 0 ? {} : { reason: parts.join('\n') };
}

/** A person's no sends back the whole step the checkpoint names, and everything after it. */
export function rejectionOf(run: Run, open: OpenDecision): { reset: readonly TaskId[]; goto: readonly TaskId[] } {
  const { human, pick, expands } = taskOf(run.plan, open.task);
  const step = expands?.step ?? human?.goto;
  const goto = pick?.among ?? run.plan.tasks.filter((task) => task.step === step && task.parent === undefined).map((task) => task.id);
  return { goto, reset: [...goto, ...downstreamOf(run.plan, goto)] };
}

/** Once more for a review means once more for the work it rejected; for anything else, the task itself. */
function resetFor(run: Run, open: OpenDecision): readonly TaskId[] {
  const task = taskOf(run.plan, open.task);
  if (task.gate === undefined || !/-(?:rejection|opposed)-/.test(open.id)) return waitingFor(open);
  return sendBackSet(run.plan, task, run.state.tasks[open.task]?.findings ?? []).reset;
}
