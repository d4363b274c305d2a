/** The commands that make a new worktree ready and clear up after it: only those a person has looked at, within their time, with their output kept. */
import { join } from 'node:path';
import { childEnvironment } from '../agents/environment.ts';
import { durationText } from '../core/duration.ts';
import type { TaskId } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import { lastLines } from '../effects/follow.ts';
import { uncommittedPaths } from '../effects/git-facts.ts';
import { runCommand } from '../effects/process.ts';
import type { CommandOutcome } from '../effects/process.ts';
import { WorktreeError } from '../effects/worktree-place.ts';
import { parseCommandLine } from '../files/command-line.ts';
import type { Context } from './context.ts';
import type { Iteration } from './iteration.ts';
import { iterationCookie } from './places.ts';
import { noteSetUp, provisionsOf } from './provisions.ts';
import { worktreeRules } from './settings.ts';
import { isTrusted, runnable } from './trust.ts';

export interface Prepared {
  readonly task: TaskId;
  readonly worktree: string;
  /** What the agent finds in its environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What of the commands keeps a launch from starting: ones that cannot be read, and ones nobody has looked at. */
export async function hookProblems({ repository }: Pick<Iteration, 'repository'>, context: Context): Promise<Problem[]> {
  const { rules, file } = worktreeRules(repository, context.environment);
  const commands = [...(rules?.setup ?? []), ...(rules?.teardown ?? [])];
  const unreadable = commands.flatMap((command): Problem[] => {
    const parsed = parseCommandLine(command);
    return 'problem' in parsed ? [{ file, what: parsed.problem }] : [];
  });
  if (unreadable.length > 0) return unreadable;
  const what = await runnable(repository, repository.root, context.environment);
  if (what === undefined || isTrusted(what, repository, context.environment)) return [];
  const shown = commands.map((command) => `"${command}"`).join(', ');
  return [
    { file, what: `worktree would run ${shown}, which you have not looked at as it is now`, fix: 'look at it and say so: iter trust' },
  ];
}

/** Runs the set-up of a worktree once. Throws WorktreeError when it may not run, or has failed: then it runs again next time. */
export async function setUp(iteration: Iteration, { task, worktree, variables }: Prepared, context: Context): Promise<void> {
  const { rules } = worktreeRules(iteration.repository, context.environment);
  if (rules === undefined || rules.setup.length === 0 || provisionsOf(iteration, task)?.setUp === true) return;
  await refuseUntrusted(iteration, worktree, context);
  const log = join('.run', 'logs', `${task}-setup.log`);
  for (const command of rules.setup) {
    context.say(`${task}: sets up its worktree: ${command}`);
    const outcome = await run(iteration, { command, task, worktree, variables, log, timeout: rules.timeout }, context);
    const failed = failureOf(outcome, rules.timeout);
    if (failed === undefined) continue;
    const said = lastLines(join(iteration.directory, log), LAST_LINES).join(' | ');
    throw new WorktreeError(worktree, `its set-up failed: ${command}: ${failed}${said === '' ? '' : `: ${said}`}`, `see ${log}`);
  }
  noteSetUp(iteration, task);
  const left = await uncommittedPaths(worktree);
  if (left.length > 0)
    context.say(
      `warning: ${task}: its set-up left ${left.slice(0, 3).join(', ')} uncommitted and not ignored: that becomes part of the work`,
    );
}

/** Runs the tear-down of a worktree that is about to go; what keeps it from running, or fails, is said and holds nothing up. */
export async function tearDown(iteration: Iteration, { task, worktree }: Omit<Prepared, 'variables'>, context: Context): Promise<void> {
  const { rules } = worktreeRules(iteration.repository, context.environment);
  if (rules === undefined || rules.teardown.length === 0) return;
  const log = join('.run', 'logs', `${task}-teardown.log`);
  const variables = { ITER_DIR: iteration.directory, ITER_ITERATION: iteration.name, ITER_TASK: task, ITER_WORKTREE: worktree };
  try {
    await refuseUntrusted(iteration, worktree, context);
  } catch (error) {
    if (!(error instanceof WorktreeError)) throw error;
    return context.say(`warning: ${task}: no tear-down: ${error.message}`);
  }
  for (const command of rules.teardown) {
    const outcome = await run(iteration, { command, task, worktree, variables, log, timeout: rules.timeout }, context);
    const failed = failureOf(outcome, rules.timeout);
    if (failed !== undefined) context.say(`warning: ${task}: its tear-down failed: ${command}: ${failed}; see ${log}`);
  }
}

/** Lines of output that are quoted when a command failed. */
const LAST_LINES = 5;

/** Looks at the very checkout: what a file named in a command has become on a branch is not what was looked at in the main checkout. */
async function refuseUntrusted({ repository }: Iteration, worktree: string, { environment }: Context): Promise<void> {
  const what = await runnable(repository, worktree, environment);
  if (what === undefined || isTrusted(what, repository, environment)) return;
  const files = what.files.length === 0 ? '' : ` with ${what.files.map(({ path }) => path).join(', ')} as it is there`;
  throw new WorktreeError(
    worktree,
    `its commands${files} are not what you have looked at`,
    `look and say so, then try again: iter trust -C ${worktree}`,
  );
}

interface Hook {
  readonly command: string;
  readonly task: TaskId;
  readonly worktree: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Relative to the iteration folder. */
  readonly log: string;
  /** Milliseconds. */
  readonly timeout: number;
}

async function run(
  iteration: Iteration,
  { command, task, worktree, variables, log, timeout }: Hook,
  context: Context,
): Promise<CommandOutcome> {
  const parsed = parseCommandLine(command);
  if ('problem' in parsed) return { timedOut: false, problem: parsed.problem };
  return runCommand({
    argv: parsed.argv,
    cwd: worktree,
    env: childEnvironment(context.environment, [], variables),
    timeout,
    logFile: join(iteration.directory, log),
    cookie: `${iterationCookie(iteration)}hook:${task}:`,
    signal: context.signal,
  });
}

function failureOf({ exit, signal, timedOut, problem }: CommandOutcome, timeout: number): string | undefined {
  if (problem !== undefined) return problem;
  if (timedOut) return `no end within ${durationText(timeout)}`;
  if (exit === 0) return undefined;
  return signal === undefined ? `exit ${exit ?? 'unknown'}` : `ended by ${signal}`;
}
