/** What becomes of containers, and what an agent reaches in one. The second needs podman or docker: what is not there is skipped, and that is said. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { PlannedTask } from '../../src/core/plan.ts';
import type { Sandbox } from '../../src/core/sandbox.ts';
import { noteContainer } from '../../src/effects/containers.ts';
import { cellOf } from '../../src/engine/cell.ts';
import { containerOf, endContainers } from '../../src/engine/containers.ts';
import type { Context } from '../../src/engine/context.ts';
import { missingAgents } from '../../src/engine/preflight.ts';
import { sandboxProblems } from '../../src/engine/sandbox.ts';
import { containerArguments } from '../../src/executors/container.ts';
import { inside, shop, tried } from '../rig/confined.ts';
import { realEngines, standIn } from '../rig/container-engines.ts';
import { processesOf } from '../rig/driven.ts';
import type { Ground } from '../rig/ground.ts';
import { ground } from '../rig/ground.ts';
import { sh, temporaryFolder } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

/** Milliseconds after which something that has to happen counts as hanging. */
const PATIENCE = 120_000;
const engines = [standIn(), ...realEngines()];

describe.each(engines)('with $name', (engine) => {
  it('what an agent has started ends with it: by itself, by a person, and when nothing is left of what had started it', async () => {
    const at = await shop(engine.environment);
    const { name } = containerOf(at.iteration, engine.sandbox, { purpose: 'T1-1', environment: at.context.environment });
    const notes = path.join(at.iteration.directory, '.run', 'containers');
    const left = await inside(at, 'setsid sleep 600 &\necho done\nexit 3\n', { sandbox: engine.sandbox });
    expect(left).toMatchObject({ ending: { outcome: 'exited', exit: 3 }, printed: 'done\n' });
    expect([engine.has(name), existsSync(path.join(notes, name))]).toEqual([false, false]);

    const running = path.join(at.worktree, 'running');
    const controller = new AbortController();
    const stopped = inside(at, 'touch running; sleep 600\n', { sandbox: engine.sandbox, signal: controller.signal });
    await until(() => existsSync(running), Boolean, PATIENCE);
    expect([engine.has(name), readFileSync(path.join(notes, name), 'utf8')]).toEqual([true, `${engine.runtime}\n`]);
    controller.abort('stopped');
    expect((await stopped).ending).toMatchObject({ outcome: 'killed', reason: 'stopped' });
    expect([engine.has(name), processesOf(at.iteration.directory)]).toEqual([false, []]);

    const again = path.join(at.worktree, 'again');
    const killed = inside(at, 'touch again; sleep 600\n', {
      sandbox: engine.sandbox,
      started: (pid) => void until(() => existsSync(again), Boolean, PATIENCE).then(() => process.kill(pid, 'SIGKILL')),
    });
    expect((await killed).ending).toMatchObject({ outcome: 'exited', signal: 'SIGKILL' });
    expect([engine.has(name), existsSync(path.join(notes, name))]).toEqual([false, false]);
  });

  it('a container that a killed iter has left is ended by the note of it', async () => {
    const at = await shop(engine.environment);
    const { environment } = at.context;
    const container = containerOf(at.iteration, engine.sandbox, { purpose: 'T1-1', environment });
    const cell = cellOf(at.iteration, { task: at.task, worktree: at.worktree, sandbox: engine.sandbox, variables: {} }, at.context);
    const [program, ...argv] = [...containerArguments(container, cell, []), 'sh', '-c', 'touch running; sleep 600'];
    noteContainer(container);
    const client = spawn(program, argv, { env: engine.environment, stdio: 'ignore' });
    await until(() => existsSync(path.join(at.worktree, 'running')), Boolean, PATIENCE);
    await until(() => engine.runs(container.name), Boolean, PATIENCE);
    client.kill('SIGKILL');
    await until(() => client.signalCode, Boolean, PATIENCE);
    const outlived = !engine.outlives || engine.has(container.name);
    const ended = await endContainers(at.iteration, at.context);
    expect([outlived, engine.outlives ? ended : 1, engine.has(container.name)]).toEqual([true, 1, false]);
    expect([await endContainers(at.iteration, at.context), at.said]).toEqual([0, []]);
  });

  it('programs that are not in the image and images that are not there are found out before anything starts', async () => {
    const on = await ground({ 'README.md': '# Shop\n' }, 'T1 build', 'T2 build', 'T3 build');
    const tasks = on.plan.tasks.map((task, index): PlannedTask => ({
      ...task,
      agent: ['claude', 'command:sh -e', 'command:./own'][index] ?? '',
    }));
    const problems = (sandbox: Sandbox) =>
      sandboxProblems(
        on.iteration,
        tasks.map((task) => ({ ...task, sandbox })),
        { ...on.context, environment: { ...on.context.environment, ...engine.environment } },
      );
    expect(await problems(engine.sandbox)).toEqual([
      { what: 'the image "iter-test/thin:2" has no "claude" in it', fix: 'build it with sh, git and the agents in it' },
    ]);
    expect(await problems({ ...engine.sandbox, image: 'iter-test/none:7' })).toEqual([
      {
        what: `sandbox: container, and ${engine.runtime} has no image "iter-test/none:7" here`,
        fix: `fetch it: ${engine.runtime} pull iter-test/none:7; or build it`,
      },
    ]);
    expect(await problems({ ...engine.sandbox, arguments: [...(engine.sandbox.arguments ?? []), '--no-such-option'] })).toEqual([
      expect.objectContaining({ what: expect.stringContaining('cannot be made here from "iter-test/thin:2"') }),
    ]);
  });
});

describe.each(engines.filter(({ hasWalls }) => hasWalls))('with $name', (engine) => {
  it('an agent commits on its branch as the person, and reaches nothing else of the repository, the home or the machine', async () => {
    const at = await shop(engine.environment);
    const git = path.join(at.root, '.git');
    const outside = path.join(temporaryFolder(), 'seen-outside');
    const { printed, ending } = await inside(
      at,
      [
        tried('commit', 'echo work > work.txt && git add work.txt && git commit -qm work'),
        tried('temporary', 'echo x > "$TMPDIR/x" && echo x > /tmp/x'),
        tried('sign-in', `grep -q token ${at.home}/.sign-in/token && echo new > ${at.home}/.sign-in/token`),
        tried('home', 'echo x > "$HOME/x"'),
        tried('read the main checkout', `cat ${at.root}/README.md`),
        tried('account', `node -e 'process.exit(os.userInfo().uid === ${process.getuid?.()} ? 0 : 1)'`),
        tried('path', 'case "$PATH" in *:$ITER_DIR/.run/bin) ;; *) false ;; esac'),
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
        tried('program of the home', 'ours'),
        tried('neighbour', `echo x > ${outside}`),
        tried('iter', `kill -0 ${process.pid}`),
        tried('rights', 'grep -q "^CapEff:.*[1-9a-f]" /proc/self/status || ! grep -q "^NoNewPrivs:.*1" /proc/self/status'),
        tried('network', 'grep -q ":" /proc/net/dev && [ $(grep -c ":" /proc/net/dev) -gt 1 ]'),
      ].join(''),
      { sandbox: { ...engine.sandbox, network: false, arguments: [...(engine.sandbox.arguments ?? []), '--network=host'] } },
    );
    expect({ ending, printed }).toMatchObject({ ending: { outcome: 'exited', exit: 0 } });
    expect(printed.split('\n').filter((line) => line.endsWith(': yes'))).toEqual([
      'commit: yes',
      'temporary: yes',
      'sign-in: yes',
      'home: yes',
      'read the main checkout: yes',
      'account: yes',
      'path: yes',
    ]);
    expect(printed.split('\n').filter((line) => line.endsWith(': no'))).toHaveLength(16);
    const token = path.join(at.home, '.sign-in/token');
    expect([sh(at.worktree, 'log', '-1', '--format=%s'), readFileSync(token, 'utf8')]).toEqual(['work', 'new\n']);
    expect([path.join(at.worktree, 'work.txt'), token].map((file) => statSync(file).uid)).toEqual([process.getuid?.(), process.getuid?.()]);
    const untouched = [existsSync('/tmp/x'), existsSync(outside), existsSync(path.join(at.home, 'x')), sh(at.root, 'rev-parse', 'main')];
    expect(untouched).toEqual([false, false, false, at.plan.base]);
  });

  it('the sign-in of the agent stays outside without its credentials, and what home names can be read', async () => {
    const at = await shop(engine.environment);
    const { printed } = await inside(
      at,
      `${tried('sign-in', `cat ${at.home}/.sign-in/token`)}${tried('read', 'cat ~/.ssh/id')}${tried('write', 'echo x > ~/.ssh/id')}`,
      {
        sandbox: { ...engine.sandbox, credentials: false, home: ['.ssh'] },
      },
    );
    expect(printed).toBe('sign-in: no\nread: yes\nwrite: no\n');
  });
});

/** An iteration whose one task is to run so. */
function wanting(on: Ground, of: Partial<PlannedTask>) {
  const tasks = on.plan.tasks.map((task) => ({ ...task, ...of }));
  return { ...on.iteration, plan: { ...on.plan, tasks } };
}

test('without an image, a program, an engine or an answer it is refused, with what to do and all of it at once', async () => {
  const on = await ground({ 'README.md': '# Shop\n' }, 'T1 build');
  const problems = async (of: Partial<PlannedTask>, environment: Context['environment'] = { PATH: '/nowhere' }) =>
    (await sandboxProblems(on.iteration, wanting(on, of).plan.tasks, { ...on.context, environment })).map(({ what }) => what);
  expect(await problems({ sandbox: { by: 'container' }, permission: 'ask' })).toEqual([
    'T1 has permission: ask, and no question gets out of sandbox: container',
    'sandbox: container, and no image is named',
    'sandbox: container, and neither "podman" nor "docker" was found',
  ]);
  expect(await problems({ sandbox: { by: 'container', image: 'a', runtime: 'docker' } })).toEqual([
    'sandbox: container, and the program "docker" was not found',
  ]);
  // a docker without its engine
  const folder = temporaryFolder();
  const said = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?';
  writeFileSync(path.join(folder, 'docker'), `#!/bin/sh\necho "${said}" >&2\nexit 1\n`, { mode: 0o755 });
  expect(await problems({ sandbox: { by: 'container', image: 'a' } }, { PATH: `${folder}:/nowhere` })).toEqual([
    `sandbox: container, and docker has no engine to ask: ${said}`,
  ]);
  expect(await problems({ agent: 'manual', sandbox: { by: 'container' } })).toEqual([]);
  // programs of this machine are none of the image's, and the other way round
  const missing = (agent: string, by: Sandbox['by']) =>
    missingAgents(wanting(on, { agent, sandbox: { by } }), { ...on.context, environment: { PATH: '/nowhere' } }).map(({ what }) => what);
  expect([missing('claude', 'container'), missing('claude', 'none'), missing('command:"', 'container')]).toEqual([
    [],
    ['agent "claude": the program "claude" was not found'],
    [expect.stringMatching(/^agent "command:"": /)],
  ]);
});
