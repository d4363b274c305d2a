/** Real agents that are to go on with a session they have lost; that they go on with one they have is in main-job.test.ts. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf } from '../rig/cli.ts';
import { HAS_USUAL, household } from '../rig/real-agents.ts';
import { repositoryWith } from '../rig/repository.ts';
import { scriptedModel } from '../rig/scripted-model.ts';

/** qwen takes longest to start, and starts three times here. */
const AGENTS = ['codex', 'gemini', ...(process.env['ITER_STRESS'] === undefined ? [] : ['qwen'])];
const TASKS = AGENTS.map((_agent, index) => `T${index + 1}`);

const WORKFLOW = `version: 1
name: lost
environments: { dev: { human: optional } }
concurrency: ${AGENTS.length}
defaults: { timeout: 10m, retry: { max: 0 } }
steps:
${AGENTS.map((agent) => `  - { id: ${agent}, stage: all, role: builder, agent: ${agent}, prompt: Work., checks: [{ commits: { min: 1 } }] }\n`).join('')}`;

describe.skipIf(!HAS_USUAL)('real agents that have lost their sessions', () => {
  it('refuse to go on with them, and are started anew with the whole prompt in the same attempt', async () => {
    const root = repositoryWith({ 'workflows/lost.yaml': WORKFLOW });
    const directory = path.join(root, 'iterations', '001-try');
    const model = await scriptedModel(({ task, attempt, results }) =>
      attempt === 1 || results.length > 0
        ? { say: 'Done.' }
        : { write: path.join(`${root}-worktrees`, '001-try', task, `${task}.txt`), text: 'work\n' },
    );
    const { env, home } = household(model);
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
      new Set(AGENTS.map((agent) => `${agent} 0 true`)),
    );
    expect(jsonOf(await done(root, ['status', '--json'], env))).toMatchObject({
      tasks: AGENTS.map((agent) => ({ agent, state: 'accepted', attempt: 2 })),
    });
  }, 300_000);
});
