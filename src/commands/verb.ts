/** What every command has in common: its flags, its example, its way to the repository, and how its end becomes an exit code. */
import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import type { LockedError } from '../effects/lock.ts';
import { holderOf } from '../effects/lock.ts';
import { locate } from '../effects/repository.ts';
import type { Repository } from '../effects/repository.ts';
import type { Context } from '../engine/context.ts';
import type { Iteration } from '../engine/iteration.ts';
import { openIteration } from '../engine/iteration.ts';
import { launchLock } from '../engine/places.ts';
import { complain, say } from './out.ts';

/** The exit codes of CONTRACT.md. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  noGo: 3,
  agentMissing: 4,
  waiting: 5,
  budget: 6,
  conflict: 7,
  running: 8,
  bug: 70,
  locked: 75,
} as const;

export interface Common {
  readonly directory: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly plain?: boolean;
}

/** A command with the flags all of them take, `-C`, `-q`, `--json`, and an example below its help. */
export function verb(name: string, summary: string, example: string): Command {
  return new Command(name)
    .summary(summary)
    .description(summary)
    .option('-C, --directory <dir>', 'run as if started in <dir>', '.')
    .option('--json', 'print one JSON object on stdout')
    .option('-q, --quiet', 'say only what went wrong')
    .option('--plain', 'no colour, no redrawing')
    .addHelpText(
      'after',
      `\niter asks nothing while it runs, except plan, for a yes on a terminal; --no-input keeps it from that, too.\n\nExample:\n  ${example}`,
    )
    .exitOverride();
}

/** The repository a command was called in, or undefined after saying what is wrong. */
export function repositoryAt(directory: string): Repository | undefined {
  const place = resolve(directory);
  const repository = locate(place);
  if (repository === undefined) {
    complain([{ what: `"${place}" is not inside a git repository`, fix: 'change to one, or make one: git init' }]);
    return undefined;
  }
  if (repository.bare) {
    complain([{ what: `"${repository.root}" is a bare repository`, fix: 'clone it and run iter in the clone' }]);
    return undefined;
  }
  return repository;
}

/** The iteration a person named, or undefined after saying what is wrong. */
export function iterationAt(options: Common, wanted: string | undefined): Iteration | undefined {
  const repository = repositoryAt(options.directory);
  if (repository === undefined) return undefined;
  const opened = openIteration(repository, wanted);
  if ('problems' in opened) {
    complain(opened.problems);
    return undefined;
  }
  const { iteration } = opened;
  if (iteration.torn !== undefined)
    say(`iterations/${iteration.name}/.run/events.jsonl: the last line was cut off and does not count: ${iteration.torn.slice(0, 80)}`);
  return iteration;
}

/** True while a launch holds the iteration. */
export function isRunning(iteration: Iteration): boolean {
  return holderOf(launchLock(iteration))?.alive === true;
}

/** The context of a command: the real clock, environment, signals and files of this build. */
export function contextOf(options: Common, signal: AbortSignal): Context {
  // the bundle may be split anywhere; what was started is dist/cli.js, perhaps through a link
  const cli = realpathSync(process.argv[1] ?? '');
  return {
    now: () => new Date(),
    environment: process.env,
    signal,
    say: options.quiet === true ? () => {} : say,
    program: { node: process.execPath, cli, rehearsal: join(dirname(cli), 'rehearsal.mjs'), acp: join(dirname(cli), 'acp.mjs') },
  };
}

/** Who is at the keyboard, for the record. */
export function person(): string {
  return process.env['ITER_AGENT'] ?? process.env['USER'] ?? process.env['LOGNAME'] ?? 'a person';
}

/** Says what a thrown error means and gives its exit code; undefined for our own mistakes. */
export function exitFor(error: unknown): number | undefined {
  const meaning = meaningOf(error, process.env['ITER_SANDBOX']);
  if (meaning !== undefined) say(meaning.text);
  return meaning?.exit;
}

/** What the world has refused, for who asked for it, within the sandbox that is named or none; undefined for our own mistakes. */
export function meaningOf(error: unknown, sandbox: string | undefined): { readonly text: string; readonly exit: number } | undefined {
  if (!(error instanceof Error)) return undefined;
  // told by name: cli.js asks for any command, and each may have a class of its own
  if (error.name === 'LockedError') {
    const { pid, host, since, what } = (error as LockedError).holder;
    const text = `locked: "${what}" has been at work since ${since} (process ${pid} on ${host}); wait for it, or end it: iter stop`;
    return { text, exit: EXIT.locked };
  }
  // Node says ENOENT of a folder it may not make
  if (sandbox !== undefined && (error as NodeJS.ErrnoException).syscall !== undefined)
    return { text: `${error.message}; ${OUTBOX}`, exit: EXIT.failed };
  return WORLD_REFUSED.includes(error.name) ? { text: error.message, exit: EXIT.failed } : undefined;
}

const OUTBOX =
  'in a sandbox an agent leaves in .iter/outbox/ of its worktree what it cannot write: report.md with the status as its first line, <name>.message.md, ctx/<key>';
const WORLD_REFUSED = ['GitError', 'WorktreeError', 'EventLogError', 'AgentStartError', 'AbortError'];
