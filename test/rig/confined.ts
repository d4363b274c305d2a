/** A task of a repository in a person's home, whose agent is a script in a sandbox. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { taskId } from '../../src/core/ids.ts';
import type { PlannedTask } from '../../src/core/plan.ts';
import { taskOf } from '../../src/core/plan.ts';
import type { Sandbox } from '../../src/core/sandbox.ts';
import { cellOf } from '../../src/engine/cell.ts';
import { containerOf } from '../../src/engine/containers.ts';
import type { Context } from '../../src/engine/context.ts';
import { prepare } from '../../src/engine/prepare.ts';
import { runAttempt } from '../../src/executors/local.ts';
import { ground } from './ground.ts';
import { write } from './repository.ts';

const T1 = taskId('T1');

/** A repository in a person's home, beside a secret, and a task with its worktree there. */
export async function shop(variables: Context['environment'] = {}) {
  const on = await ground({ 'README.md': '# Shop\n' }, 'T1 build');
  const home = path.dirname(on.root);
  write(home, { '.ssh/id': 'secret', '.sign-in/token': 'token', '.tools/bin/ours': '#!/bin/sh\necho ours\n' });
  chmodSync(path.join(home, '.tools/bin/ours'), 0o755);
  const context: Context = {
    ...on.context,
    environment: { ...variables, PATH: `${variables['PATH'] ?? process.env['PATH'] ?? ''}:${path.join(home, '.tools/bin')}`, HOME: home },
  };
  const task = taskOf(on.plan, T1);
  const { worktree, head } = await prepare(on.run, task, 1, on.plan.base, context);
  return { ...on, context, home, task, worktree, head };
}

export type Shop = Awaited<ReturnType<typeof shop>>;

/** Runs a script as the agent of the task, in its sandbox; gives what it printed. */
export async function inside(
  at: Shop,
  script: string,
  {
    sandbox = { by: 'bubblewrap' },
    signal,
    started = () => {},
  }: { sandbox?: Sandbox; signal?: AbortSignal; started?: (pid: number) => void } = {},
) {
  const file = path.join(at.home, 'project-worktrees', 'script.sh');
  writeFileSync(file, script);
  const temporary = path.join(at.home, 'project-worktrees', 'tmp');
  mkdirSync(temporary, { recursive: true });
  const log = path.join(at.iteration.directory, '.run', 'try.log');
  const variables = {
    TMPDIR: temporary,
    ITER_DIR: at.iteration.directory,
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@x',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@x',
  };
  const task: PlannedTask = { ...at.task, agent: 'mine' };
  const agents = [
    {
      name: 'mine',
      about: '',
      evidence: 'none',
      binary: '/bin/sh',
      arguments: [],
      permissions: { read: [], edit: [], full: [] },
      prompt: 'stdin',
      sandbox: { home: ['.sign-in'] },
      format: 'text',
      usage: { reports: [] },
      install: '',
    },
  ] as const;
  const context: Context = { ...at.context, program: { ...at.context.program, agents } };
  const ending = await runAttempt(
    {
      agent: 'mine',
      permission: 'edit',
      worktree: at.worktree,
      prompt: file,
      log,
      cookie: `${at.iteration.directory}:T1:1:`,
      timeout: 200_000,
      environment: context.environment,
      variables,
      program: context.program,
      cell: cellOf(at.iteration, { task, worktree: at.worktree, sandbox, variables }, context),
      ...(sandbox.by === 'container'
        ? { container: containerOf(at.iteration, sandbox, { purpose: 'T1-1', environment: context.environment }) }
        : {}),
    },
    { started: (pid) => Promise.resolve(started(pid)), heard: () => {} },
    signal ?? new AbortController().signal,
  );
  return { ending, printed: readFileSync(log, 'utf8') };
}

/** A line of a script that says whether a command can be run. */
export const tried = (name: string, command: string): string =>
  `if ( ${command} ) >/dev/null 2>&1; then echo "${name}: yes"; else echo "${name}: no"; fi\n`;
