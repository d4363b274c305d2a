/** The types of mcp-client.mjs, which agents run without a build. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

export function connect(
  line: readonly string[],
  options?: { readonly env?: Record<string, string>; readonly cwd?: string },
): Promise<Client>;
export function call(client: Client, name: string, given?: Readonly<Record<string, unknown>>): Promise<string>;
