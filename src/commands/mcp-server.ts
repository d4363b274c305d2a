/**
 * A server of tools: the protocol is the official package of the Model Context Protocol, what the tools do is mcp-tools.ts.
 * Arguments are judged here, because an agent is helped by all that is wrong with them at once, with what to write instead.
 */
import { setImmediate } from 'node:timers/promises';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { CallToolResult, Tool as ListedTool } from '@modelcontextprotocol/sdk/types.js';
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

export interface Served {
  readonly version: string;
  readonly instructions: string;
  readonly tools: readonly Tool[];
  /** What the caller is told of something thrown; undefined for our own mistakes, which the protocol has an answer of its own for. */
  readonly meaningOf: (error: unknown) => string | undefined;
}

export interface Wire {
  readonly transport: Transport;
  /** Is told of lines that are no message of the protocol; they are passed over. */
  readonly misheard: (error: Error) => void;
  /** Comes when nobody asks any more. */
  readonly ended: Promise<unknown>;
  /** Milliseconds between two signs of life during a call, for clients that ask for them: many then wait on. */
  readonly beat: number;
}

/** Answers until nobody asks any more, and what was asked by then to its end. Calls may overlap; each is answered when it is done. */
export async function serve(served: Served, { transport, misheard, ended, beat }: Wire): Promise<void> {
  const { version, instructions, tools } = served;
  const server = new Server({ name: 'iter', version }, { capabilities: { tools: {} }, instructions });
  server.onerror = misheard;
  const open = new Set<Promise<CallToolResult>>();
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools.map(listed) }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { _meta, sendNotification }) => {
    const answering = called(served, params.name, params.arguments ?? {});
    open.add(answering);
    const progressToken = _meta?.progressToken;
    let progress = 0;
    const beating = setInterval(() => {
      if (progressToken === undefined) return;
      progress += 1;
      sendNotification({ method: 'notifications/progress', params: { progressToken, progress } }).catch(misheard);
    }, beat);
    try {
      return await answering;
    } finally {
      clearInterval(beating);
      open.delete(answering);
    }
  });
  await server.connect(transport);
  await ended;
  // what came last may not have reached its tool yet
  await setImmediate();
  await Promise.allSettled(open);
  // the package writes an answer in the same turn in which the call ends
  await setImmediate();
  await server.close();
}

function listed(tool: Tool): ListedTool {
  return {
    name: tool.name,
    description: tool.description,
    inputSchema: { type: 'object', properties: { ...tool.arguments }, required: [...tool.required], additionalProperties: false },
    // said in full: some clients ask a person, who is not there, about tools that do not say it
    annotations: { readOnlyHint: tool.reads, destructiveHint: false, openWorldHint: false },
  };
}

async function called({ tools, meaningOf }: Served, name: string, given: Readonly<Record<string, unknown>>): Promise<CallToolResult> {
  const names = tools.map((tool) => tool.name);
  const tool = tools.find((one) => one.name === name);
  if (tool === undefined) return failed(`unknown tool "${name}"; ${didYouMean(name, names)}`);
  const faults = faultsOf(tool, given);
  if (faults.length > 0) return failed(faults.map(problemLine).join('\n'));
  try {
    const done = await tool.call(given as Arguments);
    return 'text' in done ? { content: [{ type: 'text', text: done.text }] } : failed(done.problems.map(problemLine).join('\n'));
  } catch (error) {
    const meaning = meaningOf(error);
    if (meaning === undefined) throw error;
    return failed(meaning);
  }
}

/** In the words of the tool, so that the model reads it; an error of the protocol many clients keep to themselves. */
function failed(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}

function faultsOf(tool: Tool, given: Readonly<Record<string, unknown>>): Problem[] {
  const names = Object.keys(tool.arguments);
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
