/**
 * A model on loopback that does as the test says: codex, gemini and qwen ask it as they would ask their own, and it answers each of them with the tools
 * that one has offered. What it says next depends only on what it is sent, so any number of agents can talk to it at the same time.
 */
import { loopbackProxy } from './loopback-proxy.ts';
import { LLMock, type ChatCompletionRequest, type ChatMessage, type FixtureResponse } from '@copilotkit/aimock';

/** What an agent has sent. */
export interface Asked {
  readonly agent: 'codex' | 'gemini' | 'qwen' | 'opencode' | 'pi';
  /** Of the last prompt of iter in the conversation; T0 where there is none. */
  readonly task: string;
  readonly attempt: number;
  readonly prompt: string;
  /** Prompts of iter before that one in the same conversation. */
  readonly earlier: number;
  /** What its tools said since the last prompt, the first one first; a search for tools is none. */
  readonly results: readonly string[];
}

/** What the model does next. */
export type Move =
  | { readonly say: string }
  /** An absolute path. */
  | { readonly write: string; readonly text: string }
  /** Of agents with a tool for it. */
  | { readonly read: string }
  | { readonly shell: string }
  /** A tool of the server `iter`, by its own name. */
  | { readonly tool: string; readonly with: Readonly<Record<string, unknown>> }
  /** The provider refuses; `after` is what it says in seconds in Retry-After. */
  | { readonly status: number; readonly message: string; readonly after?: number };

export interface ScriptedModel {
  /** Without a path. */
  readonly url: string;
  /** Everything an agent with tools has asked so far. */
  readonly asked: readonly Asked[];
  /** Of a proxy that leads nowhere else. */
  readonly proxy: string;
  /** Other hosts that were asked for. */
  readonly strangers: readonly string[];
  readonly stop: () => Promise<void>;
}

export async function scriptedModel(script: (asked: Asked) => Move): Promise<ScriptedModel> {
  const server = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
  const asked: Asked[] = [];
  server.addFixture({
    match: { predicate: () => true },
    response: (request) => {
      const one = askedIn(request);
      const move = script(one);
      // titles, summaries and the like are asked for without tools
      if ((request.tools ?? []).length === 0) return answer(request, 'status' in move ? move : { say: 'A scripted title' });
      asked.push(one);
      return answer(request, move);
    },
  });
  const url = await server.start();
  const proxy = await loopbackProxy();
  const stop = async (): Promise<void> => {
    await Promise.all([server.stop(), proxy.stop()]);
  };
  return { url, asked, proxy: proxy.url, strangers: proxy.refused, stop };
}

/** Where qwen keeps the tools of servers until they are looked for. */
const SEARCH = 'tool_search';

const PROMPT = /Attempt (\d+) of \d+ at (T\d+)/;

function askedIn(request: ChatCompletionRequest): Asked {
  const messages = request.messages;
  const prompts = messages.flatMap((message, index) => {
    const found = message.role === 'user' ? PROMPT.exec(textOf(message)) : null;
    return found === null ? [] : [{ index, attempt: Number(found[1]), task: found[2] ?? 'T0', text: textOf(message) }];
  });
  const last = prompts.at(-1);
  const searches = new Set(searchesIn(messages).map(({ id }) => id));
  return {
    agent: agentOf(request),
    task: last?.task ?? 'T0',
    attempt: last?.attempt ?? 0,
    prompt: last?.text ?? '',
    earlier: Math.max(0, prompts.length - 1),
    results: messages
      .slice((last?.index ?? -1) + 1)
      .flatMap((message) => (message.role === 'tool' && !searches.has(message.tool_call_id ?? '') ? [textOf(message)] : [])),
  };
}

function searchesIn(messages: readonly ChatMessage[]): NonNullable<ChatMessage['tool_calls']> {
  return messages.flatMap((message) => message.tool_calls ?? []).filter((call) => call.function.name === SEARCH);
}

function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((part) => part.text ?? '').join('\n');
}

function agentOf(request: ChatCompletionRequest): Asked['agent'] {
  if (request.model.startsWith('gemini')) return 'gemini';
  if (request.model.startsWith('qwen')) return 'qwen';
  if (request.model.startsWith('opencode')) return 'opencode';
  return request.model.startsWith('pi') ? 'pi' : 'codex';
}

const USAGE = {
  prompt_tokens: 1200,
  completion_tokens: 34,
  total_tokens: 1234,
  input_tokens: 1200,
  output_tokens: 34,
  promptTokenCount: 1200,
  candidatesTokenCount: 34,
  totalTokenCount: 1234,
};

let calls = 0;

function answer(request: ChatCompletionRequest, move: Move): FixtureResponse {
  if ('say' in move) return { content: move.say, usage: USAGE };
  if ('status' in move) {
    const { status, message, after } = move;
    return { error: { message, ...KINDS[status] }, status, ...(after === undefined ? {} : { retryAfter: after }) };
  }
  const call = callOf(request, move);
  if (call === undefined) return { content: `no tool is offered for ${JSON.stringify(move)}`, usage: USAGE };
  calls += 1;
  return {
    content: 'I will use a tool.',
    toolCalls: [{ id: `call_${calls}`, name: call.name, arguments: JSON.stringify(call.arguments) }],
    usage: USAGE,
  };
}

/** How OpenAI calls its errors; gemini goes by the status. */
const KINDS: Readonly<Record<number, { readonly type: string; readonly code?: string }>> = {
  401: { type: 'invalid_request_error', code: 'invalid_api_key' },
  429: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  500: { type: 'server_error' },
};

interface Call {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** The move with a tool this agent offers, preferring those made for it. */
function callOf(request: ChatCompletionRequest, move: Exclude<Move, { say: string } | { status: number }>): Call | undefined {
  const offered = new Set((request.tools ?? []).map((tool) => tool.function.name));
  if ('tool' in move) {
    // those that are in a namespace are not seen here
    if (agentOf(request) === 'codex') return { name: `mcp__iter__${move.tool}`, arguments: move.with };
    // the others have the server in the name of each, in their own way
    const name = [...offered].find((one) => new RegExp(`^(mcp_+)?iter_+${move.tool}$`).test(one));
    if (name !== undefined) return { name, arguments: move.with };
    const query = `select:mcp__iter__${move.tool}`;
    const isNew = searchesIn(request.messages).every((call) => !call.function.arguments.includes(query));
    return offered.has(SEARCH) && isNew ? { name: SEARCH, arguments: { query } } : undefined;
  }
  if ('read' in move) return offered.has('read_file') ? { name: 'read_file', arguments: { file_path: move.read } } : undefined;
  if ('write' in move) {
    const { write: file, text } = move;
    if (offered.has('write_file')) return { name: 'write_file', arguments: { file_path: file, content: text } };
    if (offered.has('write')) return { name: 'write', arguments: { filePath: file, path: file, content: text } };
  }
  const line = 'shell' in move ? move.shell : `printf '%s' '${move.text.replaceAll("'", String.raw`'\''`)}' > '${move.write}'`;
  const known: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    shell: { command: ['bash', '-c', line] },
    shell_command: { command: line },
    exec_command: { cmd: line },
    run_shell_command: { command: line, description: 'run', is_background: false },
    bash: { command: line, description: 'run' },
  };
  const name = Object.keys(known).find((one) => offered.has(one));
  return name === undefined ? undefined : { name, arguments: known[name] ?? {} };
}
