/** One conversation with an agent: from the greeting to the answer to its one prompt. Writes down every message, in both directions. */
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AgentCapabilities,
  type AnyMessage,
  type ClientContext,
  type LoadSessionRequest,
  type McpServer,
  type NewSessionResponse,
  PROTOCOL_VERSION,
  type SessionModeState,
  type Stream,
  client,
  methods,
} from '@agentclientprotocol/sdk';
import type { AcpRun } from '../agents/acp-run.ts';
import { parseMap, textAt, type Loose } from '../agents/loose-json.ts';
import { type AgentProcess, startAgentProcess } from './agent-process.ts';
import type { Answerer } from './asking.ts';
import { aside, heard, said } from './record.ts';

/** What is wrong with the agent as it presents itself. */
class AgentFault extends Error {
  override readonly name = 'AgentFault';
}

interface Task {
  readonly command: readonly string[];
  readonly run: AcpRun;
  readonly prompt: string;
  readonly worktree: string;
  readonly answer: Answerer;
}

export interface Conversation {
  readonly agent: AgentProcess;
  /** Why the agent ended its turn, as the protocol calls it; rejects when it refuses, breaks off, or ends. */
  readonly over: Promise<string>;
  /** Asks it to leave off. */
  readonly cancel: () => void;
}

/** What is told of an earlier run. */
interface Past {
  /** So it is with everything that is told now. */
  isTold: boolean;
  /** Messages and calls of it. */
  pieces: number;
}

/** Milliseconds without a word after which an agent has told of the past: gemini goes on with it when it has answered. */
const SILENCE = 200;

export function converse({ command, run, prompt, worktree, answer }: Task): Conversation {
  const { agent, stream, past } = connected(command);
  let cancel: () => void = () => undefined;
  const app = client({ name: 'iter' }).onRequest(methods.client.session.requestPermission, ({ params, signal }) => answer(params, signal));
  const talk = app.connectWith(stream, async (context) => {
    const session = await opened(context, { run, worktree, past });
    past.isTold = false;
    cancel = () => void context.notify(methods.agent.session.cancel, { sessionId: session }).catch(() => undefined);
    const { stopReason } = await context.request(methods.agent.session.prompt, {
      sessionId: session,
      prompt: [{ type: 'text', text: prompt }],
    });
    return stopReason;
  });
  const gone = agent.ended.then((how): never => {
    throw new AgentFault(`${command[0] ?? 'the agent'} ${how} before it had answered`);
  });
  return { agent, over: Promise.race([talk, gone]), cancel: () => cancel() };
}

async function opened(
  context: ClientContext,
  { run, worktree, past }: { readonly run: AcpRun; readonly worktree: string; readonly past: Past },
): Promise<string> {
  const { protocolVersion, agentCapabilities } = await context.request(methods.agent.initialize, {
    protocolVersion: PROTOCOL_VERSION,
    // it has files and a shell of its own
    clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
    clientInfo: { name: 'iter', version: '1' },
  });
  if (protocolVersion !== PROTOCOL_VERSION)
    throw new AgentFault(`the agent speaks version ${protocolVersion} of the protocol, and iter version ${PROTOCOL_VERSION}`);
  const place = { cwd: worktree, mcpServers: serversOf(run) };
  if (run.session === undefined) {
    const { sessionId, modes } = await context.request<NewSessionResponse>(methods.agent.session.new, place);
    await setMode(context, { session: sessionId, mode: run.mode, modes });
    return sessionId;
  }
  const sessionId = run.session;
  past.isTold = true;
  const modes = await takenUp(context, { session: { sessionId, ...place }, past, capabilities: agentCapabilities });
  await setMode(context, { session: sessionId, mode: run.mode, modes });
  return sessionId;
}

/**
 * The modes of an earlier session, which the agent has again. One that is loaded has to be told from its beginning: some give that name to a new
 * session when they do not know it (qwen 0.15.10), and then there is nothing to tell.
 */
async function takenUp(
  context: ClientContext,
  {
    session,
    past,
    capabilities,
  }: {
    readonly session: LoadSessionRequest;
    readonly past: Past;
    readonly capabilities: AgentCapabilities | undefined;
  },
): Promise<SessionModeState | null | undefined> {
  if (capabilities?.loadSession === true) {
    const { modes } = await context.request(methods.agent.session.load, session);
    await silence(past);
    if (past.pieces === 0) throw new AgentFault(`the agent does not know the session ${session.sessionId}`);
    return modes;
  }
  if ((capabilities?.sessionCapabilities?.resume ?? undefined) === undefined)
    throw new AgentFault('the agent cannot go on with an earlier session');
  return (await context.request(methods.agent.session.resume, session)).modes;
}

/** Comes when nothing more is told. */
async function silence(past: Past): Promise<void> {
  for (let known = -1; known < past.pieces;) {
    known = past.pieces;
    await pause(SILENCE);
  }
}

function serversOf({ mcp }: AcpRun): McpServer[] {
  return mcp === undefined ? [] : [{ name: 'iter', command: mcp.command, args: [...mcp.args], env: [] }];
}

/** What it may do hangs on its mode: one that has another name by now is no matter to pass over. */
async function setMode(
  context: ClientContext,
  {
    session,
    mode,
    modes,
  }: { readonly session: string; readonly mode: string | undefined; readonly modes: SessionModeState | null | undefined },
): Promise<void> {
  if (mode === undefined || modes?.currentModeId === mode) return;
  const offered = (modes?.availableModes ?? []).map(({ id }) => id);
  if (!offered.includes(mode))
    throw new AgentFault(`the agent has no mode "${mode}"; it offers ${offered.length === 0 ? 'none' : offered.join(', ')}`);
  await context.request(methods.agent.session.setMode, { sessionId: session, modeId: mode });
}

/**
 * The agent as a stream of messages. What it tells without being asked, and lines that are no message, are written down and go no further:
 * nothing here acts on them.
 */
function connected(command: readonly string[]): { readonly agent: AgentProcess; readonly stream: Stream; readonly past: Past } {
  const past: Past = { isTold: false, pieces: 0 };
  const asked = new Map<unknown, string>();
  let incoming: ReadableStreamDefaultController<AnyMessage> | undefined;
  const agent = startAgentProcess(command, (line) => {
    const message = parseMap(line);
    if (message === undefined) return aside(line);
    const isCall = typeof message['method'] === 'string';
    const answers = isCall ? undefined : asked.get(message['id']);
    heard(line, {
      ...(answers === undefined ? {} : { answers }),
      ...(past.isTold ? { replay: true } : {}),
    });
    if (past.isTold && isPiece(message)) past.pieces += 1;
    const matters = isCall ? message['id'] !== undefined || message['method'] === '$/cancel_request' : answers !== undefined;
    if (matters) incoming?.enqueue(message as unknown as AnyMessage);
    return undefined;
  });
  const readable = new ReadableStream<AnyMessage>({ start: (controller) => void (incoming = controller) });
  const writable = new WritableStream<AnyMessage>({
    write: (message) => {
      const line = JSON.stringify(message);
      if ('method' in message && 'id' in message) asked.set(message.id, message.method);
      said(line);
      agent.send(line);
    },
  });
  return { agent, stream: { readable, writable }, past };
}

/** Something that was said or done: its commands and modes an agent tells of in any session. */
function isPiece(message: Loose): boolean {
  return /_message_chunk$|^tool_call/.test(textAt(message, 'params.update.sessionUpdate') ?? '');
}
