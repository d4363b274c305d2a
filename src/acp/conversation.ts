/** One conversation with an agent: from the greeting to the answer to its one prompt. Writes down every message, in both directions. */
import {
  type AnyMessage,
  type ClientContext,
  type McpServer,
  type NewSessionResponse,
  PROTOCOL_VERSION,
  type SessionModeState,
  type Stream,
  client,
  methods,
} from '@agentclientprotocol/sdk';
import type { AcpRun } from '../agents/acp-run.ts';
import { parseMap } from '../agents/loose-json.ts';
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

export function converse({ command, run, prompt, worktree, answer }: Task): Conversation {
  const { agent, stream, loading } = connected(command, run.session);
  let cancel: () => void = () => undefined;
  const app = client({ name: 'iter' }).onRequest(methods.client.session.requestPermission, ({ params, signal }) => answer(params, signal));
  const talk = app.connectWith(stream, async (context) => {
    const session = await opened(context, { run, worktree, loading });
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
  { run, worktree, loading }: { readonly run: AcpRun; readonly worktree: string; readonly loading: { now: boolean } },
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
  const resumes = agentCapabilities?.sessionCapabilities?.resume;
  if ((resumes === undefined || resumes === null) && agentCapabilities?.loadSession !== true)
    throw new AgentFault('the agent cannot go on with an earlier session');
  loading.now = true;
  const { modes } =
    resumes === undefined || resumes === null
      ? await context.request(methods.agent.session.load, { sessionId, ...place })
      : await context.request(methods.agent.session.resume, { sessionId, ...place });
  loading.now = false;
  await setMode(context, { session: sessionId, mode: run.mode, modes });
  return sessionId;
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
function connected(
  command: readonly string[],
  session: string | undefined,
): { readonly agent: AgentProcess; readonly stream: Stream; readonly loading: { now: boolean } } {
  const loading = { now: false };
  const asked = new Map<unknown, string>();
  let incoming: ReadableStreamDefaultController<AnyMessage> | undefined;
  const agent = startAgentProcess(command, (line) => {
    const message = parseMap(line);
    if (message === undefined) return aside(line);
    const isCall = typeof message['method'] === 'string';
    const answers = isCall ? undefined : asked.get(message['id']);
    heard(line, {
      ...(answers === undefined ? {} : { answers }),
      ...(answers !== undefined && session !== undefined ? { session } : {}),
      ...(loading.now ? { replay: true } : {}),
    });
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
  return { agent, stream: { readable, writable }, loading };
}
