/**
 * Starts programs that must not outlive iter's wish and must outlive iter's death: agents and check commands.
 * Each gets a process group and a mark in its environment; output goes to a file, never through a pipe that a grandchild could hold open.
 * What a program's end means is for the engine.
 */
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { secretValues } from '../core/redaction.ts';
import { tendLog } from './log-limit.ts';
import { CAN_LOOK, findByEnvironment, findByEnvironmentSoon, isGroupAlive, processIdentity } from './process-table.ts';

export interface AgentCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** What the program reads on its standard input. */
  readonly inputFile: string;
  /** Receives output and errors, appended. */
  readonly logFile: string;
  /** Marks the program and everything it starts, as `ITER_RUN_ID`. */
  readonly cookie: string;
}

export interface StartedAgent {
  readonly pid: number;
  /** As in `ProcessIdentity`; undefined where it cannot be told, or when the program has ended already. */
  readonly startTime: number | undefined;
  /** How the program itself ended; what it left running does not delay this. Never rejects. */
  readonly exited: Promise<Exit>;
}

export interface Exit {
  readonly exit?: number;
  readonly signal?: string;
}

/** A program could not be started at all. */
export class AgentStartError extends Error {
  override readonly name = 'AgentStartError';
  readonly what: string;
  readonly fix: string;

  constructor(what: string, fix: string) {
    super(`${what}; ${fix}`);
    this.what = what;
    this.fix = fix;
  }
}

/** Starts a program in its own process group, detached from iter; throws AgentStartError when it cannot be started. */
export async function startAgent(command: AgentCommand): Promise<StartedAgent> {
  const [program = '', ...rest] = command.argv;
  if (!existsSync(command.cwd))
    throw new AgentStartError(`the folder "${command.cwd}" does not exist`, 'look whether its worktree was removed');
  mkdirSync(path.dirname(command.logFile), { recursive: true });
  const input = openSync(command.inputFile, 'r');
  const log = openSync(command.logFile, 'a', 0o600);
  try {
    const env = { ...command.env, [MARK]: command.cookie };
    const child = spawned(program, rest, {
      cwd: command.cwd,
      env,
      detached: true,
      stdio: [input, log, log],
    });
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const exited = ended.then(([exit, signal]): Exit => (signal === null ? { exit: exit ?? 0 } : { signal }));
    if (child.pid === undefined) throw startError(program, await exited.then(() => undefined, codeOf));
    return { pid: child.pid, startTime: processIdentity(child.pid)?.startTime, exited };
  } finally {
    closeSync(input);
    closeSync(log);
  }
}

/** Node reports some failures to start as events and throws others (too long a command line, no memory left). */
function spawned(program: string, argv: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(program, argv, options);
  } catch (error) {
    throw startError(program, codeOf(error));
  }
}

export interface Tree {
  /** The process that leads the group. */
  readonly pid: number;
  readonly cookie: string;
  /** Guards against another process that got the same number since. */
  readonly startTime?: number | undefined;
  /** Milliseconds between one signal and the next; 5000 when left out. */
  readonly grace?: number;
  /** SIGTERM leaves SIGINT out: some programs end their tools at the one and not at the other. */
  readonly first?: 'SIGINT' | 'SIGTERM';
}

/**
 * Ends a program with everything it started: SIGINT, SIGTERM and SIGKILL to its group, then SIGKILL to whatever carries its mark.
 * Gives the number of marked processes that had escaped the group; undefined where they cannot be found. An abort skips the waiting.
 */
export async function stopTree(tree: Tree, signal?: AbortSignal): Promise<number | undefined> {
  const grace = tree.grace ?? 5000;
  if (isOurs(tree)) {
    for (const name of tree.first === 'SIGTERM' ? (['SIGTERM'] as const) : (['SIGINT', 'SIGTERM'] as const)) {
      signalGroup(tree.pid, name);
      if (await isGone(tree.pid, signal?.aborted === true ? 0 : grace, signal)) break;
    }
    signalGroup(tree.pid, 'SIGKILL');
  }
  return sweep(tree.cookie);
}

/** Finds the processes, this one excepted, whose mark begins with `prefix`; none where they cannot be found. */
export function findByCookie(prefix: string): number[] {
  return findByEnvironment(`${MARK}=${prefix}`);
}

export interface CheckCommand {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds. */
  readonly timeout: number;
  readonly logFile: string;
  /** What it reads on its standard input; nothing when left out. */
  readonly inputFile?: string;
  readonly cookie: string;
  readonly signal?: AbortSignal;
}

export interface CommandOutcome extends Exit {
  readonly timedOut: boolean;
  /** Why the command could not be started at all. */
  readonly problem?: string;
}

/** Runs a command to its end or its time limit and leaves nothing of it running; rejects with the reason when it was aborted. */
export async function runCommand(command: CheckCommand): Promise<CommandOutcome> {
  command.signal?.throwIfAborted();
  let started: StartedAgent;
  try {
    started = await startAgent({ inputFile: '/dev/null', ...command });
  } catch (error) {
    if (error instanceof AgentStartError) return { timedOut: false, problem: error.message };
    throw error;
  }
  const lastLook = tendLog(command.logFile, secretValues(command.env));
  const first = await firstOf(started.exited, command);
  await stopTree(
    {
      pid: started.pid,
      cookie: command.cookie,
      startTime: started.startTime,
      grace: COMMAND_GRACE,
    },
    command.signal,
  );
  await lastLook();
  command.signal?.throwIfAborted();
  return { ...(await started.exited), timedOut: first === 'late' };
}

/** Waits for the end, the time limit or the abort, whichever comes first. */
async function firstOf(exited: Promise<Exit>, command: CheckCommand): Promise<'exited' | 'late' | 'aborted'> {
  const ended = new AbortController();
  const stop = command.signal === undefined ? ended.signal : AbortSignal.any([ended.signal, command.signal]);
  const late = pause(Math.min(command.timeout, LONGEST_TIMER), 'late' as const, {
    signal: stop,
  }).catch(() => 'aborted' as const);
  const first = await Promise.race([exited.then(() => 'exited' as const), late]);
  ended.abort();
  return first;
}

/** The variable by which processes are found again. */
export const MARK = 'ITER_RUN_ID';
/** Milliseconds a command past its time limit gets per signal. */
const COMMAND_GRACE = 1000;
/** Node takes a longer time for no time at all. */
const LONGEST_TIMER = 2 ** 31 - 1;
/** Milliseconds between two looks at a process that should end. */
const LOOK = 15;
/** Milliseconds after which a sweep gives up on processes that even SIGKILL does not end (stuck in the kernel). */
const SWEEP_LIMIT = 5000;

function startError(program: string, code: string | undefined): AgentStartError {
  if (code === 'ENOENT') return new AgentStartError(`the program "${program}" was not found`, 'install it, or check PATH');
  if (code === 'EACCES')
    return new AgentStartError(`the program "${program}" may not be executed`, 'check its permissions: ls -l shows them');
  if (code === 'E2BIG') return new AgentStartError(`the command line of "${program}" is too long`, 'hand long texts over in a file');
  return new AgentStartError(`the program "${program}" could not be started (${code ?? 'unknown reason'})`, 'run it by hand to see why');
}

/** False when the number now belongs to somebody else; a group that outlives its leader keeps the number taken. */
function isOurs(tree: Tree): boolean {
  const now = processIdentity(tree.pid);
  const known = tree.startTime === undefined || now?.startTime === undefined || now.startTime === tree.startTime;
  return known && isGroupAlive(tree.pid);
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error;
  }
}

async function isGone(group: number, patience: number, signal: AbortSignal | undefined): Promise<boolean> {
  const deadline = performance.now() + patience;
  for (;;) {
    if (!isGroupAlive(group)) return true;
    if (performance.now() >= deadline || signal?.aborted === true) return false;
    await pause(LOOK);
  }
}

async function sweep(cookie: string): Promise<number | undefined> {
  if (!CAN_LOOK) return undefined;
  const swept = new Set<number>();
  const deadline = performance.now() + SWEEP_LIMIT;
  // two looks in a row: a process that is just being born or changing its program can hide from one
  for (let clean = 0; clean < 2 && performance.now() < deadline;) {
    const found = await findByEnvironmentSoon(`${MARK}=${cookie}\0`);
    for (const pid of found) {
      swept.add(pid);
      signalOne(pid, 'SIGKILL');
    }
    clean = found.length === 0 ? clean + 1 : 0;
    if (clean < 2) await pause(LOOK);
  }
  return swept.size;
}

/** Sends a signal to one process; one that has ended meanwhile is fine. */
export function signalOne(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'EPERM') throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
