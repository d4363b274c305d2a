import { setImmediate } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { expect, it } from 'vitest';
import type { Tool } from '../../src/commands/mcp-server.ts';
import { serve } from '../../src/commands/mcp-server.ts';
import { promised } from '../rig/promised.ts';

const LOOK = { name: 'look', description: 'Looks.', arguments: {}, required: [], reads: true } as const;

/** A client of a server with one tool, and the word that nobody asks any more. */
async function connected(call: Tool['call'], beat: number) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const { promise: ended, keep: end } = promised<void>();
  const served = {
    version: '1',
    instructions: 'Look.',
    tools: [{ ...LOOK, call }],
    meaningOf: (error: unknown) => (error instanceof RangeError ? `refused: ${error.message}` : undefined),
  };
  const serving = serve(served, { transport: far, misheard: () => {}, ended, beat });
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(near);
  return { client, end, serving };
}

it('gives signs of life during a call to a client that asks for them', async () => {
  const { promise: heard, keep: hear } = promised<void>();
  const { client, end, serving } = await connected(async () => {
    await heard;
    return { text: 'seen' };
  }, 1);
  const beats: number[] = [];
  const onprogress = ({ progress }: { readonly progress: number }): void => {
    beats.push(progress);
    if (progress === 3) hear();
  };
  const answer = await client.callTool({ name: 'look' }, undefined, { onprogress });
  expect([answer.content, beats.slice(0, 3)]).toEqual([[{ type: 'text', text: 'seen' }], [1, 2, 3]]);
  end();
  await serving;
});

it('answers what was asked before nobody asks any more', async () => {
  const { promise: done, keep: finish } = promised<void>();
  const { promise: begun, keep: begin } = promised<void>();
  const { client, end, serving } = await connected(async () => {
    begin();
    await done;
    return { text: 'seen' };
  }, 60_000);
  const answer = client.callTool({ name: 'look' });
  await begun;
  end();
  for (let turn = 0; turn < 5; turn += 1) await setImmediate();
  finish();
  expect((await answer).content).toEqual([{ type: 'text', text: 'seen' }]);
  await serving;
});

it('tells the model what the world refused, and the client what is our own mistake', async () => {
  const errors = [new RangeError('no room'), new TypeError('x is undefined')];
  const { client, end, serving } = await connected(() => Promise.reject(errors.shift() ?? new Error('asked again')), 60_000);
  expect(await client.callTool({ name: 'look' })).toEqual({ content: [{ type: 'text', text: 'refused: no room' }], isError: true });
  await expect(client.callTool({ name: 'look' })).rejects.toThrow('x is undefined');
  end();
  await serving;
});
