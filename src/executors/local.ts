/** Runs one attempt of one task as a child process on this machine, within its time, and ends it with everything it started. Judges nothing. */
import { join } from 'node:path';
import type { StreamFormat } from '../agents/stream-event.ts';
import type { StreamSummary } from '../agents/stream-summary.ts';
import { agentRow, argumentsOf, commandOf } from '../agents/table.ts';
import { childEnvironment } from '../agents/environment.ts';
import { limitLog } from '../effects/log-limit.ts';
import { AgentStartError, startAgent, stopTree } from '../effects/process.ts';
import type { Listener } from './listen.ts';
import { listen } from './listen.ts';
import type { StartedAgent } from '../effects/process.ts';

export interface AttemptSpec {
  readonly agent: string;
  readonly permission: 'read' | 'edit' | 'full';
  /** As the agent calls it. */
  readonly model?: string;
  /** For `command:` agents: their command line as words. */
  readonly argv?: readonly string[];
  readonly worktree: string;
  readonly prompt: string;
  readonly log: string;
  /** How it writes what it has to say; it is not listened to without. */
  readonly format?: StreamFormat;
  readonly cookie: string;
  /** Milliseconds of wall clock. */
  readonly timeout: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Variables for this attempt alone: ITER_DIR, ITER_TASK, … */
  readonly variables: Readonly<Record<string, string>>;
  readonly program: { readonly node: string; readonly rehearsal: string };
}

/** What the caller hears of an attempt while it runs. */
export interface Reporter {
  readonly started: (pid: number) => Promise<void>;
  /** What the agent has said so far. */
  readonly heard: (summary: StreamSummary) => void;
}

export type Ending =
  | { readonly outcome: 'exited'; readonly exit?: number; readonly signal?: string }
  | { readonly outcome: 'killed' | 'timeout'; readonly reason: string; readonly survivors: number | undefined }
  | { readonly outcome: 'not-started'; readonly reason: string };

/** Starts the agent, tells its process number, waits for its end; an abort or the time limit ends it and all its descendants. */
export async function runAttempt(
  spec: AttemptSpec,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Ending & { readonly said?: StreamSummary }> {
  const listener = spec.format === undefined ? undefined : listen(spec.log, spec.format, reporter.heard);
  let agent: StartedAgent;
  try {
    agent = await startAgent({
      argv: argvOf(spec),
      cwd: spec.worktree,
      env: environmentOf(spec),
      inputFile: spec.prompt,
      logFile: spec.log,
      cookie: spec.cookie,
    });
  } catch (error) {
    if (error instanceof AgentStartError) return { outcome: 'not-started', reason: error.message, ...said(listener) };
    throw error;
  }
  const lastCut = limitLog(spec.log);
  try {
    await reporter.started(agent.pid);
    return { ...(await endingOf(agent, spec, signal)), ...said(listener) };
  } finally {
    lastCut();
  }
}

function said(listener: Listener | undefined): { readonly said?: StreamSummary } {
  return listener === undefined ? {} : { said: listener.end() };
}

async function endingOf(agent: StartedAgent, spec: AttemptSpec, signal: AbortSignal): Promise<Ending> {
  const ended = await Promise.race([agent.exited, interruption(spec.timeout, signal)]);
  const swept = await stopTree({ pid: agent.pid, cookie: spec.cookie });
  if (!('cause' in ended)) return { outcome: 'exited', ...ended };
  if (signal.reason instanceof IdleTooLong) return { outcome: 'timeout', reason: signal.reason.message, survivors: swept };
  const reason = ended.cause === 'timeout' ? `no end within ${Math.round(spec.timeout / 1000)} s` : String(signal.reason ?? 'stopped');
  return { outcome: ended.cause, reason, survivors: swept };
}

/** Why an attempt is ended that does nothing any more: it counts as one that did not end in time. */
export class IdleTooLong extends Error {
  override readonly name = 'IdleTooLong';
}

interface Interruption {
  readonly cause: 'killed' | 'timeout';
}

function interruption(timeout: number, signal: AbortSignal): Promise<Interruption> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ cause: 'timeout' }), Math.min(timeout, 2 ** 31 - 1));
    timer.unref();
    const abort = (): void => resolve({ cause: signal.reason instanceof IdleTooLong ? 'timeout' : 'killed' });
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
  });
}

function argvOf(spec: AttemptSpec): readonly string[] {
  if (spec.argv !== undefined) return spec.argv;
  if (spec.agent === 'rehearsal') return [spec.program.node, spec.program.rehearsal];
  const row = agentRow(spec.agent);
  if (row?.binary === undefined) throw new Error(`agent ${spec.agent} cannot be started`);
  return [row.binary, ...argumentsOf(row, spec)];
}

function environmentOf(spec: AttemptSpec): Readonly<Record<string, string>> {
  const also = agentRow(spec.agent)?.passEnvironment ?? [];
  // a command given by the person is the person's own program: it gets their ITER_* settings, too
  const own = commandOf(spec.agent) === undefined ? [] : Object.keys(spec.environment).filter((name) => name.startsWith('ITER_'));
  const env = childEnvironment(spec.environment, [...also, ...own], spec.variables);
  return { ...env, PATH: `${env['PATH'] ?? ''}:${join(spec.variables['ITER_DIR'] ?? '.', '.run', 'bin')}` };
}
