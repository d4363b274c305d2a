/** Stands before the scripted model for codex, which has the tools of a server under two names: of the one name the model gives them it makes these. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Front {
  /** Without a path. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function withNamespaces(model: string): Promise<Front> {
  const server = createServer((request, response) => void passOn(model, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

async function passOn(model: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const sent = await text(request);
  const answer = await fetch(`${model}${request.url ?? ''}`, {
    method: request.method ?? 'GET',
    headers: { 'content-type': 'application/json' },
    ...(sent === '' ? {} : { body: sent }),
  });
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
  response.end((await answer.text()).replaceAll(/"name":"(mcp__iter)__(\w+)"/g, '"namespace":"$1","name":"$2"'));
}
