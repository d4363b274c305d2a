/** A client of a server of tools on standard input and output, with the official package as most programs use it. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';

/** Starts the server and greets it. */
export async function connect([command, ...args], options = {}) {
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StdioClientTransport({ command, args, ...options }));
  return client;
}

/** What a tool says, after `error: ` when it says that it is one. */
export async function call(client, name, given = {}) {
  const { isError, content } = await client.callTool({ name, arguments: given });
  return `${isError ? 'error: ' : ''}${content.map(({ text }) => text).join('')}`;
}
