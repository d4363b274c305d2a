/** Real agents are ended while a tool of theirs runs, in every way that happens; nothing of them may be left. ITER_STRESS=1 does it a hundred times. */
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, startIter, type Started } from '../rig/cli.ts';
import { isRunning, processesNear } from '../rig/driven.ts';
import { HAS_USUAL, household } from '../rig/real-agents.ts';
import { repositoryWith } from '../rig/repository.ts';
import { scriptedModel } from '../rig/scripted-model.ts';
import { until } from '../rig/until.ts';

const AGENTS = ['codex', 'gemini', 'qwen'];
/** A stop is a cancel to two of them. */
const TALKING = ['codex', 'gemini+acp', 'qwen+acp'];
const TASKS = ['T1', 'T2', 'T3'];

interface Scene {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly launched: Started;
}

/** How agents come to their end; what `launch` ended with. */
const WAYS: Readonly<Record<string, (scene: Scene) => Promise<number | string>>> = {
  'iter stop': async ({ root, env, launched }) => {
    for (const task of TASKS) await done(root, ['stop', task], env);
    return (await launched.ended).exit;
  },
  'kill -9 of iter, and another launch': async ({ root, env, launched }) => {
    process.kill(launched.pid, 'SIGKILL');
    await launched.ended;
    // they outlive iter: that is what the next launch has to deal with
    expect(TASKS.filter((task) => !isRunning(path.join(root, 'iterations', '001-try'), task, 'tail'))).toEqual([]);
    const again = startIter(root, ['launch'], env);
    const launches = () => eventsOf(path.join(root, 'iterations', '001-try')).filter(({ type }) => type === 'launch-started').length;
    await until(launches, (count) => count === 2, LONG);
    process.kill(again.pid, 'SIGINT');
    return (await again.ended).exit;
  },
  'Ctrl+C': async ({ launched }) => {
    process.kill(launched.pid, 'SIGINT');
    return (await launched.ended).exit;
  },
  SIGTERM: async ({ launched }) => {
    process.kill(launched.pid, 'SIGTERM');
    return (await launched.ended).exit;
  },
  'their time limit': async ({ launched }) => (await launched.ended).exit,
};
const EXITS: Readonly<Record<string, number>> = { 'iter stop': 5, 'Ctrl+C': 130, SIGTERM: 143, 'kill -9 of iter, and another launch': 130 };

/** Three agents in each round. */
const ROUNDS =
  process.env['ITER_STRESS'] === undefined
    ? rounds(Object.keys(WAYS).slice(0, 2), AGENTS)
    : [...rounds(hundred(), AGENTS), ...rounds(Object.keys(WAYS), TALKING)];

function rounds(ways: readonly string[], agents: readonly string[]): { readonly way: string; readonly agents: readonly string[] }[] {
  return ways.map((way) => ({ way, agents }));
}

function hundred(): string[] {
  const ways = Object.keys(WAYS);
  return Array.from({ length: 34 }, (_, round) => ways[round % ways.length] ?? '');
}

const WORKFLOW = ({ way, agents }: (typeof ROUNDS)[number]): string => `version: 1
name: hang
environments: { dev: { human: optional } }
concurrency: 3
defaults: { timeout: ${way === 'their time limit' ? '40s' : '10m'}, retry: { max: 0 } }
steps:
${agents.map((agent) => `  - { id: ${agent.replace('+', '-')}, stage: all, role: builder, agent: ${agent}, prompt: Hang. }\n`).join('')}`;

/** Milliseconds: longer than anything here takes. */
const LONG = 300_000;

describe.skipIf(!HAS_USUAL)('real agents that are ended while a tool runs', () => {
  it.each(ROUNDS)(
    'leave nothing behind: $way ($agents)',
    async (round) => {
      const { way } = round;
      const root = repositoryWith({ 'workflows/hang.yaml': WORKFLOW(round) });
      const directory = path.join(root, 'iterations', '001-try');
      const model = await scriptedModel(() => ({ shell: 'tail -f /dev/null' }));
      // as people start them: gemini and qwen start themselves a second time, and both have to go
      const env = { ...household(model).env, GEMINI_CLI_NO_RELAUNCH: '', QWEN_CODE_NO_RELAUNCH: '' };
      await done(root, ['new', 'try', '-w', 'hang', '--agent', 'codex'], env);
      const launched = startIter(root, ['launch'], env);
      for (const task of TASKS) await until(() => runsSlowly(directory, task), Boolean, LONG);
      const exit = await WAYS[way]?.({ root, env, launched });
      const left = processesNear(`${root}-worktrees`);
      await model.stop();
      expect({ left, exit }).toEqual({ left: [], exit: EXITS[way] ?? 1 });
    },
    LONG,
  );
});

/** Looking at all processes takes a while: not more often than needed. */
async function runsSlowly(directory: string, task: string): Promise<boolean> {
  await pause(100);
  return isRunning(directory, task, 'tail');
}
