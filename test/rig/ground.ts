/** An iteration in a real repository, without agents: its tasks' work is committed by the test, and what the engine would have recorded is recorded. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CommitId } from '../../src/core/ids.ts';
import { commitId, taskId } from '../../src/core/ids.ts';
import type { Plan } from '../../src/core/plan.ts';
import { fold } from '../../src/core/reduce.ts';
import type { State } from '../../src/core/state.ts';
import { createLog } from '../../src/effects/event-log.ts';
import { locate } from '../../src/effects/repository.ts';
import type { Context } from '../../src/engine/context.ts';
import type { Iteration } from '../../src/engine/iteration.ts';
import { logFile } from '../../src/engine/iteration.ts';
import { Run } from '../../src/engine/run.ts';
import { repositoryWith, sh, temporaryFolder } from './repository.ts';
import type { Told } from './story.ts';
import { ended, plan, told } from './story.ts';

/** What happens to a file: its new content, nothing for gone, a link, a program, or the commit of a submodule. */
export type Change =
  | string
  | Uint8Array
  | undefined
  | { readonly link: string }
  | { readonly program: string }
  | { readonly submodule: string };

export interface Ground {
  readonly root: string;
  readonly plan: Plan;
  readonly iteration: Iteration;
  readonly run: Run;
  readonly context: Context;
  readonly said: string[];
}

/** A repository with these files and an iteration of these tasks in it. */
export async function ground(files: Readonly<Record<string, string>>, ...tasks: readonly string[]): Promise<Ground> {
  return groundIn(repositoryWith(files), '001-story', ...tasks);
}

/** An iteration of this name and of these tasks in a repository that is there. */
export async function groundIn(root: string, name: string, ...tasks: readonly string[]): Promise<Ground> {
  const whole: Plan = { ...plan(...tasks), iteration: name, base: commitId(sh(root, 'rev-parse', 'HEAD')) };
  const directory = path.join(root, 'iterations', whole.iteration);
  createLog(logFile(directory), whole.iteration);
  writeFileSync(path.join(directory, 'MULTI_AGENT_PLAN.md'), matrix(whole));
  writeFileSync(path.join(directory, 'COMPLETION_CRITERIA.md'), '# Completion criteria\n');
  const repository = locate(root);
  if (repository === undefined) throw new Error('no repository');
  const said: string[] = [];
  const context: Context = {
    now: () => new Date('2026-01-10T12:00:00.000Z'),
    environment: { PATH: process.env['PATH'] },
    signal: new AbortController().signal,
    say: (line) => void said.push(line),
    program: { node: process.execPath, cli: '', rehearsal: '', acp: '' },
  };
  const iteration = { repository, name: whole.iteration, directory, plan: whole, events: [], state: fold([]) };
  const run = new Run(iteration, context);
  await run.record({ type: 'iteration-created', iteration: whole.iteration, workflow: 'story', tasks: whole.tasks.map((task) => task.id) });
  return { root, plan: whole, iteration, run, context, said };
}

function matrix(of: Plan): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const head = ['Task ID', 'Description', 'Status', 'Dependencies'];
  const rows = of.tasks.map((task) => row([task.id, task.title, 'Not Started', task.needs.join(', ') || '-']));
  return `# Plan\n\n${row(head)}${row(head.map(() => '---'))}${rows.join('')}`;
}

export interface Made {
  readonly base: CommitId;
  readonly head: CommitId;
}

/** Commits these changes, one commit each, on a branch of its own that starts at `from`. */
export function made(
  root: string,
  from: string,
  ...commits: readonly { readonly says: string; readonly files: Readonly<Record<string, Change>> }[]
): Made {
  const tree = path.join(temporaryFolder(), 'tree');
  sh(root, 'worktree', 'add', '--quiet', '--detach', tree, from);
  const base = commitId(sh(tree, 'rev-parse', 'HEAD'));
  for (const { says, files } of commits) {
    for (const [name, change] of Object.entries(files)) put(path.join(tree, name), change);
    sh(tree, '-c', 'core.autocrlf=false', 'add', '--all');
    for (const [name, change] of Object.entries(files))
      if (typeof change === 'object' && 'submodule' in change)
        sh(tree, 'update-index', '--add', '--cacheinfo', `160000,${change.submodule},${name}`);
    sh(
      tree,
      'commit',
      '--quiet',
      '--allow-empty',
      '--message',
      says,
      '--date',
      '2026-01-09T10:00:00+0130',
      '--author',
      'Grace <grace@example.org>',
    );
  }
  const head = commitId(sh(tree, 'rev-parse', 'HEAD'));
  sh(root, 'worktree', 'remove', '--force', tree);
  return { base, head };
}

/** Makes one file what the change says. */
export function put(file: string, change: Change): void {
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true, recursive: true });
  if (change === undefined) return;
  if (typeof change === 'string' || change instanceof Uint8Array) writeFileSync(file, change);
  else if ('submodule' in change) mkdirSync(file);
  else if ('link' in change) symlinkSync(change.link, file);
  else {
    writeFileSync(file, change.program);
    chmodSync(file, 0o755);
  }
}

/** What the log says once this work was accepted. */
export function acceptedAs(task: string, { base, head }: Made, attempt = 1): Told {
  const id = taskId(task);
  return [
    { type: 'attempt-prepared', task: id, attempt, worktree: `/trees/${task}`, base, head: base },
    { type: 'attempt-started', task: id, attempt, agent: 'rehearsal', pid: 1, log: 'l' },
    ended(task, attempt),
    { type: 'checks-finished', task: id, attempt, commit: head, failures: [], warnings: [] },
    { type: 'task-accepted', task: id, attempt, commit: head },
  ];
}

/** The state of a plan in which this work was accepted. */
export function stateWith(of: Plan, works: Readonly<Record<string, Made>>): State {
  return fold(told(of, ...Object.entries(works).map(([task, work]) => acceptedAs(task, work))));
}

/** Puts accepted work on the record of an iteration. */
export async function accept(on: Ground, task: string, work: Made): Promise<void> {
  await on.run.record(...[acceptedAs(task, work)].flat());
}
