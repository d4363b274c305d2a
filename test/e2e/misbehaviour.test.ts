import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Ended } from '../rig/cli.ts';
import { done, eventsOf, iter, jsonOf, startIter } from '../rig/cli.ts';
import type { Driven, Order } from '../rig/driven.ts';
import { PIECE, drivenAgents, processesOf, runs } from '../rig/driven.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

interface Place {
  readonly root: string;
  readonly directory: string;
  readonly agents: Driven;
}

/** An iteration of these parts, one task each, and what its agents are to do. */
async function tasks(orders: Readonly<Record<string, readonly Order[]>>, parts = 'one', timeout = '5m'): Promise<Place> {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const agents = drivenAgents();
  for (const [who, given] of Object.entries(orders)) agents.order(who, given);
  await done(root, ['new', 'try', '--agent', agents.agent, '-w', partsWorkflow(root, false, timeout), '--input', `parts=${parts}`]);
  return { root, directory: path.join(root, 'iterations', '001-try'), agents };
}

interface Row {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly reason: string | null;
}

async function rowsOf(root: string): Promise<Row[]> {
  return (jsonOf(await done(root, ['status', '--json', '1'])) as { tasks: Row[] }).tasks;
}

/** What a launch came to: its exit, where the first task stands and why, and what is still running. */
async function outcome(place: Place, launched: Ended): Promise<unknown> {
  const [first] = await rowsOf(place.root);
  return {
    exit: launched.exit,
    state: first?.state,
    attempt: first?.attempt,
    reason: first?.reason,
    left: [...processesOf(place.directory), ...place.agents.announced().filter(runs)],
  };
}

describe('an agent that', () => {
  it('hangs is ended when its time is over, tried again, and then fails the task', async () => {
    const place = await tasks({ any: [{ do: 'hang' }] }, 'one', '1s');
    const launched = await iter(place.root, ['launch'], place.agents.env);
    expect(await outcome(place, launched)).toEqual({
      exit: 1,
      state: 'failed',
      attempt: 2,
      reason: expect.stringMatching(/^2 attempts used up; still failing: .*T1\.commits|T1\.agent: no end within 1 s/) as string,
      left: [],
    });
  });

  it('ignores polite signals, with a child that left its session, is gone when its time is over', async () => {
    const place = await tasks({ 'T1-1': [{ do: 'ignore-signals' }, { do: 'escape' }, { do: 'hang' }], 'T1-2': PIECE }, 'one', '3s');
    const launched = await iter(place.root, ['launch'], place.agents.env);
    expect(await outcome(place, launched)).toMatchObject({ exit: 0, state: 'accepted', attempt: 2, left: [] });
    expect(place.agents.announced().filter((one) => one.escaped === true)).toHaveLength(1);
  });

  it('prints half a gigabyte leaves a log of a few MB that says what was cut, and costs iter no memory', async () => {
    const quiet = await printing(0);
    const { place, launched, peak } = await printing(500);
    expect(await outcome(place, launched)).toMatchObject({ exit: 0, state: 'accepted', attempt: 1, left: [] });
    const log = readFileSync(path.join(place.directory, '.run', 'logs', 'T1-1.log'), 'utf8');
    const lines = log.trimEnd().split('\n');
    expect({ first: lines[0]?.slice(0, 2), last: Number(lines.at(-1)?.split(' ')[0]), small: log.length <= 64 * 1024 ** 2 }).toEqual({
      first: '0 ',
      last: 500 * 1024 - 1,
      small: true,
    });
    const cut = Number(/at least (\d+) MB of what was printed was cut here; the log is limited to 64 MB/.exec(log)?.[1]);
    const gone = 500 - log.length / 1024 ** 2;
    // a busy machine may lose some MB between the look and the cut: the line says no more than it knows
    expect({ enough: cut > gone * 0.8, notMore: cut < gone + 2 }).toEqual({ enough: true, notMore: true });
    process.stdout.write(
      `printed 500 MB: memory ${peak.memory} MB (${quiet.peak.memory} MB when nothing is printed), log at most ${peak.log} MB, left ${Math.round(log.length / 1024 ** 2)} MB\n`,
    );
    expect(peak.memory - quiet.peak.memory).toBeLessThan(60);
  });

  it('ends well without having done anything is sent back and then fails the task', async () => {
    const place = await tasks({ any: [] });
    const launched = await iter(place.root, ['launch'], place.agents.env);
    expect(await outcome(place, launched)).toMatchObject({
      exit: 1,
      state: 'failed',
      attempt: 2,
      reason: expect.stringContaining('T1.commits') as string,
      left: [],
    });
  });

  it('ends with exit 1 after work that passes is accepted, and the exit stays on record', async () => {
    const place = await tasks({ any: [...PIECE, { do: 'exit', code: 1 }] });
    const launched = await iter(place.root, ['launch'], place.agents.env);
    expect(await outcome(place, launched)).toEqual({
      exit: 0,
      state: 'accepted',
      attempt: 1,
      reason: 'T1.agent: the agent ended with exit 1; its work passes every check and is taken all the same',
      left: [],
    });
  });

  it('ends with exit 1 before it did anything new is not saved by the work of an earlier attempt', async () => {
    const place = await tasks({ 'T1-1': [...PIECE], 'T1-2': [{ do: 'exit', code: 1 }], 'T1-3': [{ do: 'exit', code: 1 }] });
    await done(place.root, ['launch'], place.agents.env);
    await done(place.root, ['retry', 'T1', '--feedback', 'once more']);
    const launched = await iter(place.root, ['launch'], place.agents.env);
    expect(await outcome(place, launched)).toMatchObject({ exit: 1, state: 'failed', reason: expect.stringContaining('exit 1') as string });
  });

  it("edits another task's row changes nothing: it is refused, on record with its line, and the cell is put back", async () => {
    const orders: Record<string, readonly Order[]> = {
      T1: [
        { do: 'wait-for', file: 'first' },
        { do: 'claim', word: 'Completed', task: 'T2' },
        { do: 'wait-for', file: 'second' },
        { do: 'claim', word: 'Failed', task: 'T3' },
        { do: 'wait-for', file: 'go' },
        ...PIECE,
      ],
      T2: [],
      T3: PIECE,
    };
    const place = await tasks(orders, 'one,two,three');
    const launch = startIter(place.root, ['launch', '--max-parallel', '1'], place.agents.env);
    const refused = () => eventsOf(place.directory).filter(({ type }) => type === 'claim-refused').length;
    // a cell that is put back after the agent has read the plan and before it saves would be edited again
    await until(
      () => wordsIn(place),
      (words) => words === 'In Progress, Not Started, Not Started',
      120_000,
    );
    for (const [index, file] of ['first', 'second'].entries()) {
      place.agents.release(file);
      await until(
        () => [refused(), wordsIn(place)],
        ([count, words]) => count === index + 1 && words === 'In Progress, Not Started, Not Started',
        120_000,
      );
    }
    place.agents.release('go');
    const launched = await launch.ended;

    const rows = await rowsOf(place.root);
    expect({ exit: launched.exit, states: rows.map((row) => row.state) }).toEqual({ exit: 1, states: ['accepted', 'failed', 'accepted'] });
    const claims = eventsOf(place.directory).filter((event) => event.type === 'status-claimed' || event.type === 'claim-refused');
    expect(claims.map((event) => `${event.type} ${String(event.task)} ${String(event['word'])} ${typeof event['line']}`)).toEqual([
      'claim-refused T2 Completed number',
      'claim-refused T3 Failed number',
    ]);
    const plan = readFileSync(path.join(place.directory, 'MULTI_AGENT_PLAN.md'), 'utf8').split('Execution Log')[0] ?? '';
    expect([...plan.matchAll(/^\| (T\d) .*\| (Completed|Failed) +\|/gm)].map((match) => `${match[1]} ${match[2]}`)).toEqual([
      'T1 Completed',
      'T2 Failed',
      'T3 Completed',
    ]);
  });
});

describe('an agent that writes outside its worktree', () => {
  it('in a file of the main checkout, as it did in its own, is asked about, blocks the landing, and nothing is put back', async () => {
    const place = await tasks({});
    const file = path.join(place.root, 'README.md');
    place.agents.order('T1', [
      { do: 'write', path: file, text: 'written over\n' },
      { do: 'write', path: 'README.md', text: 'written over\n' },
      ...PIECE,
    ]);
    const launched = await iter(place.root, ['launch'], place.agents.env);
    expect(await outcome(place, launched)).toMatchObject({ exit: 5, state: 'awaiting-human', left: [] });
    expect(launched.stderr).toContain('README.md in the main checkout changed (T1 has written the same in its worktree)');
    expect((await iter(place.root, ['merge'])).exit).toBe(3);
    expect(readFileSync(file, 'utf8')).toBe('written over\n');
  });

  it('by moving a branch is asked about once for all that ran; "mine" lets every one of them go on', async () => {
    const place = await tasks({}, 'one,two');
    const moved: Order = { do: 'git', cwd: place.root, argv: ['commit', '--quiet', '--allow-empty', '--message', 'from outside'] };
    place.agents.order('T1', [{ do: 'wait-for', file: 'go' }, moved, ...PIECE]);
    place.agents.order('T2', [
      { do: 'write', path: path.join(controlOf(place), 'go'), text: '' },
      { do: 'work', milliseconds: 1500 },
      ...PIECE,
    ]);
    const env = { ...place.agents.env, GIT_AUTHOR_NAME: 'Ada' };
    sh(place.root, 'config', 'user.name', 'Ada');
    sh(place.root, 'config', 'user.email', 'ada@example.org');
    const launched = await iter(place.root, ['launch', '--max-parallel', '2'], env);
    expect(launched.exit).toBe(5);
    const found = eventsOf(place.directory).filter((event) => event.type === 'foreign-write-found');
    expect(found.map((event) => event['tasks'])).toEqual([['T1', 'T2']]);
    expect(eventsOf(place.directory).filter((event) => event.type === 'decision-requested')).toHaveLength(1);
    await done(place.root, ['decide', '--option', 'mine']);
    expect((await iter(place.root, ['launch'], env)).exit).toBe(0);
    expect((await rowsOf(place.root)).map((row) => `${row.state} ${row.attempt}`)).toEqual(['accepted 1', 'accepted 1']);
    expect((await iter(place.root, ['merge'])).exit).toBe(0);
  });

  it('in the worktree of a task that is accepted blocks its own work; what was accepted is untouched', async () => {
    const place = await tasks({ T1: PIECE }, 'one,two');
    const other = path.join(path.dirname(place.root), 'project-worktrees', '001-try', 'T1', 'pieces', 'T1.txt');
    place.agents.order('T2', [{ do: 'write', path: other, text: 'by T2\n' }, ...PIECE]);
    const launched = await iter(place.root, ['launch', '--max-parallel', '1'], place.agents.env);
    expect({ exit: launched.exit, states: (await rowsOf(place.root)).map((row) => row.state) }).toEqual({
      exit: 5,
      states: ['accepted', 'awaiting-human'],
    });
    expect(launched.stderr).toContain('pieces/T1.txt in the worktree of T1 changed');
    expect(sh(place.root, 'show', 'refs/iter/keep/001-try/T1:pieces/T1.txt')).toBe('made by T1');
  });

  it('by planting a hook or a setting that runs programs is asked about', async () => {
    const place = await tasks({});
    place.agents.order('T1', [
      { do: 'write', path: path.join(place.root, '.git', 'hooks', 'post-merge'), text: '#!/bin/sh\n' },
      { do: 'git', cwd: place.root, argv: ['config', 'core.fsmonitor', 'false'] },
      ...PIECE,
    ]);
    const launched = await iter(place.root, ['launch'], place.agents.env);
    expect(launched.exit).toBe(5);
    expect(launched.stderr).toContain('hooks/post-merge of the repository is new');
    expect(launched.stderr).toContain('the setting core.fsmonitor of the repository is new');
  });
});

describe('a person who works in the main checkout meanwhile', () => {
  it('is not in the way: their files are named in a warning and the task is accepted', async () => {
    const place = await tasks({});
    writeFileSync(path.join(place.root, 'README.md'), '# Shop\n\nbefore\n');
    place.agents.order('T1', [{ do: 'wait-for', file: 'go' }, ...PIECE]);
    const launch = startIter(place.root, ['launch'], place.agents.env);
    await until(() => place.agents.announced().length, Boolean, 20_000);
    appendFileSync(path.join(place.root, 'README.md'), 'mine\n');
    writeFileSync(path.join(place.root, 'note.txt'), 'mine\n');
    place.agents.release('go');
    const launched = await launch.ended;
    expect(await outcome(place, launched)).toMatchObject({ exit: 0, state: 'accepted' });
    expect(launched.stderr).toContain(
      'warning: changed outside the worktrees while T1 ran: README.md in the main checkout changed; note.txt in the main checkout is new',
    );
    const { foreign } = jsonOf(await done(place.root, ['status', '--json', '1'])) as { foreign: { open: boolean }[] };
    expect(foreign).toMatchObject([{ tasks: ['T1'], open: false }]);
    expect((await iter(place.root, ['merge'])).exit).toBe(0);
  });
});

/** A launch whose agent prints so much before it does its work, and the most it took. */
async function printing(megabytes: number): Promise<{ place: Place; launched: Ended; peak: ReturnType<ReturnType<typeof peaks>> }> {
  const place = await tasks({ 'T1-1': [{ do: 'print', megabytes }, ...PIECE] });
  const launch = startIter(place.root, ['launch'], place.agents.env);
  const watch = peaks(launch.pid, path.join(place.directory, '.run', 'logs', 'T1-1.log'));
  const launched = await launch.ended;
  return { place, launched, peak: watch() };
}

/** The Status cells of the plan, from the top. */
function wordsIn({ directory }: Place): string {
  const plan = readFileSync(path.join(directory, 'MULTI_AGENT_PLAN.md'), 'utf8');
  return [...plan.matchAll(/^\| T\d .*\| (Not Started|In Progress|Blocked|Completed|Failed) +\| [^|]*\| [^|]*\|$/gm)]
    .map(([, word]) => word)
    .join(', ');
}

const controlOf = ({ agents }: Place): string => agents.env['ITER_TEST_CONTROL'] ?? '';

/** Watches the most memory of a process and the most of a file; gives both in MB. */
function peaks(pid: number, log: string): () => { memory: number; log: number } {
  let memory = 0;
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, statSync(log, { throwIfNoEntry: false })?.size ?? 0);
    try {
      memory = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? memory);
    } catch {
      // it has ended
    }
  }, 20);
  return () => {
    clearInterval(timer);
    return { memory: Math.round(memory / 1024), log: Math.round(most / 1024 ** 2) };
  };
}
