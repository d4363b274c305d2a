/** The main job with real agents in the sandboxes of iter: each finds its program, its settings and its model in there, commits from there, and leaves nothing outside of it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { trialArguments } from '../../src/executors/bubblewrap.ts';
import type { Sandbox } from '../../src/core/sandbox.ts';
import { done, eventsOf } from '../rig/cli.ts';
import { realEngines } from '../rig/container-engines.ts';
import { processesOf } from '../rig/driven.ts';
import { HAS_USUAL, household } from '../rig/real-agents.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { scriptedModel } from '../rig/scripted-model.ts';

const trial = spawnSync('bwrap', trialArguments(true).slice(1), { encoding: 'utf8' });
const usable = trial.status === 0;
if (!usable) process.stderr.write(`skipped: real agents are not tried in bubblewrap: ${trial.error?.message ?? trial.stderr}\n`);

const workflowIn = (sandbox: Sandbox): string => `version: 1
name: greet
environments: { dev: { human: optional } }
defaults: { timeout: 10m, sandbox: ${JSON.stringify(sandbox)} }
steps:
  - id: build
    role: builder
    prompt: Greet.
    deliverables: [{ id: greeting, path: greeting.txt, in: repository, checks: [{ contains: [hello world] }] }]
    checks: [{ commits: { min: 1 } }]
`;

/** Milliseconds: longer than any of this takes on a slow machine. */
const LONG = 300_000;

const STRESS = process.env['ITER_STRESS'] !== undefined;

interface Place {
  readonly name: string;
  readonly isUsable: boolean;
  readonly sandbox: Sandbox;
  readonly environment: Readonly<Record<string, string>>;
}

const BUBBLEWRAP: Place = { name: 'bubblewrap', isUsable: usable, sandbox: { by: 'bubblewrap' }, environment: {} };

/** Their images have the programs of this machine, and they are in its network: the model is on loopback. */
function containers(): Place[] {
  const agents = path.resolve(import.meta.dirname, '..', '..', '.cache', 'agents');
  const options = [`--volume=${agents}:${agents}:ro`, `--env=PATH=${household({ url: '', proxy: '' }).env['PATH']}`, '--network=host'];
  return realEngines().map(({ name, sandbox, environment }) => ({
    name: `a container of ${name}`,
    isUsable: true,
    sandbox: { ...sandbox, network: true, arguments: [...(sandbox.arguments ?? []), ...options] },
    environment,
  }));
}

/** One agent in every run; the others, which take three times as long, and containers when more rounds are asked for. */
const AGENTS = STRESS ? ['codex', 'gemini', 'qwen'] : ['codex'];
const PLACES = [BUBBLEWRAP, ...(STRESS ? containers() : [])];

describe.each(PLACES)('in $name', ({ isUsable, sandbox, environment }) => {
  it.skipIf(!HAS_USUAL || !isUsable).each(AGENTS)(
    '%s fails a check once, goes on in its session, commits and lands, and reaches nothing outside',
    async (agent) => {
      const root = repositoryWith({ 'workflows/greet.yaml': workflowIn(sandbox) });
      const directory = path.join(root, 'iterations', '001-try');
      const places = [root, '/usr'];
      const model = await scriptedModel(({ attempt, results }) => {
        if (results.length > 0) return { say: 'It is done.' };
        if (attempt > 1) return { shell: 'sed -i s/wrold/world/ greeting.txt; git add greeting.txt; git commit -qm Greet' };
        const strays = places.map((place) => `touch ${place}/left; test -e ${place}/secret && cp ${place}/secret greeting.txt`);
        return { shell: ['echo hello wrold > greeting.txt', ...strays].join('; ') };
      });
      const { env: own, home } = household(model);
      const env = { ...own, ...environment, PATH: own['PATH'] ?? '' };
      places.push(home);
      writeFileSync(path.join(home, 'secret'), 'of the person\n');
      await done(root, ['new', 'try', '-w', 'greet', '--agent', agent], env);
      await done(root, ['launch'], env);
      await done(root, ['merge'], env);
      await model.stop();
      const earlier = model.asked.map((asked) => ({ attempt: asked.attempt, earlier: asked.earlier, results: asked.results.length }));
      expect(earlier).toEqual([
        { attempt: 1, earlier: 0, results: 0 },
        { attempt: 1, earlier: 0, results: 1 },
        { attempt: 2, earlier: 1, results: 0 },
        { attempt: 2, earlier: 1, results: 1 },
      ]);
      const ends = eventsOf(directory).filter(({ type }) => type === 'attempt-ended');
      expect(ends).toMatchObject([
        { exit: 0, verdict: 'ok' },
        { exit: 0, verdict: 'ok' },
      ]);
      expect([readFileSync(path.join(root, 'greeting.txt'), 'utf8'), sh(root, 'log', '--format=%s', 'main').split('\n')[0]]).toEqual([
        'hello world\n',
        'Greet',
      ]);
      expect(places.map((place) => existsSync(path.join(place, 'left')))).toEqual([false, false, false]);
      expect(processesOf(directory)).toEqual([]);
    },
    LONG,
  );
});
