/** The main job with real agents: each writes code through its tools, fails a check once, goes on with what the check said, and its work lands. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done, eventsOf, jsonOf } from '../rig/cli.ts';
import { processesOf } from '../rig/driven.ts';
import { HAS_USUAL, MORE, household } from '../rig/real-agents.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { scriptedModel, type Asked, type Move, type ScriptedModel } from '../rig/scripted-model.ts';

const STEP = `environments: { dev: { human: optional } }
defaults: { timeout: 10m, retry: { max: 2 } }
steps:
  - id: build
    role: builder
    deliverables: [{ id: greeting, path: greeting.txt, in: repository, checks: [{ contains: [hello world] }] }]
    checks: [{ commits: { min: 1 } }]
`;

const ALONE = `version: 1\nname: greet\n${STEP}    prompt: Greet.\n`;

const WAYS = `version: 1
name: ways
${STEP}    prompt: "Greet {{ alternative.times }}."
    alternatives:
      - { id: short, agent: codex, with: { times: once } }
      - { id: middle, agent: gemini, with: { times: twice } }
      - { id: long, agent: qwen, with: { times: thrice } }
  - id: choose
    pick: { from: build, by: alternative.lines }
`;

/** Milliseconds: longer than any of this takes on a slow machine. */
const LONG = 300_000;

const LINES: Readonly<Record<string, number>> = { once: 1, twice: 2, thrice: 3 };

/** Greets with a mistake, and without once it was told that there is one. */
function greeter(root: () => string, first = 'hello wrold\n'): (asked: Asked) => Move {
  return ({ task, prompt, attempt, results }) => {
    if (results.length > 0) return { say: 'It is done.' };
    const [, times = 'once'] = /Greet (\w+)\./.exec(prompt) ?? [];
    const file = path.join(`${root()}-worktrees`, '001-try', task, 'greeting.txt');
    if (attempt === 1) return { write: file, text: first.repeat(LINES[times] ?? 1) };
    return prompt.includes('does not contain "hello world"') ? { shell: `sed -i s/wrold/world/ '${file}'` } : { say: 'Nobody said why.' };
  };
}

describe.skipIf(!HAS_USUAL).concurrent('real agents', () => {
  describe.each(['codex', 'gemini', 'qwen', ...MORE])('%s', (agent) => {
    let root = '';
    let model: ScriptedModel;
    beforeAll(async () => (model = await scriptedModel(greeter(() => root))).url);
    afterAll(() => model.stop());

    it.concurrent(
      'writes code, fails a check once, is told what failed, and lands',
      async () => {
        root = repositoryWith({ 'workflows/greet.yaml': ALONE });
        const { env } = household(model);
        const directory = path.join(root, 'iterations', '001-try');
        await done(root, ['new', 'try', '-w', 'greet', '--agent', agent], env);
        await done(root, ['launch'], env);

        const sent = (asked: Asked) => ({
          agent: asked.agent,
          attempt: asked.attempt,
          results: asked.results.length,
          earlier: asked.earlier,
        });
        expect(model.asked.map(sent)).toEqual([
          { agent, attempt: 1, results: 0, earlier: 0 },
          { agent, attempt: 1, results: 1, earlier: 0 },
          { agent, attempt: 2, results: 0, earlier: 1 },
          { agent, attempt: 2, results: 1, earlier: 1 },
        ]);
        const events = eventsOf(directory).filter(({ type }) =>
          /^(attempt-ended|checks-finished|task-sent-back|task-accepted)$/.test(type),
        );
        const wrong = [{ id: 'T1.greeting.contains', message: 'greeting.txt: does not contain "hello world"' }];
        expect(events).toMatchObject([
          { type: 'attempt-ended', attempt: 1, exit: 0, verdict: 'ok' },
          { type: 'checks-finished', attempt: 1, failures: wrong },
          { type: 'task-sent-back', attempt: 1, failures: wrong },
          { type: 'attempt-ended', attempt: 2, exit: 0, verdict: 'ok' },
          { type: 'checks-finished', attempt: 2, failures: [] },
          { type: 'task-accepted', attempt: 2 },
        ]);
        expect(processesOf(directory)).toEqual([]);

        expect(jsonOf(await done(root, ['validate', '--json'], env))).toMatchObject({ decision: 'GO' });
        await done(root, ['merge'], env);
        expect(readFileSync(path.join(root, 'greeting.txt'), 'utf8')).toBe('hello world\n');
        expect(jsonOf(await done(root, ['status', '--json'], env))).toMatchObject({
          tasks: [{ state: 'merged', attempt: 2, tokens: 4936 }],
        });
      },
      LONG,
    );
  });

  it.concurrent(
    'do the same work side by side, one is taken by the rule, and only that lands',
    async () => {
      let root = '';
      const model = await scriptedModel(greeter(() => root, 'hello world\n'));
      root = repositoryWith({ 'workflows/ways.yaml': WAYS });
      const { env } = household(model);
      await done(root, ['new', 'try', '-w', 'ways', '--agent', 'codex'], env);
      await done(root, ['launch'], env);
      await done(root, ['merge'], env);
      await model.stop();
      expect(jsonOf(await done(root, ['status', '--json'], env))).toMatchObject({
        tasks: [
          { agent: 'codex', state: 'superseded', attempt: 1 },
          { agent: 'gemini', state: 'superseded', attempt: 1 },
          { agent: 'qwen', state: 'merged', attempt: 1 },
          { step: 'choose', state: 'merged' },
        ],
      });
      expect(readFileSync(path.join(root, 'greeting.txt'), 'utf8')).toBe('hello world\n'.repeat(3));
      expect(sh(root, 'log', '--format=%s', 'main')).toBe('Build: long\nfirst');
    },
    LONG,
  );
});
