/** Real agents that are to go on with a session they have lost; that they go on with one they have is in main-job.test.ts, but for gemini+acp. */
import { readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentOf } from '../../src/core/transport.ts';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { HAS_USUAL, household } from '../rig/real-agents.ts';
import { repositoryWith } from '../rig/repository.ts';
import { scriptedModel } from '../rig/scripted-model.ts';

const isStress = process.env['ITER_STRESS'] !== undefined;
/** qwen takes longest to start, and starts three times here. */
const AGENTS = ['codex', 'gemini', ...(isStress ? ['qwen', 'gemini+acp', 'qwen+acp'] : [])];
const TASKS = AGENTS.map((_agent, index) => `T${index + 1}`);

const WORKFLOW = (agents: readonly string[]): string => `version: 1
name: lost
environments: { dev: { human: optional } }
concurrency: ${agents.length}
defaults: { timeout: 10m, retry: { max: 0 } }
steps:
${agents.map((agent) => `  - { id: ${agent.replace('+', '-')}, stage: all, role: builder, agent: ${agent}, prompt: Work., checks: [{ commits: { min: 1 } }] }\n`).join('')}`;

describe.skipIf(!HAS_USUAL)('real agents that have lost their sessions', () => {
  it('refuse to go on with them, and are started anew with the whole prompt in the same attempt', async () => {
    const root = repositoryWith({ 'workflows/lost.yaml': WORKFLOW(AGENTS) });
    const directory = path.join(root, 'iterations', '001-try');
    const model = await scriptedModel(({ task, attempt, results }) =>
      attempt === 1 || results.length > 0
        ? { say: 'Done.' }
        : { write: path.join(`${root}-worktrees`, '001-try', task, `${task}.txt`), text: 'work\n' },
    );
    const { home, env: own } = household(model);
    const env = { ...own, ITER_MCP: 'off' };
    await done(root, ['new', 'try', '-w', 'lost', '--agent', 'codex'], env);
    expect((await iter(root, ['launch'], env)).exit).toBe(1);
    for (const place of ['.codex/sessions', '.gemini/tmp', '.qwen/projects'])
      rmSync(path.join(home, place), { recursive: true, force: true });
    await done(root, ['retry', ...TASKS], env);
    await done(root, ['launch'], env);
    await model.stop();

    for (const task of TASKS) {
      const events = eventsOf(directory).filter((event) => event.task === task);
      const left = events.find(({ type }) => type === 'attempt-ended')?.['session'] as { readonly id: string };
      const starts = events.filter(({ type, attempt }) => type === 'attempt-started' && attempt === 2);
      expect(starts.map(({ session }) => session)).toEqual([left.id, undefined]);
    }
    const second = model.asked.filter(({ attempt, results }) => attempt === 2 && results.length === 0);
    expect(new Set(second.map(({ agent, earlier, prompt }) => `${agent} ${earlier} ${prompt.includes('# Your task')}`))).toEqual(
      new Set(AGENTS.map((agent) => `${agentOf(agent)} 0 true`)),
    );
    expect(jsonOf(await done(root, ['status', '--json'], env))).toMatchObject({
      tasks: AGENTS.map((agent) => ({ agent, state: 'accepted', attempt: 2 })),
    });
  }, 300_000);

  // in the minute in which a session was begun it writes over its file when it loads it
  it.skipIf(!isStress)(
    'but gemini, in a conversation, goes on with one that was begun in another minute',
    async () => {
      const root = repositoryWith({ 'workflows/lost.yaml': WORKFLOW(['gemini+acp']) });
      const model = await scriptedModel(({ attempt, results }) =>
        attempt === 1 || results.length > 0
          ? { say: 'Done.' }
          : { write: path.join(`${root}-worktrees`, '001-try', 'T1', 'T1.txt'), text: 'work\n' },
      );
      const { env, home } = household(model);
      await done(root, ['new', 'try', '-w', 'lost', '--agent', 'codex'], env);
      expect((await iter(root, ['launch'], env)).exit).toBe(1);
      const chats = path.join(home, '.gemini', 'tmp', 't1', 'chats');
      for (const name of readdirSync(chats))
        renameSync(path.join(chats, name), path.join(chats, name.replace(/^session-.{16}/, 'session-2026-01-01T00-00')));
      await done(root, ['retry', 'T1'], env);
      await done(root, ['launch'], env);
      await model.stop();

      const starts = eventsOf(path.join(root, 'iterations', '001-try')).filter(({ type }) => type === 'attempt-started');
      expect(starts.map(({ attempt, session }) => [attempt, typeof session])).toEqual([
        [1, 'undefined'],
        [2, 'string'],
      ]);
      expect(model.asked.map(({ attempt, earlier, results }) => [attempt, earlier, results.length])).toEqual([
        [1, 0, 0],
        [2, 1, 0],
        [2, 1, 1],
      ]);
      // what was told again of the first attempt is not counted with the second
      expect(jsonOf(await done(root, ['status', '--json'], env))).toMatchObject({
        tasks: [{ state: 'accepted', attempt: 2, tokens: 3 * 1234 }],
      });
    },
    300_000,
  );
});
