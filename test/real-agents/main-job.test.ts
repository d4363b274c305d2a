/** The main job with real agents: each writes code through its tools, fails a check once, goes on with what the check said, and its work lands. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { done, eventsOf, jsonOf } from '../rig/cli.ts';
import { processesOf } from '../rig/driven.ts';
import { agentOf } from '../../src/core/transport.ts';
import { permissionsIn } from '../rig/given-permissions.ts';
import { withNamespaces, type Front } from '../rig/namespaces.ts';
import { HAS_USUAL, MORE, household } from '../rig/real-agents.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { withSlowTools } from '../rig/slow-tools.ts';
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

/** They are talked to by the Agent Client Protocol. */
const TALKING = ['qwen+acp'];

/** They mend by writing: before the first command qwen is to run it works for seconds, and others see to it that it can. */
const WRITES_ONLY = new Set(['qwen', 'qwen+acp']);

/** They also call tools of iter, though those are slow to come. */
const WITH_TOOLS = new Set(['codex', 'qwen', 'qwen+acp', 'opencode']);

/** Greets with a mistake, and without once it was told that there is one; with tools, it looks what is still red, and reports what it has done. */
function greeter(root: () => string, { agent = '', first = 'hello wrold\n' } = {}): (asked: Asked) => Move {
  const [withTools, writesOnly] = [WITH_TOOLS.has(agent), WRITES_ONLY.has(agent)];
  return ({ task, prompt, attempt, results }) => {
    const [, times = 'once'] = /Greet (\w+)\./.exec(prompt) ?? [];
    const file = path.join(`${root()}-worktrees`, '001-try', task, 'greeting.txt');
    if (attempt === 2 && !prompt.includes('does not contain "hello world"')) return { say: 'Nobody said why.' };
    const begins: Move[] = [{ write: file, text: first.repeat(LINES[times] ?? 1) }];
    const mends: Move[] = writesOnly
      ? [{ read: file }, { write: file, text: 'hello world\n' }]
      : [{ shell: `sed -i s/wrold/world/ '${file}'` }];
    const looks: Move =
      attempt === 1 ? { tool: 'criteria', with: {} } : { tool: 'report', with: { status: 'Completed', message: 'greeted' } };
    const moves = [...(attempt === 1 ? begins : mends), ...(withTools ? [looks] : [])];
    return moves[results.length] ?? { say: 'It is done.' };
  };
}

describe.skipIf(!HAS_USUAL).concurrent('real agents', () => {
  describe.each(['codex', 'gemini', 'qwen', ...TALKING, ...MORE])('%s', (agent) => {
    const withTools = WITH_TOOLS.has(agent);
    let root = '';
    let model: ScriptedModel;
    let front: Front;
    beforeAll(async () => {
      model = await scriptedModel(greeter(() => root, { agent }));
      front = await withNamespaces(model.url);
    });
    afterAll(() => Promise.all([front.stop(), model.stop()]));

    it.concurrent(
      'writes code, fails a check once, is told what failed, and lands',
      async () => {
        root = repositoryWith({ 'workflows/greet.yaml': ALONE });
        const { env } = household({ ...model, codexUrl: front.url });
        const directory = path.join(root, 'iterations', '001-try');
        await done(root, ['new', 'try', '-w', 'greet', '--agent', agent], env);
        await done(root, ['launch'], env, withTools ? { cli: withSlowTools() } : {});

        const sent = model.asked.map((one) => `${one.agent}, attempt ${one.attempt} after ${one.earlier}, ${one.results.length} results`);
        const program = agentOf(agent);
        const turns = (which: string, moves: number): string[] =>
          Array.from({ length: moves + 1 }, (_, before) => `${program}, attempt ${which}, ${before} results`);
        const looks = withTools ? 1 : 0;
        expect([...new Set(sent)]).toEqual([
          ...turns('1 after 0', 1 + looks),
          ...turns('2 after 1', (WRITES_ONLY.has(agent) ? 2 : 1) + looks),
        ]);
        const all = eventsOf(directory);
        const events = all.filter(({ type }) => /^(attempt-ended|checks-finished|task-sent-back|task-accepted)$/.test(type));
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

        const looked = model.asked
          .filter(({ attempt, results }) => attempt === 1 && results.length === 2)
          .map(({ results }) => results[1]?.split('\n').at(-1));
        expect(looked).toEqual(withTools ? ['red  T1.greeting.contains: greeting.txt: does not contain "hello world"'] : []);
        expect(all.filter(({ type }) => type === 'status-claimed')).toMatchObject(
          withTools ? [{ task: 'T1', word: 'Completed', by: 'builder-build-001', message: 'greeted' }] : [],
        );
        expect([...new Set(permissionsIn(directory))]).toEqual(agent === program ? [] : ['allow_once']);

        expect(jsonOf(await done(root, ['validate', '--json'], env))).toMatchObject({ decision: 'GO' });
        await done(root, ['merge'], env);
        expect(readFileSync(path.join(root, 'greeting.txt'), 'utf8')).toBe('hello world\n');
        expect(jsonOf(await done(root, ['status', '--json'], env))).toMatchObject({
          tasks: [{ state: 'merged', attempt: 2, tokens: 1234 * model.asked.length }],
        });
      },
      LONG,
    );
  });

  it.concurrent(
    'do the same work side by side, one is taken by the rule, and only that lands',
    async () => {
      let root = '';
      const model = await scriptedModel(greeter(() => root, { first: 'hello world\n' }));
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
