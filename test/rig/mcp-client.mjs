/** A client of a server of tools on standard input and output: starts it, asks, and waits for each answer. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts the server; `ask` rejects what is no answer, `ended` gives its exit code once its input is closed. */
export function connect([program, ...argv], options = {}) {
  const child = spawn(program, argv, { stdio: ['pipe', 'pipe', 'inherit'], ...options });
  const waiting = new Map();
  let last = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line);
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const exited = once(child, 'exit');
  const tell = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const ask = (method, params) => {
    last += 1;
    const id = last;
    tell({ id, method, params });
    const gone = exited.then(() => Promise.reject(new Error(`the server ended before it answered ${method}`)));
    return Promise.race([new Promise((resolve) => waiting.set(id, resolve)), gone]);
  };
  return {
    ask,
    start: async () => {
      const greeting = await ask('initialize', {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'test', version: '1' },
      });
      tell({ method: 'notifications/initialized' });
      return greeting.result;
    },
    /** What a tool says, after `error: ` when it says that it is one. */
    call: async (name, given = {}) => {
      const { result, error } = await ask('tools/call', { name, arguments: given });
      if (error !== undefined) return `refused: ${error.message}`;
      return `${result.isError ? 'error: ' : ''}${result.content.map(({ text }) => text).join('')}`;
    },
    raw: (text) => child.stdin.write(text),
    ended: async () => {
      child.stdin.end();
      return (await exited)[0];
    },
  };
}
