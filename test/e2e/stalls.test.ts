import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf, startIter } from '../rig/cli.ts';
import { PIECE, drivenAgents } from '../rig/driven.ts';
import { repositoryWith } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

/** Milliseconds after which something that has to happen counts as hanging. */
const PATIENCE = 60_000;

const workflow = (root: string, patience: string): string => {
  const file = path.join(path.dirname(root), 'patient.yaml');
  const checks = 'checks: [{ commits: { min: 1 } }]';
  writeFileSync(
    file,
    `version: 1
name: patient
environments: { dev: { human: optional } }
defaults: { timeout: 5m, retry: { max: 1 }, ${patience} }
steps:
  - { id: build, role: builder, prompt: "Build.", ${checks} }
`,
  );
  return file;
};

it('an agent that does nothing stalls: a person is asked once, with the evidence, and has it started again', async () => {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const directory = path.join(root, 'iterations', '001-many');
  const agents = drivenAgents();
  agents.order('T1-1', [{ do: 'hang' }]);
  agents.order('T1-2', PIECE);
  await done(root, ['new', 'many', '-w', workflow(root, 'stall_after: 8s'), '--agent', agents.agent]);
  const launch = startIter(root, ['launch'], agents.env);
  const asked = () => eventsOf(directory).filter((event) => event.type === 'decision-requested');
  await until(asked, (found) => found.length === 1, PATIENCE);
  const [task] = jsonOf(await iter(root, ['status', '--json']))['tasks'] as { state: string; word: string; reason: string }[];
  expect(task).toMatchObject({ state: 'stalled', word: 'Blocked', reason: expect.stringMatching(/^no output since \d\d:/) });
  const why = await iter(root, ['monitor', '--why', 'T1']);
  expect(why.stdout).toMatch(/^T1 is stalled, for .*\n.*no output since [\d:]+ UTC, no file changed since/);
  await done(root, ['decide', '--option', 'restart']);
  const { exit } = await launch.ended;
  const ends = eventsOf(directory).filter((event) => ['attempt-ended', 'task-accepted'].includes(event.type));
  expect({
    exit,
    asked: asked().length,
    ends: ends.map((event) => `${event.type} ${String(event['attempt'])} ${JSON.stringify(event['outcome'])}`),
  }).toEqual({
    exit: 0,
    asked: 1,
    ends: ['attempt-ended 1 "killed"', 'attempt-ended 2 "exited"', 'task-accepted 2 undefined'],
  });
}, 300_000);

it('an agent that is idle for longer than its step allows is ended, and tries again', async () => {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const directory = path.join(root, 'iterations', '001-many');
  const agents = drivenAgents();
  agents.order('T1-1', [{ do: 'hang' }]);
  agents.order('T1-2', PIECE);
  await done(root, ['new', 'many', '-w', workflow(root, 'idle_timeout: 6s'), '--agent', agents.agent]);
  const { exit } = await iter(root, ['launch'], agents.env);
  const [first] = eventsOf(directory).filter((event) => event.type === 'attempt-ended');
  expect({ exit, outcome: first?.['outcome'], reason: first?.['reason'] }).toEqual({
    exit: 0,
    outcome: 'timeout',
    reason: expect.stringMatching(/^no sign of work for 6s: no output since/),
  });
}, 300_000);
