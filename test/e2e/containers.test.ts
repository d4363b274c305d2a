/** A launch, and a question, whose agents run in containers, with a stand-in for the engine: which programs are called, and what is left when iter is killed. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { done, eventsOf, iter, startIter } from '../rig/cli.ts';
import { standIn } from '../rig/container-engines.ts';
import { processesOf } from '../rig/driven.ts';
import { oneStep } from '../rig/one-step.ts';
import { repositoryWith, sh } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

/** Milliseconds after which something that has to happen counts as hanging. */
const PATIENCE = 120_000;

// waits until it is let go, and says what it was started with
const AGENT = `iter report "In Progress" -m "in $ITER_SANDBOX" 2>said || true
env > seen
until [ -e go ]; do sleep 0.05; done
git add said && git commit -qm work
`;

it('an agent in a container is ended with it when iter was killed, by the next launch or by a stop, and its work counts like any other', async () => {
  const engine = standIn();
  const env = { ...engine.environment, OPENAI_API_KEY: 'secret' };
  const { root, directory, worktree } = await oneStep({
    defaults: 'sandbox: container',
    step: 'checks: [{ commits: { min: 1 } }]',
    agent: 'command:sh agent.sh',
    files: { '.iter/config.yaml': 'sandbox: { by: none, image: "iter-test/none:1" }\n', 'agent.sh': AGENT },
    env,
  });
  const seen = path.join(worktree, 'seen');
  const notes = path.join(directory, '.run', 'containers');
  const containers = (): string[] => readdirSync(path.join(engine.environment['CONTAINER_STAND_IN'] ?? '', 'containers'));

  const refused = await iter(root, ['launch'], env);
  expect([refused.exit, refused.stderr]).toEqual([
    2,
    expect.stringContaining('podman has no image "iter-test/none:1" here; fetch it: podman pull'),
  ]);
  mkdirSync(path.join(engine.environment['CONTAINER_STAND_IN'] ?? '', 'images', 'iter-test', 'none:1'), { recursive: true });

  const starts = (): number => eventsOf(directory).filter(({ type }) => type === 'attempt-started').length;
  // all but the container itself: what has started it would still hand signals on
  const killedWhileItRuns = async (start: number): Promise<string[]> => {
    const launch = startIter(root, ['launch'], env);
    await until(
      () => (starts() === start ? containers() : []),
      (names) => names.length === 1,
      PATIENCE,
    );
    await until(() => existsSync(seen) && readFileSync(seen, 'utf8').includes('ITER_TASK=T1'), Boolean, PATIENCE);
    process.kill(launch.pid, 'SIGKILL');
    await launch.ended;
    for (const { pid } of processesOf(directory)) process.kill(pid, 'SIGKILL');
    await until(
      () => processesOf(directory),
      (left) => left.length === 0,
      PATIENCE,
    );
    return containers();
  };
  const [name = ''] = await killedWhileItRuns(1);
  expect([name, readdirSync(notes)]).toEqual([expect.stringMatching(/^iter-001-try-T1-1-[0-9a-f]{12}$/), [name]]);
  const variables = readFileSync(seen, 'utf8');
  expect(variables).toContain(`ITER_SANDBOX=container\n`);
  expect(variables).not.toMatch(/OPENAI_API_KEY|CONTAINER_STAND_IN/);
  const stopped = await done(root, ['stop'], env);
  expect([stopped.stdout, containers(), readdirSync(notes)]).toEqual(['ended 1 container of an earlier launch\n', [], []]);

  expect(await killedWhileItRuns(2)).toEqual([name]);
  const last = startIter(root, ['launch'], env);
  await until(starts, (count) => count === 3, PATIENCE);
  writeFileSync(path.join(worktree, 'go'), '');
  const ended = await last.ended;
  expect([ended.exit, ended.stderr]).toEqual([0, expect.stringContaining('ended 1 container an earlier run had left behind')]);
  expect([containers(), readdirSync(notes)]).toEqual([[], []]);
  expect(sh(worktree, 'log', '--format=%s', 'main..').split('\n')).toContain('work');
});

it('an agent that is asked a question is in a container, which the next question ends when iter was killed', async () => {
  const engine = standIn();
  const root = repositoryWith({
    'README.md': '# Shop\n',
    '.iter/config.yaml': 'sandbox: { by: container, image: "iter-test/thin:2" }\n',
    'agent.sh': 'echo "$ITER_SANDBOX" > seen\nwhile sleep 0.05; do :; done\n',
  });
  const containers = (): string[] => readdirSync(path.join(engine.environment['CONTAINER_STAND_IN'] ?? '', 'containers'));
  const questions = path.join(root, '.git', 'iter', 'consult');
  const left = () => [containers(), existsSync(questions), existsSync(`${root}-worktrees`)];
  const refused = await iter(root, ['triage', 'x', '--agent', 'command:no-such-program'], engine.environment);
  expect([refused.exit, refused.stderr]).toEqual([
    2,
    'the image "iter-test/thin:2" has no "no-such-program" in it; build it with sh, git and the agents in it\n',
  ]);
  expect(left()).toEqual([[], false, false]);

  const { pid, ended } = startIter(root, ['triage', 'x', '--agent', 'command:sh agent.sh'], engine.environment);
  const seen = path.join(`${root}-worktrees`, `.consult-${pid}`, 'seen');
  await until(() => existsSync(seen) && readFileSync(seen, 'utf8') === 'container\n', Boolean, PATIENCE);
  process.kill(pid, 'SIGKILL');
  await ended;
  // what has started the container would hand signals on
  for (const client of processesOf(path.join(questions, String(pid)))) process.kill(client.pid, 'SIGKILL');
  expect(containers()).toEqual([expect.stringMatching(`^iter-question-${pid}-T1-1-[0-9a-f]{12}$`)]);
  await done(root, ['triage', 'build', 'it', '--agent', 'rehearsal'], engine.environment);
  expect(left()).toEqual([[], false, false]);
});
