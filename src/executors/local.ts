/** Runs one attempt of one task as a child process on this machine, within its time, and ends it with everything it started. Judges nothing. */
import { join } from 'node:path';
import { acpArguments } from '../agents/acp-run.ts';
import { argumentsOf, limitsTurns, serverSettings, type ToolServer } from '../agents/arguments.ts';
import type { StreamSummary } from '../agents/stream-summary.ts';
import { agentRow, commandOf } from '../agents/table.ts';
import { childEnvironment } from '../agents/environment.ts';
import type { AgentDescriptor, StreamFormat } from '../core/agent-descriptor.ts';
import type { StepPermission } from '../core/permission.ts';
import { secretValues } from '../core/redaction.ts';
import { readText } from '../effects/disk.ts';
import { writeText } from '../effects/folder.ts';
import { endContainer, forgetContainer, noteContainer } from '../effects/containers.ts';
import { tendLog } from '../effects/log-limit.ts';
import { AgentStartError, MARK, startAgent, stopTree } from '../effects/process.ts';
import type { Cell } from './bubblewrap.ts';
import { bubblewrapArguments } from './bubblewrap.ts';
import type { Container } from './container.ts';
import { containerArguments, isForRuntime } from './container.ts';
import { BeyondLimit, interruption } from './interruption.ts';
import type { Listener } from './listen.ts';
import { listen } from './listen.ts';
import type { StartedAgent } from '../effects/process.ts';

export interface AttemptSpec {
  readonly agent: string;
  readonly permission: StepPermission;
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
  /** It runs in this cell of bubblewrap, or confines itself; in neither case when both are left out. */
  readonly cell?: Cell;
  /** What makes that cell in place of bubblewrap; `notes` is the folder for notes of containers. */
  readonly container?: Container & { readonly notes: string };
  /** What it has to be able to write in order to commit, when it is to confine itself. */
  readonly gitDirectories?: { readonly common: string; readonly own: string };
  /** How often it may turn to its tools. */
  readonly turns?: number;
  /** The tools it is offered, where it can take them. */
  readonly mcp?: ToolServer;
  /** Goes on with this session of the agent. */
  readonly session?: string;
  /** Variables for this attempt alone: ITER_DIR, ITER_TASK, … */
  readonly variables: Readonly<Record<string, string>>;
  /** What iter itself starts, and agents besides those that come with it. */
  readonly program: {
    readonly node: string;
    readonly rehearsal: string;
    readonly acp: string;
    readonly agents?: readonly AgentDescriptor[];
  };
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
  const tooMany = new AbortController();
  const most = countedTurns(spec);
  const heard = (summary: StreamSummary): void => {
    reporter.heard(believed(spec, summary));
    if (most !== undefined && summary.toolCalls > most)
      tooMany.abort(new BeyondLimit(`more than ${most} ${most === 1 ? 'tool call' : 'tool calls'}`));
  };
  const listener = spec.format === undefined || spec.format === 'text' ? undefined : listen(spec.log, spec.format, heard);
  const env = environmentOf(spec);
  let agent: StartedAgent;
  if (spec.container !== undefined) noteContainer(spec.container);
  try {
    agent = await startAgent({
      argv: [...confinedBy(spec, env), ...argvOf(spec)],
      cwd: spec.worktree,
      env: { ...env, ...runtimeVariables(spec) },
      inputFile: isReadFromInput(spec) ? spec.prompt : '/dev/null',
      logFile: spec.log,
      cookie: spec.cookie,
    });
  } catch (error) {
    if (spec.container !== undefined) forgetContainer(spec.container);
    if (error instanceof AgentStartError) return { outcome: 'not-started', reason: error.message, ...(await said(spec, listener)) };
    throw error;
  }
  const lastLook = tendLog(spec.log, secretValues(env));
  try {
    await reporter.started(agent.pid);
    const ending = await endingOf(agent, spec, AbortSignal.any([signal, tooMany.signal]));
    return { ...ending, ...(await said(spec, listener)) };
  } finally {
    await lastLook();
  }
}

/** What its command line goes behind. The mark goes into a container by its name, too: processes of one may be processes of this machine. */
function confinedBy({ cell, container }: AttemptSpec, env: Readonly<Record<string, string>>): readonly string[] {
  if (cell === undefined) return [];
  return container === undefined ? bubblewrapArguments(cell) : containerArguments(container, cell, [...Object.keys(env), MARK]);
}

/** For podman or docker itself, not for the agent. */
function runtimeVariables({ container, environment }: AttemptSpec): Readonly<Record<string, string>> {
  if (container === undefined) return {};
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value !== undefined && isForRuntime(name) ? [[name, value]] : [])),
  );
}

/** The tool calls that are counted here: of an agent that cannot be told to end by itself. */
function countedTurns(spec: AttemptSpec): number | undefined {
  const row = rowOf(spec);
  return row === undefined || limitsTurns(row) ? undefined : spec.turns;
}

async function said(spec: AttemptSpec, listener: Listener | undefined): Promise<{ readonly said?: StreamSummary }> {
  return listener === undefined ? {} : { said: believed(spec, await listener.end()) };
}

/** In a conversation some tell the tokens of their last request where those of all belong: less than was used is worse than nothing. */
function believed(spec: AttemptSpec, summary: StreamSummary): StreamSummary {
  const row = rowOf(spec);
  if (row?.format !== 'acp' || row.usage.reports.includes('tokens')) return summary;
  const { usage: _partly, ...rest } = summary;
  return rest;
}

async function endingOf(agent: StartedAgent, spec: AttemptSpec, signal: AbortSignal): Promise<Ending> {
  const ended = await Promise.race([agent.exited, interruption(spec.timeout, signal)]);
  const first = rowOf(spec)?.stop;
  const { pid, startTime } = agent;
  // the first process of a cell stays as long as anything in it runs, and hears no polite signal
  const grace = spec.cell !== undefined && !('cause' in ended) ? { grace: CELL_GRACE } : {};
  const swept = await stopTree({ pid, startTime, cookie: spec.cookie, ...grace, ...(first === undefined ? {} : { first }) });
  // what it was started by may be gone, and it not
  if (spec.container !== undefined)
    await endContainer(spec.container, { environment: { ...environmentOf(spec), ...runtimeVariables(spec) } });
  if (!('cause' in ended)) return { outcome: 'exited', ...ended };
  return { outcome: ended.cause, reason: ended.reason, survivors: swept };
}

/** Milliseconds for what an agent has left running in its cell. */
const CELL_GRACE = 200;

function rowOf(spec: AttemptSpec): AgentDescriptor | undefined {
  return agentRow(spec.agent, spec.program.agents);
}

function isReadFromInput(spec: AttemptSpec): boolean {
  return spec.argv !== undefined || (rowOf(spec)?.prompt ?? 'stdin') === 'stdin';
}

function argvOf(spec: AttemptSpec): readonly string[] {
  if (spec.argv !== undefined) return spec.argv;
  const node = spec.container === undefined ? spec.program.node : NODE_OF_THE_IMAGE;
  if (spec.agent === 'rehearsal') return [node, spec.program.rehearsal];
  const row = rowOf(spec);
  if (row?.binary === undefined) throw new Error(`agent ${spec.agent} cannot be started`);
  const text = row.prompt === 'argument' ? promptArgument(spec) : undefined;
  // an agent that asks nobody is not started for a step that wants it: see the preflight
  const permission = spec.permission === 'ask' ? 'edit' : spec.permission;
  const asked = { ...spec, ...confinementOf(spec), permission, promptFile: spec.prompt, prompt: text };
  const command = [row.binary, ...argumentsOf(row, asked)];
  if (row.format !== 'acp' || row.acp === undefined) return command;
  const session = spec.session === undefined ? {} : { session: spec.session };
  const told = { permission: spec.permission, ...session, ...toolsInConversation(spec) };
  return [node, spec.program.acp, ...acpArguments(told, row.acp, command)];
}

const NODE_OF_THE_IMAGE = 'node';

/** Where each use of a tool has to be asked for and would be denied, or be a question to a person, there are none. */
function toolsInConversation({ permission, mcp }: AttemptSpec): { readonly mcp?: Pick<ToolServer, 'command' | 'args'> } {
  if (mcp === undefined || permission === 'read' || permission === 'ask') return {};
  return { mcp: { command: mcp.command, args: mcp.args } };
}

function confinementOf({ cell, gitDirectories }: AttemptSpec): { readonly confined?: 'own' | 'inside' } {
  if (cell !== undefined) return { confined: 'inside' };
  return gitDirectories === undefined ? {} : { confined: 'own' };
}

/** Linux takes no argument of more than 128 KB, and the environment counts, too. */
const LONGEST_ARGUMENT = 100_000;

function promptArgument({ agent, prompt }: AttemptSpec): string {
  const text = readText(prompt) ?? '';
  const bytes = Buffer.byteLength(text);
  if (bytes <= LONGEST_ARGUMENT) return text;
  throw new AgentStartError(
    `agent "${agent}" takes its prompt as an argument, and ${bytes} bytes are more than one holds`,
    'make the prompt shorter, or take an agent that reads standard input',
  );
}

function environmentOf(spec: AttemptSpec): Readonly<Record<string, string>> {
  const { pass = [], set = {}, unset = [] } = rowOf(spec)?.environment ?? {};
  const tools = toolVariables(spec);
  // a command given by the person is the person's own program: it gets their ITER_* settings, too
  const own = commandOf(spec.agent) === undefined ? [] : Object.keys(spec.environment).filter((name) => name.startsWith('ITER_'));
  const all = childEnvironment(spec.environment, [...pass, ...own], { ...set, ...tools, ...spec.variables });
  const env = Object.fromEntries(Object.entries(all).filter(([name]) => !unset.includes(name)));
  return { ...env, PATH: `${env['PATH'] ?? ''}:${join(spec.variables['ITER_DIR'] ?? '.', '.run', 'bin')}` };
}

/** The variables that tell a program of its tools, its file with them written; what a person has set to the same end stays. */
function toolVariables(spec: AttemptSpec): Readonly<Record<string, string>> {
  const row = rowOf(spec);
  if (spec.mcp === undefined || row?.mcp === undefined) return {};
  const { environment, file } = serverSettings(row, spec.mcp);
  if (file !== undefined) writeText(spec.mcp.file, file);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => (spec.environment[name] ?? '') === ''));
}
