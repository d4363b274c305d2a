import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { patiently } from '../../src/commands/patience.ts';
import { promised } from '../rig/promised.ts';

it('work that is not done within the limit goes on, and who asks again gets its result; the next to ask begins anew', async () => {
  const begun: ((result: string) => void)[] = [];
  const patience = patiently(() => {
    const { promise, keep } = promised<string>();
    begun.push(keep);
    return promise;
  }, 1);
  expect([await patience.ask(), await patience.ask(), begun.length]).toEqual([undefined, undefined, 1]);
  begun[0]?.('first');
  expect(await patience.ask()).toEqual({ result: 'first', takenUp: true });
  expect([await patience.ask(), begun.length]).toEqual([undefined, 2]);
});

it('work that is done at once is not taken up by the next', async () => {
  let count = 0;
  const patience = patiently(() => Promise.resolve((count += 1)), 60_000);
  expect([await patience.ask(), await patience.ask()]).toEqual([
    { result: 1, takenUp: false },
    { result: 2, takenUp: false },
  ]);
});

it('tells of work that failed once', async () => {
  const works = [() => Promise.reject(new Error('no worktree')), () => Promise.resolve('red')];
  const patience = patiently(() => (works.shift() ?? (() => Promise.resolve('asked again')))(), 60_000);
  await expect(patience.ask()).rejects.toThrow('no worktree');
  expect(await patience.ask()).toEqual({ result: 'red', takenUp: false });
});

it('ends what still goes on, and waits for its end', async () => {
  const said: string[] = [];
  const patience = patiently(async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await setImmediate();
    said.push('ended');
    throw signal.reason;
  }, 1);
  expect(await patience.ask()).toBeUndefined();
  await patience.end();
  expect(said).toEqual(['ended']);
});
