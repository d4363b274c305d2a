import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf, startIter } from '../rig/cli.ts';
import type { Driven, Order } from '../rig/driven.ts';
import { PIECE, drivenAgents, processesOf, runs } from '../rig/driven.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

/** Long enough that a kill can hit it, short enough to wait for. */
const SLOW_CHECK = `node -e "setTimeout(Object, 150)"`;
const BUSY: readonly Order[] = [{ do: 'work', milliseconds: 100 }, { do: 'escape' }, ...PIECE, { do: 'work', milliseconds: 100 }];

/** Of ten spread over a launch; the test of kill points hits more of them. */
const MOMENTS = process.env['ITER_STRESS'] === undefined ? [1, 4, 8] : [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

interface Place {
  readonly root: string;
  readonly directory: string;
  readonly agents: Driven;
}

/** Two tasks side by side between a first and a last one, done by agents that let a process escape. */
async function fourTasks(): Promise<Place> {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const agents = drivenAgents();
  agents.order('any', BUSY);
  const flags = ['--agent', agents.agent, '-w', partsWorkflow(root, true), '--input', 'parts=one,two'];
  await done(root, ['new', 'try', ...flags, '--input', `test_command=${SLOW_CHECK}`]);
  return { root, directory: path.join(root, 'iterations', '001-try'), agents };
}

/** What a finished and landed iteration comes to, without times and ids. */
async function outcome({ root, directory, agents }: Place): Promise<unknown> {
  const exit = (await iter(root, ['merge'])).exit;
  const { tasks, status } = jsonOf(await done(root, ['status', '--json', '1'])) as { tasks: Record<string, unknown>[]; status: string };
  return {
    exit,
    status,
    tasks: tasks.map((task) => `${String(task['id'])} ${String(task['state'])}, attempt ${String(task['attempt'])}`),
    tree: sh(root, 'rev-parse', 'main^{tree}'),
    twice: agents.twice(),
    left: processesOf(directory),
    clean: sh(root, 'status', '--porcelain'),
    fsck: sh(root, 'fsck', '--strict', '--no-dangling'),
  };
}

describe('a launch that is killed', () => {
  let undisturbed: unknown;
  let own: readonly string[] = [];
  let length = 0;

  beforeAll(async () => {
    const place = await fourTasks();
    await done(place.root, ['launch'], place.agents.env);
    length = eventsOf(place.directory).length;
    const trees = path.join(path.dirname(place.root), 'project-worktrees', '001-try');
    own = place.agents
      .announced()
      .filter((one) => one.escaped !== true)
      .map(
        ({ port = '', temporary = '' }) =>
          `ports: ${Number(port) >= 20_000 && Number(port) % 10 === 0}, ${path.relative(trees, temporary)}, there: ${existsSync(temporary)}`,
      );
    undisturbed = await outcome(place);
  });

  it('gives each attempt ports and a folder for temporary files, which is gone with it', () => {
    expect([...own].toSorted((a, b) => a.localeCompare(b))).toEqual(
      ['T1', 'T2', 'T3', 'T4'].map((id) => `ports: true, .tmp/${id}-1, there: false`),
    );
  });

  it('would have landed the work of every task', () => {
    expect(undisturbed).toMatchObject({
      exit: 0,
      status: 'merged',
      tasks: ['T1 merged, attempt 1', 'T2 merged, attempt 1', 'T3 merged, attempt 1', 'T4 merged, attempt 1'],
      twice: [],
      left: [],
    });
  });

  it.each(MOMENTS)('at moment %i of 10 goes on when it is launched again, to the same end', async (moment) => {
    const place = await fourTasks();
    const first = startIter(place.root, ['launch'], { ...place.agents.env, ITER_TEST_LAUNCH: 'first' });
    // from just after the start of the launch to just before its end
    const events = 2 + Math.round(((moment - 1) * (length - 4)) / 9);
    await until(
      () => eventsOf(place.directory).length,
      (count) => count >= events,
      120_000,
    );
    process.kill(first.pid, 'SIGKILL');
    expect((await first.ended).exit).toBe('SIGKILL');
    const before = processesOf(place.directory);
    const second = startIter(place.root, ['launch'], place.agents.env);
    await until(
      () => eventsOf(place.directory).filter((event) => event.type === 'launch-started').length,
      (launches) => launches === 2,
      120_000,
    );
    // neither those that ran at the kill nor what they started afterwards
    expect([...before.filter(runs), ...processesOf(place.directory, 'ITER_TEST_LAUNCH=first')]).toEqual([]);
    expect((await second.ended).exit).toBe(0);
    expect(await outcome(place)).toEqual(undisturbed);
  });
});

describe('a launch while another is at work', () => {
  it('is refused with exit 75 and says who has been at it since when', async () => {
    const place = await fourTasks();
    place.agents.order('any', [{ do: 'wait-for', file: 'go' }, ...PIECE]);
    const first = startIter(place.root, ['launch'], place.agents.env);
    await until(
      () => place.agents.announced().length,
      (count) => count > 0,
      120_000,
    );
    const second = await iter(place.root, ['launch'], place.agents.env);
    const state = await iter(place.root, ['status', '--json']);
    place.agents.release('go');
    expect(second.exit).toBe(75);
    expect(second.stderr).toMatch(new RegExp(`since \\d{4}-\\d\\d-\\d\\dT.*process ${first.pid} `));
    expect(jsonOf(state)['status']).toBe('running');
    expect((await first.ended).exit).toBe(0);
    expect(place.agents.twice()).toEqual([]);
  });
});

describe('a launch that is ended', () => {
  const STUBBORN: readonly Order[] = [{ do: 'escape' }, { do: 'hang' }];

  /** Started, with an agent that hangs and a process of its that ignores signals. */
  async function hanging(): Promise<Place & { readonly launch: ReturnType<typeof startIter> }> {
    const place = await fourTasks();
    place.agents.order('T1', STUBBORN);
    const launch = startIter(place.root, ['launch'], place.agents.env);
    await until(
      () => place.agents.announced(),
      (all) => all.some((one) => one.escaped === true),
      120_000,
    );
    return { ...place, launch };
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('by %s leaves no process behind and goes on when it is launched again', async (name) => {
    const place = await hanging();
    process.kill(place.launch.pid, name);
    const ended = await place.launch.ended;
    expect({ exit: ended.exit, running: place.agents.announced().filter(runs), left: processesOf(place.directory) }).toEqual({
      exit: name === 'SIGINT' ? 130 : 143,
      running: [],
      left: [],
    });
    place.agents.order('T1', PIECE);
    expect((await iter(place.root, ['launch'], place.agents.env)).exit).toBe(0);
    expect(eventsOf(place.directory).filter((event) => event.type === 'task-accepted')).toHaveLength(4);
  });

  it('by iter stop ends even a process that left the session and ignores signals', async () => {
    const place = await hanging();
    const stopped = await iter(place.root, ['stop']);
    await place.launch.ended;
    expect({ exit: stopped.exit, running: place.agents.announced().filter(runs), left: processesOf(place.directory) }).toEqual({
      exit: 0,
      running: [],
      left: [],
    });
  });

  it('after it was killed is swept up by iter stop', async () => {
    const place = await hanging();
    process.kill(place.launch.pid, 'SIGKILL');
    await place.launch.ended;
    expect(place.agents.announced().filter(runs)).toHaveLength(2);
    await done(place.root, ['stop']);
    expect(place.agents.announced().filter(runs)).toEqual([]);
  });

  it('for one task alone asks what to do with that task', async () => {
    const place = await hanging();
    await done(place.root, ['stop', 'T1']);
    const ended = await place.launch.ended;
    expect({ exit: ended.exit, asked: ended.stderr.includes('T1-stopped-1'), left: processesOf(place.directory) }).toEqual({
      exit: 5,
      asked: true,
      left: [],
    });
    expect(readFileSync(path.join(place.directory, 'MULTI_AGENT_PLAN.md'), 'utf8')).toMatch(/^\| T1 .*\| Blocked +\|/m);
  });
});
