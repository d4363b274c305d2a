/** What bubblewrap really lets an agent do. Needs bwrap and user namespaces: without them all but the refusals are skipped, and that is said. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { PlannedTask } from '../../src/core/plan.ts';
import type { Sandbox } from '../../src/core/sandbox.ts';
import type { Context } from '../../src/engine/context.ts';
import { cellOf } from '../../src/engine/cell.ts';
import { prepare } from '../../src/engine/prepare.ts';
import { sandboxProblems } from '../../src/engine/sandbox.ts';
import { trialArguments } from '../../src/executors/bubblewrap.ts';
import { inside, shop, tried } from '../rig/confined.ts';
import { processesOf } from '../rig/driven.ts';
import type { Ground } from '../rig/ground.ts';
import { ground } from '../rig/ground.ts';
import { sh, temporaryFolder, write } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

const trial = spawnSync('bwrap', trialArguments(false).slice(1), { encoding: 'utf8' });
const usable = trial.status === 0;
if (!usable) process.stderr.write(`skipped: sandboxes are not tried, bwrap does not work here: ${trial.error?.message ?? trial.stderr}\n`);

test('the home and the places of temporary files are hidden; the repository, programs on PATH and the sign-in of the agent are not', async () => {
  const at = await shop();
  const task = { ...at.task, agent: 'codex' };
  write(at.home, { '.codex/auth.json': '{}' });
  const cell = (sandbox: Sandbox) => cellOf(at.iteration, { task, worktree: at.worktree, sandbox, variables: {} }, at.context);
  const open = cell({ by: 'bubblewrap', home: ['.ssh', '.none'] });
  expect(open.hidden.slice(0, 2)).toEqual([at.home, '/tmp']);
  expect(open.readable).toEqual(expect.arrayContaining([at.root, path.join(at.home, '.tools/bin'), path.join(at.home, '.ssh')]));
  expect(open.readable).not.toContain(path.join(at.home, '.none'));
  expect(
    [open, cell({ by: 'bubblewrap', credentials: false })].map(({ writable }) => writable.includes(path.join(at.home, '.codex'))),
  ).toEqual([true, false]);
});

test('links that an agent has left where iter writes its prompt do not lead out of the worktree when it starts again', async () => {
  const at = await shop();
  await at.run.record({
    type: 'attempt-prepared',
    task: at.task.id,
    attempt: 1,
    worktree: at.worktree,
    base: at.plan.base,
    head: at.head,
  });
  const again = () => prepare(at.run, at.task, 1, at.plan.base, at.context);
  const within = (name: string) => path.join(at.worktree, '.iter', name);
  for (const [name, to] of [
    ['TASK.md', '.ssh/id'],
    ['.gitignore', '.ssh/id'],
    ['out', '.ssh'],
  ] as const) {
    rmSync(within(name), { recursive: true });
    symlinkSync(path.join(at.home, to), within(name));
  }
  await again();
  rmSync(path.join(at.worktree, '.iter'), { recursive: true });
  write(at.home, { '.ssh/context/x': 'of the person' });
  symlinkSync(path.join(at.home, '.ssh'), path.join(at.worktree, '.iter'));
  await again();
  const kept = readdirSync(path.join(at.home, '.ssh'), { recursive: true, encoding: 'utf8' }).toSorted();
  expect([kept, readFileSync(path.join(at.home, '.ssh/id'), 'utf8')]).toEqual([['context', 'context/x', 'id'], 'secret']);
  expect(readFileSync(within('TASK.md'), 'utf8')).toContain('T1');
});

test('of a program that is found through a linked folder both are seen: the packages beside it, and those it leads to', async () => {
  const at = await shop();
  write(at.home, { '.shelf/node_modules/codex/cli.js': '#!/bin/sh\n', '.shelf/node_modules/.bin/other': '' });
  const [shelf, linked] = ['.shelf', '.linked'].map((name) => path.join(at.home, name)) as [string, string];
  chmodSync(path.join(shelf, 'node_modules/codex/cli.js'), 0o755);
  symlinkSync('../codex/cli.js', path.join(shelf, 'node_modules/.bin/codex'));
  symlinkSync(shelf, linked);
  const environment = { ...at.context.environment, PATH: `${linked}/node_modules/.bin` };
  const confined = { task: { ...at.task, agent: 'codex' }, worktree: at.worktree, sandbox: { by: 'bubblewrap' }, variables: {} } as const;
  const { readable } = cellOf(at.iteration, confined, { ...at.context, environment });
  expect(readable).toEqual(expect.arrayContaining([`${shelf}/node_modules`, `${linked}/node_modules`]));
});

describe.skipIf(!usable)('in bubblewrap', () => {
  it('an agent commits on its branch, and reaches nothing else of the repository, the home or the machine', async () => {
    const at = await shop();
    const git = path.join(at.root, '.git');
    const outside = path.join(temporaryFolder(), 'seen-outside');
    const { printed, ending } = await inside(
      at,
      [
        tried('commit', 'echo work > work.txt && git add work.txt && git commit -qm work'),
        tried('temporary', 'echo x > "$TMPDIR/x" && echo x > /tmp/x'),
        tried('sign-in', `grep -q token ${at.home}/.sign-in/token && echo new > ${at.home}/.sign-in/token`),
        tried('program of the home', 'ours'),
        tried('read the main checkout', `cat ${at.root}/README.md`),
        tried('write the main checkout', `echo x > ${at.root}/README.md`),
        tried('write the iteration', `echo x > ${at.iteration.directory}/COMPLETION_CRITERIA.md`),
        tried('setting', 'git config core.fsmonitor evil'),
        tried('setting of the worktree', `echo x > ${git}/worktrees/T1/config.worktree || rm ${git}/worktrees/T1/config.worktree`),
        tried('hook', `echo evil > ${git}/hooks/post-checkout`),
        tried('main', 'git update-ref refs/heads/main HEAD'),
        tried('new branch', 'git branch other'),
        tried('alternates', `echo /tmp > ${git}/objects/info/alternates`),
        tried('other git directory', 'rm -f .git || mv .git away || echo gitdir: /tmp > .git'),
        tried(
          'where it leads',
          `echo /tmp > ${git}/worktrees/T1/commondir || rm ${git}/worktrees/T1/commondir || mv ${git}/worktrees/T1/commondir ${git}/worktrees/T1/x`,
        ),
        tried('secret', `cat ${at.home}/.ssh/id`),
        tried('neighbour', `echo x > ${outside}`),
        tried('iter', `kill -0 ${process.pid}`),
        tried('network', 'grep -q ":" /proc/net/dev && [ $(grep -c ":" /proc/net/dev) -gt 1 ]'),
      ].join(''),
      { sandbox: { by: 'bubblewrap', network: false } },
    );
    expect(ending).toMatchObject({ outcome: 'exited', exit: 0 });
    expect(printed.split('\n').filter((line) => line.endsWith(': yes'))).toEqual([
      'commit: yes',
      'temporary: yes',
      'sign-in: yes',
      'program of the home: yes',
      'read the main checkout: yes',
    ]);
    expect(printed.split('\n').filter((line) => line.endsWith(': no'))).toHaveLength(14);
    expect([sh(at.worktree, 'log', '-1', '--format=%s'), readFileSync(path.join(at.home, '.sign-in/token'), 'utf8')]).toEqual([
      'work',
      'new\n',
    ]);
    expect([existsSync('/tmp/x'), existsSync(outside), sh(at.root, 'rev-parse', 'main')]).toEqual([false, false, at.plan.base]);
  }, 240_000);

  it('what an agent has started ends with it, by itself or by a person', async () => {
    const at = await shop();
    const sandbox: Sandbox = { by: 'bubblewrap', credentials: false };
    const left = await inside(at, `${tried('sign-in', `cat ${at.home}/.sign-in/token`)}setsid sleep 600 &\n`, { sandbox });
    expect(left).toMatchObject({ ending: { outcome: 'exited', exit: 0 }, printed: 'sign-in: no\n' });
    expect(processesOf(at.iteration.directory)).toEqual([]);
    const controller = new AbortController();
    const running = inside(at, 'sleep 600\n', { sandbox, signal: controller.signal });
    // the two of bwrap, the shell and what it has started
    await until(
      () => processesOf(at.iteration.directory).length,
      (count) => count >= 4,
      120_000,
    );
    controller.abort('stopped');
    expect((await running).ending).toMatchObject({ outcome: 'killed', reason: 'stopped' });
    expect(processesOf(at.iteration.directory)).toEqual([]);
  }, 240_000);
});

/** An iteration whose one task is to run so. */
function wanting(on: Ground, of: Partial<PlannedTask>) {
  const tasks = on.plan.tasks.map((task) => ({ ...task, ...of }));
  return { ...on.iteration, plan: { ...on.plan, tasks } };
}

test('what cannot be had is refused before anything starts, with what to do', async () => {
  const on = await ground({ 'README.md': '# Shop\n' }, 'T1 build');
  const problems = async (of: Partial<PlannedTask>, environment: Context['environment'] = on.context.environment) =>
    (await sandboxProblems(on.iteration, wanting(on, of).plan.tasks, { ...on.context, environment })).map(({ what }) => what);
  expect(await problems({ agent: 'aider', sandbox: { by: 'cli' } })).toEqual([
    'sandbox: cli for agent "aider", and iter knows of none of its own',
  ]);
  expect(await problems({ agent: 'codex', sandbox: { by: 'cli' }, permission: 'full' })).toEqual([
    'T1 has sandbox: cli and permission: full, which switches that off',
  ]);
  expect(await problems({ agent: 'codex', sandbox: { by: 'cli' } })).toEqual([]);
  expect(await problems({ sandbox: { by: 'bubblewrap' } }, { PATH: '/nowhere' })).toEqual([
    'sandbox: bubblewrap, and the program "bwrap" was not found',
  ]);
  // a bwrap that may not make namespaces
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'bwrap'), '#!/bin/sh\necho "bwrap: No permissions to create new namespace" >&2\nexit 1\n', {
    mode: 0o755,
  });
  expect(await problems({ sandbox: { by: 'bubblewrap' } }, { PATH: `${folder}:${process.env['PATH'] ?? ''}` })).toEqual([
    'sandbox: bubblewrap cannot be made here: bwrap: No permissions to create new namespace',
  ]);
  expect(await problems({ agent: 'manual', sandbox: { by: 'bubblewrap' } }, { PATH: '/nowhere' })).toEqual([]);
});
