import { expect, test } from 'vitest';
import { turn } from '../../src/effects/turns.ts';

test('of all that wait one comes in each round of the event loop, in the order they asked', async () => {
  let round = 0;
  let isOver = false;
  const rounds = (): void => {
    round += 1;
    if (!isOver) setImmediate(rounds);
  };
  setImmediate(rounds);
  const came: (readonly [string, number])[] = [];
  const ask = async (name: string, times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      await turn();
      came.push([name, round]);
    }
  };

  await Promise.all([ask('a', 3), ask('b', 2), ask('c', 1)]);
  isOver = true;

  expect(came.map(([name]) => name).join('')).toBe('abcaba');
  expect(new Set(came.map(([, at]) => at)).size).toBe(6);
});
