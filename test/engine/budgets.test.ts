import { expect, test } from 'vitest';
import type { PlannedTask } from '../../src/core/plan.ts';
import { blindLimits } from '../../src/engine/budgets.ts';
import { plan } from '../rig/story.ts';

const story = plan('T1 build', 'T2 build', 'T3 build');
const by = (agent: string, ...models: readonly (string | undefined)[]) => ({
  ...story,
  budget: { usd: 5 },
  tasks: story.tasks
    .slice(0, models.length)
    .map((task, index): PlannedTask => ({ ...task, agent, ...(models[index] === undefined ? {} : { model: models[index] }) })),
});

test('a budget in dollars is not kept where an agent says tokens alone and its model has no known price', async () => {
  const blind = await blindLimits(by('codex', 'gpt-4o', 'no-such-model', undefined), [], {});
  expect(blind).toEqual([expect.stringContaining('the budget in usd is not kept for T2, T3: codex reports no cost')]);
  expect(await blindLimits(by('codex', 'no-such-model'), [], { 'no-such-model': { input: 1, output: 2 } })).toEqual([]);
});

test('a budget in dollars is kept for agents that say what they cost, and for those that cost nothing', async () => {
  expect([await blindLimits(by('claude', undefined), [], {}), await blindLimits(by('rehearsal', undefined), [], {})]).toEqual([[], []]);
});
