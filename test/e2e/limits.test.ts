import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf, startIter } from '../rig/cli.ts';
import type { LoggedEvent } from '../rig/cli.ts';
import { PIECE, drivenAgents } from '../rig/driven.ts';
import { repositoryWith } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

/** Milliseconds after which something that has to happen counts as hanging. */
const PATIENCE = 60_000;

/** T1, T2, T4 of one provider, T3 of another; none has a second try. */
const WORKFLOW = `version: 1
name: limited
environments: { dev: { human: optional } }
concurrency: { agents: 3, per_provider: { acme: 2 } }
defaults: { timeout: 5m, retry: { max: 0 }, provider: acme }
steps:
  - { id: one, stage: all, role: builder, prompt: "Build.", checks: [{ commits: { min: 1 } }] }
  - { id: two, stage: all, role: builder, prompt: "Build.", checks: [{ commits: { min: 1 } }] }
  - { id: three, stage: all, role: builder, provider: other, prompt: "Build.", checks: [{ commits: { min: 1 } }] }
  - { id: four, stage: all, role: builder, prompt: "Build.", checks: [{ commits: { min: 1 } }] }
`;

it('tasks of a provider that refuses wait until it takes work again, over a kill and a new launch, and none has used up a try', async () => {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const directory = path.join(root, 'iterations', '001-many');
  const workflow = path.join(path.dirname(root), 'limited.yaml');
  writeFileSync(workflow, WORKFLOW);
  const agents = drivenAgents();
  const refused = [{ do: 'write', path: '.iter/outbox/limit.md', text: '20s\nfive hours are used up\n' }] as const;
  agents.order('T1-1', [{ do: 'write', path: 'half.txt', text: 'half done\n' }, ...refused]);
  agents.order('T2-1', refused);
  agents.order('T3', [{ do: 'wait-for', file: 'refused' }, ...PIECE]);
  agents.order('T4', PIECE);
  await done(root, ['new', 'many', '-w', workflow, '--agent', agents.agent]);
  const of = (type: string): LoggedEvent[] => eventsOf(directory).filter((event) => event.type === type);
  const tasks = (type: string): string[] => of(type).map((event) => event.task ?? '');

  const first = startIter(root, ['launch'], agents.env);
  await until(
    () => of('provider-limited').length,
    (count) => count === 2,
    PATIENCE,
  );
  agents.order('T1-1', [{ do: 'wait-for', file: 'works again' }, ...PIECE]);
  agents.order('T2-1', PIECE);
  agents.release('refused');
  // the other provider goes on
  await until(
    () => tasks('task-accepted'),
    (ids) => ids.includes('T3'),
    PATIENCE,
  );
  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  const limits = of('provider-limited').map((event) => String(event['until']));
  const [end = ''] = limits.toSorted().toReversed();
  const shown = jsonOf(await iter(root, ['status', '--json']))['tasks'] as { state: string; reason: string }[];
  expect(shown.map((task) => task.state)).toEqual(['limited', 'limited', 'accepted', 'limited']);
  expect(shown[3]?.reason).toBe(`acme is limited until ${end}: five hours are used up`);

  const second = startIter(root, ['launch'], agents.env);
  await until(
    () => tasks('attempt-started'),
    (ids) => ids.filter((id) => id === 'T1').length === 2,
    PATIENCE,
  );
  // one tries; the others are still where they were
  expect(tasks('limit-probed')).toEqual(['T1']);
  expect(tasks('attempt-prepared').toSorted()).toEqual(['T1', 'T1', 'T2', 'T3']);
  agents.release('works again');
  const { exit, stderr } = await second.ended;

  const later = of('attempt-prepared').slice(3);
  const status = jsonOf(await iter(root, ['status', '--json']))['tasks'] as { state: string; attempt: number }[];
  expect({
    exit,
    stderr: exit === 0 ? '' : stderr,
    limits: of('provider-limited').length,
    order: later.map((event) => event.task),
    tooEarly: later.filter((event) => String(event['at']) < end).map((event) => event.task),
    status: status.map((task) => `${task.state} #${task.attempt}`),
    twice: agents.twice(),
  }).toEqual({
    exit: 0,
    stderr: '',
    limits: 2,
    order: ['T1', 'T2', 'T4'],
    tooEarly: [],
    status: Array.from({ length: 4 }, () => 'accepted #1'),
    twice: [],
  });
}, 300_000);
