/** What a person may do to a task from outside: have it done again, left out, done with files of theirs, or done first. Each is one event; whoever runs the iteration acts on it. */
import { join, resolve, basename } from 'node:path';
import type { TaskId } from '../core/ids.ts';
import { downstreamOf, type PlannedTask } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { copyFile, inspectFile } from '../effects/folder.ts';
import { sha256 } from '../effects/sha256.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { Run } from './run.ts';

export type Done = { readonly tasks: readonly TaskId[]; readonly also: readonly TaskId[] } | { readonly problems: readonly Problem[] };

export interface Retry {
  /** Tasks or steps, as typed. */
  readonly what: readonly string[];
  readonly by: string;
  /** Reaches the prompt of each, word for word. */
  readonly feedback?: string;
  readonly fresh?: boolean;
}

/** Has tasks, or all tasks of steps, start over, and everything that needs them. */
export async function retry(iteration: Iteration, { what, by, feedback, fresh }: Retry, context: Context): Promise<Done> {
  const run = new Run(iteration, context);
  const found = what.map((one) => tasksNamed(run, one));
  const problems = found.flatMap((one) => ('what' in one ? [one] : []));
  const goto = [...new Set(found.flatMap((one) => ('what' in one ? [] : one.map((task) => task.id))))];
  problems.push(...landedProblems(run, goto));
  if (problems.length > 0) return { problems };
  const also = downstreamOf(run.plan, goto);
  await run.record({
    type: 'task-reset',
    goto,
    reset: [...goto, ...also],
    by,
    ...(feedback === undefined ? {} : { reason: feedback }),
    ...(fresh === true ? { fresh } : {}),
  });
  return { tasks: goto, also };
}

export interface Skip {
  readonly task: string;
  readonly by: string;
  readonly reason: string;
  /** As typed: `file`, or `deliverable=file`; relative to `directory`. */
  readonly artifacts: readonly string[];
  readonly directory: string;
}

/** Leaves a task out, or does it with files of a person. */
export async function skipTask(iteration: Iteration, asked: Skip, context: Context): Promise<Done> {
  const run = new Run(iteration, context);
  const found = tasksNamed(run, asked.task);
  if ('what' in found) return { problems: [found] };
  const [task, ...more] = found;
  if (task === undefined || more.length > 0) {
    return {
      problems: [{ what: `"${asked.task}" stands for ${found.length} tasks`, fix: `name one of ${found.map((one) => one.id).join(', ')}` }],
    };
  }
  const landed = landedProblems(run, [task.id]);
  if (landed.length > 0) return { problems: landed };
  const also = downstreamOf(run.plan, [task.id]);
  const about = { task: task.id, reset: [task.id, ...also], by: asked.by, reason: asked.reason };
  if (asked.artifacts.length === 0) {
    await run.record({ type: 'skip-requested', ...about });
    return { tasks: [task.id], also };
  }
  const files = asked.artifacts.map((text) => artifactOf(text, task, asked.directory));
  const problems = files.flatMap((file) => ('what' in file ? [file] : []));
  if (problems.length > 0) return { problems };
  const number = (run.state.tasks[task.id]?.attempt ?? 0) + 1;
  const stored = files.flatMap((file) => {
    if ('what' in file) return [];
    const place = join('.run', 'given', `${task.id}-${number}`, file.path);
    copyFile(file.source, join(iteration.directory, place));
    return [{ path: file.path, stored: place, sha256: file.sha256 }];
  });
  await run.record({ type: 'artifact-given', ...about, files: stored });
  return { tasks: [task.id], also };
}

/** Has a task start before all others that could. */
export async function prioritise(
  iteration: Iteration,
  asked: { readonly task: string; readonly by: string },
  context: Context,
): Promise<Done> {
  const run = new Run(iteration, context);
  const found = tasksNamed(run, asked.task);
  if ('what' in found) return { problems: [found] };
  for (const task of found.toReversed()) await run.record({ type: 'task-prioritised', task: task.id, by: asked.by });
  return { tasks: found.map((task) => task.id), also: [] };
}

/** The task with this id, or the tasks of the step with this name. */
export function tasksNamed(run: Run, name: string): readonly PlannedTask[] | Problem {
  const found = run.plan.tasks.filter((task) => task.id === name || (task.step === name && task.parent === undefined));
  if (found.length > 0) return found;
  const steps = [...new Set(run.plan.tasks.map((task) => task.step))];
  return {
    what: `there is no task or step "${name}"`,
    fix: `use one of ${[...run.plan.tasks.map((task) => task.id), ...steps].join(', ')}`,
  };
}

function landedProblems(run: Run, ids: readonly TaskId[]): Problem[] {
  return [...ids, ...downstreamOf(run.plan, ids)]
    .filter((id) => run.state.tasks[id]?.phase.name === 'merged')
    .slice(0, 1)
    .map((id) => ({ what: `the work of ${id} has landed`, fix: 'take it back first: iter undo' }));
}

function artifactOf(
  text: string,
  task: PlannedTask,
  directory: string,
): { readonly path: string; readonly source: string; readonly sha256: string } | Problem {
  const at = text.indexOf('=');
  const [named, file] = at === -1 ? [undefined, text] : [text.slice(0, at), text.slice(at + 1)];
  const source = resolve(directory, file);
  const found = inspectFile(source);
  const known = task.deliverables.map((deliverable) => deliverable.path);
  if (found === undefined) return { file, what: 'there is no such file', fix: 'check the path given with --artifact' };
  if ('problem' in found) return { file, what: found.problem, fix: 'give a regular file with --artifact' };
  const path = named ?? (known.length === 1 ? known[0] : known.find((one) => basename(one) === basename(file)));
  if (path === undefined || !known.includes(path)) {
    const what = known.length === 0 ? `${task.id} delivers no file` : `"${named ?? file}" is none of the files ${task.id} delivers`;
    return {
      what,
      fix:
        known.length === 0 ? 'skip it without --artifact' : `write --artifact ${known[0] ?? ''}=${file}; it delivers ${known.join(', ')}`,
    };
  }
  return { path, source, sha256: sha256(found.bytes) };
}
