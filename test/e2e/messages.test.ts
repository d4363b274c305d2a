import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter, jsonOf, startIter } from '../rig/cli.ts';
import { PIECE, drivenAgents } from '../rig/driven.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith } from '../rig/repository.ts';
import { until } from '../rig/until.ts';

async function iterationWith(agent: string): Promise<{ root: string; directory: string }> {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  await done(root, ['new', 'try', '--agent', agent, '-w', partsWorkflow(root)]);
  return { root, directory: path.join(root, 'iterations', '001-try') };
}

/** The name of the worker that does T1. */
function workerOf(directory: string): string {
  return /"instance": "(builder-[^"]+)"/.exec(readFileSync(path.join(directory, 'manifest.json'), 'utf8'))?.[1] ?? '';
}

describe('messages', () => {
  it('are sent, read in an inbox, acknowledged and answered once', async () => {
    const { root, directory } = await iterationWith('rehearsal');
    const asked = await done(root, ['message', 'send', '--to', 't1', '--type', 'question', '--deadline', '30m', '-m', 'which?', '--json']);
    const id = String(jsonOf(asked)['id']);
    const agent = { ITER_TASK: 'T1', ITER_AGENT: workerOf(directory) };
    const inbox = jsonOf(await done(root, ['inbox', '--json'], agent)) as { messages: { id: string; to: string; status: string }[] };
    expect(inbox.messages).toMatchObject([{ id, to: 'T1', status: 'Sent', from: 'ada' }]);
    await done(root, ['message', 'ack', id], agent);
    const silent = await iter(root, ['message', 'resolve', id], agent);
    await done(root, ['message', 'resolve', id, '-m', 'both'], agent);
    const again = await iter(root, ['message', 'resolve', id, '-m', 'none'], agent);
    expect([silent.exit, again.exit]).toEqual([2, 2]);
    expect(silent.stderr).toContain('is not resolved without a word on how');
    expect(again.stderr).toContain(`${id} is Resolved already`);
    const mine = jsonOf(await done(root, ['inbox', '--json'])) as { messages: { replies: { text: string }[] }[] };
    expect(mine.messages.map((one) => one.replies.map((reply) => reply.text))).toEqual([['Acknowledged.', 'both']]);
  });

  it('with several things wrong are refused with all of them, and nothing is written', async () => {
    const { root, directory } = await iterationWith('rehearsal');
    const file = path.join(directory, 'INTER_AGENT_MESSAGES.md');
    const before = readFileSync(file, 'utf8');
    const argv = ['message', 'send', '--to', 'nobody', '--type', 'Directive', '--deadline', 'soon', '--priority', 'Hihg', '-m', 'x'];
    const refused = await iter(root, argv, { ITER_TASK: 'T1' });
    expect(refused.exit).toBe(2);
    for (const what of ['nobody is called "nobody"', 'a Directive comes from', 'bad deadline "soon"', 'unknown priority "Hihg"'])
      expect(refused.stderr).toContain(what);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});

it('values are set and read by key, and a key nobody has set says so', async () => {
  const { root, directory } = await iterationWith('rehearsal');
  writeFileSync(path.join(root, 'tasks.json'), '{"a": 1}');
  await done(root, ['ctx', 'set', 'plan.tasks', '@tasks.json']);
  await done(root, ['ctx', 'set', 'plan', 'short']);
  expect((await done(root, ['ctx', 'get', 'plan.tasks'])).stdout).toBe('{"a": 1}\n');
  expect((await done(root, ['ctx', 'get'])).stdout).toBe('plan\nplan.tasks\n');
  expect(readFileSync(path.join(directory, 'context', 'plan', 'tasks.txt'), 'utf8')).toBe('{"a": 1}');
  const exits = [
    ['get', 'none'],
    ['set', '../x', 'y'],
    ['set', 'given.x', 'y'],
    ['set', 'x', '@missing'],
  ].map(async (argv) => (await iter(root, ['ctx', ...argv])).exit);
  expect(await Promise.all(exits)).toEqual([1, 2, 2, 2]);
});

it('a blocker that asks for a person waits as a decision while the attempt goes on, and its answer clears it', async () => {
  const agents = drivenAgents();
  agents.order('any', [{ do: 'wait-for', file: 'go' }, ...PIECE]);
  const { root, directory } = await iterationWith(agents.agent);
  const launch = startIter(root, ['launch'], agents.env);
  await until(() => eventsOf(directory).some((event) => event.type === 'attempt-started'), Boolean, 30_000);
  const agent = { ITER_TASK: 'T1', ITER_AGENT: workerOf(directory) };
  const argv = ['block', '-m', 'no secret', '--needs', 'a provider', '--type', 'Decision', '--severity', 'High', '--escalate', '--json'];
  const id = String(jsonOf(await done(root, argv, agent))['id']);
  interface Status {
    readonly tasks: readonly { readonly state: string; readonly word: string; readonly blockers: readonly unknown[] }[];
    readonly decisions: readonly { readonly id: string }[];
  }
  const look = async (): Promise<Status> => jsonOf(await done(root, ['status', '--json'])) as unknown as Status;
  const blocked = await until(look, (status) => status.decisions.length > 0, 30_000);
  expect(blocked.decisions.map((one) => one.id)).toEqual([`T1-blocker-${id}`]);
  expect(blocked.tasks).toMatchObject([{ state: 'blocked', word: 'Blocked', blockers: [{ id, severity: 'high', text: 'no secret' }] }]);
  expect((await iter(root, ['message', 'resolve', id, '-m', 'mine'], agent)).stderr).toContain('asks for a person');
  expect((await iter(root, ['decide', `T1-blocker-${id}`, '--option', 'resolved'])).exit).toBe(2);
  await done(root, ['decide', `T1-blocker-${id}`, '--option', 'resolved', '-m', 'take GitHub']);
  const inbox = await done(root, ['inbox', '--agent', workerOf(directory), '--all']);
  const after = await look();
  agents.release('go');
  const ended = await launch.ended;
  expect([after.decisions, after.tasks[0]?.state, ended.exit]).toEqual([[], 'running', 0]);
  expect(inbox.stdout).toBe(`nothing for ${workerOf(directory)}\n`);
  expect((await done(root, ['message', 'list', '--all'])).stdout).toContain('ada (Resolved): take GitHub');
});

it('messages and comments reach the next prompt, each with the addressee in mind, and the attempt says which comments', async () => {
  const { root, directory } = await iterationWith('rehearsal');
  mkdirSync(path.join(directory, 'feedback'), { recursive: true });
  writeFileSync(path.join(directory, 'feedback', 'a.md'), '---\nto: [builder]\n---\nUse integers for money.\n');
  writeFileSync(path.join(directory, 'feedback', 'b.md'), '---\nto: T9\n---\nNot for T1.\n');
  writeFileSync(path.join(directory, 'feedback', 'c.md'), 'For everybody.\n');
  await done(root, ['message', 'send', '--to', 'All', '--type', 'Directive', '-m', 'Freeze the API.']);
  await done(root, ['launch']);
  const prompt = readFileSync(path.join(directory, '.run', 'prompts', 'T1-1.md'), 'utf8');
  expect(prompt).toContain('> Use integers for money.');
  expect(prompt).toContain('> For everybody.');
  expect(prompt).toContain('> Freeze the API.');
  expect(prompt).not.toContain('Not for T1.');
  const prepared = eventsOf(directory).filter((event) => event.type === 'attempt-prepared');
  expect(prepared.map((event) => event['feedback'])).toEqual([['feedback/a.md', 'feedback/c.md']]);
});
