/**
 * `iter merge`, killed anywhere: the target is at the old commit or at the new one, what a person has in the checkout stays, and the same command
 * finishes the landing. Always at every moment that writes a ref and in the middle of the files; with ITER_STRESS=1 in 200 places and more.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { done, eventsOf, iter, startIter } from '../rig/cli.ts';
import type { Order } from '../rig/driven.ts';
import { drivenAgents } from '../rig/driven.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh, temporaryFolder, write } from '../rig/repository.ts';

const STRESS = process.env['ITER_STRESS'] !== undefined;
/** Kills at random moments, when asked for. */
const RANDOM = 260;
const BIG = 'line of a file that is long enough to be torn\n'.repeat(4000);
const KEEP_LOCK = '.git/refs/iter/keep/001-try/T1.lock';
const HOOK = path.join(import.meta.dirname, '..', 'rig', 'kill-hook.cjs');

const writes = (name: string, text: string): Order => ({ do: 'write', path: name, text });
const PART = (id: string): readonly Order[] => [
  writes(`parts/${id}.txt`, `${id}\n`),
  writes('big.txt', `${BIG}by ${id === 'T1' ? 'the first' : 'nobody'}\n`),
  writes(`zz-${id}.txt`, `${id}\n`),
  { do: 'commit' },
];
const MINE = { 'notes.txt': 'buy milk and bread\n', 'own.txt': 'own\n', 'x.local': 'ignored\n' };

/** An iteration whose work is accepted, without worktrees so that it can be copied; and what its landing comes to. */
let template: string;
let before: string;
let after: string;
/** What a merge that is left alone does to the world, in order. */
let steps: readonly string[];
/** The task rows of the plan after it, without times. */
let rows: readonly string[];
/** The folder of a repository in which it was left alone. */
let landed: string;
/** Milliseconds it takes. */
let length: number;

interface Place {
  readonly root: string;
  readonly traces: string;
}

function copied(from = template): Place {
  const parent = temporaryFolder();
  cpSync(from, parent, { recursive: true, filter: (name) => path.basename(name) !== 'traces' });
  const traces = path.join(parent, 'traces');
  mkdirSync(traces);
  return { root: path.join(parent, 'project'), traces };
}

const hooked = ({ traces }: Place, ...kills: readonly string[]): Record<string, string> => ({
  NODE_OPTIONS: `--require ${HOOK}`,
  KILL_AFTER: JSON.stringify(kills),
  KILL_TRACES: traces,
});

beforeAll(async () => {
  const root = repositoryWith({ 'notes.txt': 'buy milk\n', 'big.txt': BIG, '.gitignore': '*.local\n' });
  const agents = drivenAgents();
  agents.order('T1', PART('T1'));
  agents.order('T2', [writes('parts/T2.txt', 'T2\n'), writes('zz-T2.txt', 'T2\n'), { do: 'commit' }]);
  await done(root, ['new', 'try', '--agent', agents.agent, '-w', partsWorkflow(root), '--input', 'parts=one,two']);
  // as a git leaves it that was killed while an earlier launch kept accepted work
  write(root, { [KEEP_LOCK]: '' });
  await done(root, ['launch'], agents.env);
  for (const task of ['T1', 'T2']) sh(root, 'worktree', 'remove', '--force', path.join(root, '..', 'project-worktrees', '001-try', task));
  write(root, MINE);
  template = path.dirname(root);
  before = sh(root, 'rev-parse', 'main');
  const alone = copied();
  const start = performance.now();
  await done(alone.root, ['merge'], hooked(alone));
  length = performance.now() - start;
  steps = readFileSync(path.join(alone.traces, '1'), 'utf8').split('\n');
  after = sh(alone.root, 'rev-parse', 'main');
  rows = rowsOf(alone.root);
  landed = path.dirname(alone.root);
});

function rowsOf(root: string): string[] {
  const plan = readFileSync(path.join(root, 'iterations', '001-try', 'MULTI_AGENT_PLAN.md'), 'utf8');
  return plan.split('\n').filter((line) => /^\| T\d .*\| Completed +\|/.test(line));
}

/** Where the target is right after the kill, and everything once the same command was given again. */
async function afterwards({ root }: Place): Promise<unknown> {
  const at = sh(root, 'rev-parse', 'main');
  const again = await iter(root, ['merge']);
  return {
    between: at === before || at === after,
    exit: again.exit,
    said: again.exit === 0 ? '' : again.stderr,
    target: sh(root, 'rev-parse', 'main'),
    mine: Object.fromEntries(Object.keys(MINE).map((name) => [name, readFileSync(path.join(root, name), 'utf8')])),
    status: sh(root, 'status', '--porcelain', '--ignored', '--', ':!iterations'),
    fsck: sh(root, 'fsck', '--strict', '--no-dangling'),
    finished: eventsOf(path.join(root, 'iterations', '001-try')).filter((event) => event.type === 'landing-finished').length,
    kept: sh(root, 'for-each-ref', '--format=%(objectname)', 'refs/iter/backup'),
    locks: locksIn(root),
    rows: rowsOf(root),
  };
}

const wanted = (): unknown => ({
  between: true,
  exit: 0,
  said: '',
  target: after,
  mine: MINE,
  status: ' M notes.txt\n?? own.txt\n!! x.local',
  fsck: '',
  finished: 1,
  kept: before,
  locks: [],
  rows,
});

async function killedAfter(step: string): Promise<{ end: number | string; found: unknown }> {
  const place = copied();
  const { exit } = await iter(place.root, ['merge'], hooked(place, step));
  return { end: exit, found: await afterwards(place) };
}

/** Everything that writes a ref, an event or the plan, and git commands that change something. */
const WRITES =
  /^(git (update-ref|merge|worktree|commit-tree|merge-tree|read-tree)\b|event |renameSync (MULTI_AGENT_PLAN|INTEGRATION_REPORT))/;
/** The moments around the one that moves the target. */
const LANDING = /^(git (update-ref|merge) |event landing-|event validation|renameSync MULTI_AGENT_PLAN)/;

describe('iter launch', () => {
  it('keeps accepted work although a git that was killed has left a lock on its name', () => {
    const kept = sh(path.join(template, 'project'), 'for-each-ref', '--format=%(refname)', 'refs/iter/keep').split('\n');
    expect([kept, existsSync(path.join(template, 'project', KEEP_LOCK))]).toEqual([
      ['refs/iter/keep/001-try/T1', 'refs/iter/keep/001-try/T2'],
      false,
    ]);
  });
});

describe('iter merge, killed', () => {
  it('right after any step that writes a ref or says so, is finished by the next one', async () => {
    const moments = steps.filter((step) => (STRESS ? WRITES : LANDING).test(step));

    expect(moments.length).toBeGreaterThanOrEqual(5);
    for (const moment of moments) expect({ moment, ...(await killedAfter(moment)) }).toEqual({ moment, end: 'SIGKILL', found: wanted() });
  }, 600_000);

  it.each([
    ['while git writes a file, which is torn', '( ulimit -f 32; "$GIT" "$@" )'],
    ['when git has moved the target and iter has not said so', '"$GIT" "$@"'],
    ['when files and index are new and the target is old', '"$GIT" read-tree -m -u HEAD "${@: -1}"'],
  ])('%s, is finished by the next one', async (_when, act) => {
    const place = copied();
    const { exit } = await iter(place.root, ['merge'], { PATH: `${killingGit(act)}:${process.env['PATH'] ?? ''}` });
    expect({ end: exit, found: await afterwards(place) }).toEqual({ end: 'SIGKILL', found: wanted() });
  });

  it('in the middle of the files, and edited since, leaves the edit alone and says so', async () => {
    const place = copied();
    await iter(place.root, ['merge'], { PATH: `${killingGit('( ulimit -f 32; "$GIT" "$@" )')}:${process.env['PATH'] ?? ''}` });
    write(place.root, { 'big.txt': 'mine\n' });
    const again = await iter(place.root, ['merge']);
    expect([again.exit, sh(place.root, 'rev-parse', 'main'), readFileSync(path.join(place.root, 'big.txt'), 'utf8')]).toEqual([
      1,
      before,
      'mine\n',
    ]);
    expect(again.stderr).toContain('neither the old nor the new version: big.txt');
    expect(sh(place.root, 'status', '--porcelain', '--', ':!iterations')).toBe(' M big.txt\n M notes.txt\n?? own.txt');
  });

  it.runIf(STRESS)(
    'with all it has started, at random, is finished by the next one',
    async () => {
      let seed = 20_260_110;
      let killed = 0;
      let span = length;
      for (let round = 0; round < RANDOM; round += 1) {
        seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
        const place = copied();
        const merging = startIter(place.root, ['merge'], {}, { group: true });
        const begun = performance.now();
        setTimeout(() => existsSync(`/proc/${merging.pid}`) && process.kill(-merging.pid, 'SIGKILL'), (seed / 2 ** 31) * span);
        const isKilled = (await merging.ended).exit === 'SIGKILL';
        // one that was faster than the kill says how long they take now
        if (!isKilled) span = performance.now() - begun;
        killed += isKilled ? 1 : 0;
        expect({ round, found: await afterwards(place) }).toEqual({ round, found: wanted() });
      }
      process.stderr.write(`iter merge: killed ${killed} of ${RANDOM} times at random, after ${steps.length} steps\n`);
      expect(killed).toBeGreaterThan(RANDOM / 2);
    },
    3_600_000,
  );
});

describe('iter undo, killed', () => {
  /** Right after the kill, and once the same command, or a launch, was given. */
  async function taken({ root }: Place, next: 'undo' | 'launch'): Promise<unknown> {
    const at = sh(root, 'rev-parse', 'main');
    const again = await iter(root, [next]);
    const events = eventsOf(path.join(root, 'iterations', '001-try'));
    const undone = events.filter(({ type }) => type === 'landing-undone').length;
    return {
      between: at === before || at === after,
      said: again.exit === 0 || again.stderr.includes('nothing of 001-try has landed') ? '' : again.stderr,
      target: sh(root, 'rev-parse', 'main') === (undone === 1 ? before : after),
      undone: next === 'launch' && undone === 0 && at === after ? 1 : undone,
      mine: Object.fromEntries(Object.keys(MINE).map((name) => [name, readFileSync(path.join(root, name), 'utf8')])),
      status: sh(root, 'status', '--porcelain', '--ignored', '--', ':!iterations'),
      fsck: sh(root, 'fsck', '--strict', '--no-dangling'),
      locks: locksIn(root),
    };
  }
  const back = {
    between: true,
    said: '',
    target: true,
    undone: 1,
    mine: MINE,
    status: ' M notes.txt\n?? own.txt\n!! x.local',
    fsck: '',
    locks: [],
  };

  it('right after any step that writes a ref or says so, is finished by the next one', async () => {
    const alone = copied(landed);
    await done(alone.root, ['undo'], hooked(alone));
    const all = readFileSync(path.join(alone.traces, '1'), 'utf8').split('\n');
    const moments = all.filter((step) => /^(git (update-ref|read-tree)|event )/.test(step));
    expect(moments.map((step) => step.replace(/001-try\/[0-9a-f]+/, '…'))).toEqual([
      'git update-ref refs/iter/undone/… #1',
      'event undo-started #1',
      'git read-tree #1',
      'git update-ref refs/heads/main #1',
      'event landing-undone #1',
    ]);
    for (const [number, moment] of moments.entries()) {
      const place = copied(landed);
      const { exit } = await iter(place.root, ['undo'], hooked(place, moment));
      const next = number === 3 ? 'launch' : 'undo';
      expect({ moment, end: exit, found: await taken(place, next) }).toEqual({ moment, end: 'SIGKILL', found: back });
    }
  }, 600_000);

  it('while git writes a file, which is torn, is finished by the next one', async () => {
    const place = copied(landed);
    const { exit } = await iter(place.root, ['undo'], {
      PATH: `${killingGit('( ulimit -f 32; "$GIT" "$@" )', 'read-tree -m')}:${process.env['PATH'] ?? ''}`,
    });
    expect({ end: exit, found: await taken(place, 'undo') }).toEqual({ end: 'SIGKILL', found: back });
  });
});

/** Locks of git that were left. */
function locksIn(root: string): string[] {
  const names = readdirSync(path.join(root, '.git'), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.lock') && !name.startsWith('iter'));
}

/** A git that, asked for this, does something else and ends the iter that called it. */
function killingGit(act: string, command = 'merge --ff-only'): string {
  const folder = temporaryFolder();
  const places = (process.env['PATH'] ?? '').split(':').map((entry) => path.join(entry, 'git'));
  const real = places.find((file) => existsSync(file)) ?? 'git';
  const script = `#!/bin/bash\nGIT=${real}\ncase " $* " in *" ${command} "*) ${act}; kill -9 $PPID;; *) exec "$GIT" "$@";; esac\n`;
  writeFileSync(path.join(folder, 'git'), script);
  chmodSync(path.join(folder, 'git'), 0o755);
  return folder;
}
