/** The only way out for programs that honour a proxy: it leads to this machine and nowhere else, and remembers who asked for more. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:net';

export interface LoopbackProxy {
  readonly url: string;
  /** Hosts that were asked for and refused, each time it happened. */
  readonly refused: readonly string[];
  readonly stop: () => Promise<void>;
}

export async function loopbackProxy(): Promise<LoopbackProxy> {
  const refused: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    refused.push(request.url ?? '');
    response.writeHead(403).end();
  });
  server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => socket.destroy());
  });
  server.on('connect', (request, client: Socket, head: Buffer) => {
    const [host = '', port = '80'] = (request.url ?? '').split(':');
    if (host !== '127.0.0.1' && host !== 'localhost') {
      refused.push(request.url ?? '');
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const onward = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      onward.pipe(client).pipe(onward);
    });
    onward.on('error', () => client.destroy());
    client.on('error', () => onward.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}`, refused, stop };
}
