/**
 * The Model Context Protocol over standard input and output, as far as a server of tools needs it: initialize, ping, tools/list and tools/call.
 * One JSON-RPC 2.0 message per line (modelcontextprotocol.io, "Transports", stdio); what the tools do is mcp-tools.ts.
 */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Problem } from '../core/problem.ts';
import { problemLine } from '../core/problem.ts';
import { didYouMean } from '../core/nearest.ts';

export type Arguments = Readonly<Record<string, string | boolean | undefined>>;

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly arguments: Readonly<
    Record<string, { readonly type: 'string' | 'boolean'; readonly description: string; readonly enum?: readonly string[] }>
  >;
  readonly required: readonly string[];
  /** Changes nothing. */
  readonly reads: boolean;
  /** What the caller is told, or everything that is wrong with the call. */
  readonly call: (given: Arguments) => Promise<{ readonly text: string } | { readonly problems: readonly Problem[] }>;
}

/** Where lines come from and go to. */
export interface Wire {
  readonly input: Readable;
  readonly write: (line: string) => void;
  /** Ends the service before its input does. */
  readonly signal: AbortSignal;
}

export interface Served {
  readonly version: string;
  readonly instructions: string;
  readonly tools: readonly Tool[];
}

/** Answers until the input ends or the signal aborts, and what was asked by then to its end. Calls may overlap; each is answered when it is done. */
export async function serve(served: Served, { input, write, signal }: Wire): Promise<void> {
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const stop = (): void => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const open = new Set<Promise<void>>();
  lines.on('line', (line) => {
    if (line.trim() === '') return;
    const answered = answer(served, line).then((reply) => {
      if (reply !== undefined) write(JSON.stringify({ jsonrpc: '2.0', ...reply }));
      open.delete(answered);
    });
    open.add(answered);
  });
  await new Promise((resolve) => lines.once('close', resolve));
  signal.removeEventListener('abort', stop);
  await Promise.all(open);
}

type Id = string | number | null;
type Reply = { readonly id: Id } & ({ readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } });

/** JSON-RPC 2.0, section 5.1. */
const CODE = { parse: -32_700, request: -32_600, method: -32_601, parameters: -32_602, internal: -32_603 } as const;

/** Never rejects; undefined for what wants no answer. */
async function answer(served: Served, line: string): Promise<Reply | undefined> {
  let message: unknown;
  try {
    message = JSON.parse(line);
  } catch {
    return { id: null, error: { code: CODE.parse, message: 'not JSON' } };
  }
  if (!isMap(message) || typeof message['method'] !== 'string') {
    // an answer to something this server never asks
    if (isMap(message) && ('result' in message || 'error' in message)) return undefined;
    return { id: null, error: { code: CODE.request, message: 'not a request of JSON-RPC 2.0' } };
  }
  const { id, method, params } = message;
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  try {
    return { id, ...(await resultOf(served, method, isMap(params) ? params : {})) };
  } catch (error) {
    return { id, error: { code: CODE.internal, message: error instanceof Error ? error.message : String(error) } };
  }
}

type Outcome = { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } };

async function resultOf(served: Served, method: string, params: Readonly<Record<string, unknown>>): Promise<Outcome> {
  switch (method) {
    case 'initialize':
      return { result: greeting(served, params['protocolVersion']) };
    case 'ping':
      return { result: {} };
    case 'tools/list':
      return { result: { tools: served.tools.map(listed) } };
    case 'tools/call': {
      const tool = served.tools.find(({ name }) => name === params['name']);
      if (tool !== undefined) return { result: await called(tool, params['arguments'] ?? {}) };
      const names = served.tools.map(({ name }) => name);
      const message = `unknown tool "${String(params['name'])}"; ${didYouMean(String(params['name']), names)}`;
      return { error: { code: CODE.parameters, message } };
    }
    default:
      return { error: { code: CODE.method, message: `this server does not know "${method}"` } };
  }
}

/** Versions in which the four methods are the same, the newest first. */
const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];

function greeting({ version, instructions }: Served, wanted: unknown): unknown {
  const protocolVersion = VERSIONS.find((one) => one === wanted) ?? VERSIONS[0];
  return { protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'iter', version }, instructions };
}

function listed(tool: Tool): unknown {
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: { type: 'object', properties: tool.arguments, required: tool.required, additionalProperties: false },
    // said in full: some clients ask a person, who is not there, about tools that do not say it
    annotations: { readOnlyHint: tool.reads, destructiveHint: false, openWorldHint: false },
  };
}

async function called(tool: Tool, given: unknown): Promise<unknown> {
  const faults = faultsOf(tool, given);
  const done = faults.length > 0 ? { problems: faults } : await tool.call(given as Arguments);
  const text = 'text' in done ? done.text : done.problems.map(problemLine).join('\n');
  return { content: [{ type: 'text', text }], isError: !('text' in done) };
}

function faultsOf(tool: Tool, given: unknown): Problem[] {
  const names = Object.keys(tool.arguments);
  if (!isMap(given)) return [{ what: 'the arguments are no map', fix: `give ${names.join(', ') || 'none'}` }];
  return [
    ...Object.keys(given)
      .filter((name) => !names.includes(name))
      .map((name) => ({ what: `unknown argument "${name}"`, fix: names.length === 0 ? 'give none' : didYouMean(name, names) })),
    ...tool.required.filter((name) => given[name] === undefined).map((name) => ({ what: `"${name}" is missing`, fix: `give ${name}` })),
    ...Object.entries(tool.arguments)
      .filter(([name, { type }]) => given[name] !== undefined && typeof given[name] !== type)
      .map(([name, { type }]) => ({ what: `"${name}" is no ${type}`, fix: `give a ${type}` })),
  ];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
