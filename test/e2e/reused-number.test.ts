import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { done, eventsOf, iter, jsonOf, startIter } from '../rig/cli.ts';
import { PIECE, drivenAgents, runs } from '../rig/driven.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

/** A process of somebody else, in a group of its own, and when it was born. */
function stranger(): { readonly pid: number; readonly birth: string } {
  const child = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
  const pid = child.pid ?? 0;
  onTestFinished(() => void child.kill('SIGKILL'));
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return { pid, birth: line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? '' };
}

it('somebody who has got the number of a launch or an agent that was killed is left alone, by stop and by the next launch, and nobody waits for them', async () => {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  const agents = drivenAgents();
  agents.order('any', [{ do: 'hang' }]);
  await done(root, ['new', 'try', '--agent', agents.agent, '-w', partsWorkflow(root)]);
  const directory = path.join(root, 'iterations', '001-try');
  const log = path.join(directory, '.run', 'events.jsonl');
  const lock = path.join(directory, '.run', 'launch.lock');
  const launch = startIter(root, ['launch'], agents.env);
  const [agent] = await until(
    () => agents.announced().filter(() => eventsOf(directory).some((event) => event.type === 'attempt-started')),
    (found) => found.length === 1,
    120_000,
  );
  if (agent === undefined) throw new Error('no agent');
  process.kill(launch.pid, 'SIGKILL');
  await launch.ended;
  process.kill(agent.pid, 'SIGKILL');
  await until(
    () => runs(agent),
    (running) => !running,
    120_000,
  );
  const other = stranger();
  const withNumber = (text: string): string => text.replaceAll(/"pid":(\d+)/g, `"pid":${other.pid}`);
  writeFileSync(log, withNumber(readFileSync(log, 'utf8')));
  const left = JSON.parse(readFileSync(lock, 'utf8')) as object;
  // born later than the one that held it; born then, but before the machine was started anew
  for (const holder of [
    { ...left, pid: other.pid },
    { ...left, pid: other.pid, startTime: Number(other.birth), boot: 'earlier' },
  ]) {
    writeFileSync(lock, JSON.stringify(holder));
    const status = jsonOf(await done(root, ['status', '--json'])) as { status: string };
    expect([status.status, (await done(root, ['stop'])).stdout.trim(), runs(other)]).toEqual(['paused', 'nothing is running', true]);
  }
  agents.order('any', PIECE);
  const again = await iter(root, ['launch'], agents.env);
  const { tasks } = jsonOf(await done(root, ['status', '--json', '1'])) as { tasks: { state: string; attempt: number }[] };
  expect([again.exit, runs(other), tasks]).toMatchObject([0, true, [{ state: 'accepted', attempt: 1 }]]);
});
