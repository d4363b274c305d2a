import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { repositoryWith, temporaryFolder } from '../rig/repository.ts';

/** Says in the form of a stream that it has used 60 cents, and how many tokens. */
const SPENDER = `#!${process.execPath}
const usage = { input_tokens: 500, cache_read_input_tokens: 1000, output_tokens: 100 };
for (const line of [
  { type: 'system', subtype: 'init', session_id: 'one' },
  { type: 'result', subtype: 'success', is_error: false, result: 'done', total_cost_usd: 0.6, usage },
])
  console.log(JSON.stringify(line));
`;

const WORKFLOW = `version: 1
name: three
inputs: { parts: { type: list } }
concurrency: 1
environments: { dev: { human: optional } }
budget: { usd: 1 }
defaults: { max_turns: 5 }
steps:
  - { id: build, role: builder, targets: { from: inputs.parts }, prompt: "Build.", retry: { max: 0 } }
`;

function project(): string {
  const program = path.join(temporaryFolder(), 'spender');
  writeFileSync(program, SPENDER);
  chmodSync(program, 0o755);
  const descriptor = `name: spender
about: Spends.
binary: ${program}
arguments: []
prompt: stdin
format: claude
usage: { reports: [tokens, usd] }
install: "nothing"
`;
  return repositoryWith({ 'workflows/three.yaml': WORKFLOW, '.iter/agents/spender.yaml': descriptor });
}

describe('a budget', () => {
  it('that is used up holds back what has not started, with exit 6, and goes on when a person gives more', async () => {
    const root = project();
    const directory = path.join(root, 'iterations', '001-try');
    const status = async () => jsonOf(await done(root, ['status', '--json']));
    await done(root, ['new', 'try', '-w', 'three', '--agent', 'spender', '--input', 'parts=a,b,c']);

    const first = await iter(root, ['launch']);
    expect([first.exit, first.stderr.includes('iter decide budget-run-usd-1 --option more    go on with 1 USD more')]).toEqual([6, true]);
    expect(first.stderr).toContain('the budget is used up: 1.20 of 1 USD');
    expect(await status()).toMatchObject({
      status: 'waiting-for-person',
      tasks: [
        { state: 'accepted', tokens: 600, costUsd: 0.6 },
        { state: 'accepted', tokens: 600, costUsd: 0.6 },
        { state: 'ready', tokens: null, costUsd: null },
      ],
      decisions: [{ id: 'budget-run-usd-1', kind: 'budget', task: 'T3' }],
      budget: { tokens: 1200, usd: 1.2, accounts: [{ id: 'run-usd', unit: 'usd', used: 1.2, limit: 1 }] },
    });
    expect((await iter(root, ['launch'])).exit).toBe(6);
    expect(eventsOf(directory).filter((event) => event.type === 'decision-requested').length).toBe(1);

    await done(root, ['decide', 'budget-run-usd-1', '--option', 'more']);
    const last = await iter(root, ['launch']);
    expect([last.exit, last.stderr.includes('the budget goes to an end: 1.80 of 2 USD')]).toEqual([0, true]);
    expect(await status()).toMatchObject({ status: 'ready-to-merge', budget: { accounts: [{ limit: 2 }] } });
  });

  it('that nobody wants to raise ends what waits for it', async () => {
    const root = project();
    await done(root, ['new', 'try', '-w', 'three', '--agent', 'spender', '--input', 'parts=a,b,c']);
    await iter(root, ['launch']);
    await done(root, ['decide', 'budget-run-usd-1', '--option', 'end']);
    expect((await iter(root, ['launch'])).exit).toBe(1);
    expect(jsonOf(await done(root, ['status', '--json']))['tasks']).toMatchObject([{}, {}, { state: 'failed' }]);
  });

  it('that cannot be counted is said before anything starts', async () => {
    const root = project();
    await done(root, ['new', 'try', '-w', 'three', '--agent', 'command:true', '--input', 'parts=a']);
    const { stderr } = await iter(root, ['launch']);
    expect(stderr).toContain('warning: the budget in usd is not kept for T1: command:true reports no cost');
    expect(stderr).toContain('warning: max_turns is not kept for T1: command:true does not tell of its tool calls');
  });
});
