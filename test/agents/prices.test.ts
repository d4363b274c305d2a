import { expect, it } from 'vitest';
import { priced } from '../../src/agents/prices.ts';

const USED = { inputTokens: 1_000_000, cachedTokens: 400_000, outputTokens: 100_000 };

it('takes what the agent says before any list', async () => {
  expect(await priced({ ...USED, usd: 0.5, model: 'gpt-4o' }, { 'gpt-4o': { input: 100, output: 100 } })).toMatchObject({ usd: 0.5 });
});

it('takes prices that are written down before the list, cached input by its own price', async () => {
  const own = { mine: { input: 10, output: 50, cached: 1 }, flat: { input: 10, output: 50 } };
  expect((await priced({ ...USED, model: 'mine' }, own)).usd).toBeCloseTo(6 + 0.4 + 5, 9);
  expect((await priced({ ...USED, model: 'flat' }, own)).usd).toBeCloseTo(10 + 5, 9);
});

it('knows models of the list, also behind the name of a provider, with less for what was cached', async () => {
  const listed = (await priced({ ...USED, model: 'openai/gpt-4o' }, {})).usd ?? 0;
  const uncached = (await priced({ ...USED, cachedTokens: 0, model: 'gpt-4o' }, {})).usd ?? 0;
  expect([listed > 0, uncached > listed]).toEqual([true, true]);
});

it.each([{ model: 'no-such-model-anywhere' }, {}])('claims nothing for %j', async (about) => {
  expect(await priced({ ...USED, ...about }, {})).toEqual({ ...USED, ...about });
});
