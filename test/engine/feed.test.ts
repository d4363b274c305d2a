import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import type { StreamFormat } from '../../src/core/agent-descriptor.ts';
import { taskId } from '../../src/core/ids.ts';
import { openFeed } from '../../src/engine/feed.ts';
import { createLogTail } from '../../src/engine/log-tail.ts';
import { ground } from '../rig/ground.ts';
import { temporaryFolder } from '../rig/repository.ts';
import { running } from '../rig/story.ts';
import { until } from '../rig/until.ts';

const recorded = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../fixtures/streams/${name}.jsonl`, import.meta.url)), 'utf8');

it('the monitor shows what an agent that writes events says and calls, and what any other program prints', async () => {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build', 'T2 build');
  const plan = { ...on.plan, tasks: on.plan.tasks.map((task) => (task.id === 'T1' ? { ...task, agent: 'codex' } : task)) };
  await on.run.record(...running('T1'), ...running('T2'));
  const log = (task: string): string => path.join(on.iteration.directory, '.run', 'logs', `${task}-1.log`);
  mkdirSync(path.dirname(log('T1')), { recursive: true });
  const feed = openFeed({ ...on.iteration, plan }, 'ada', on.context);
  const tail = (task: string): readonly string[] => {
    feed.snapshot();
    return feed.tail(taskId(task), 3);
  };
  expect([tail('T1'), tail('T2')]).toEqual([[], []]);
  const output = recorded('codex.write');
  const cut = output.indexOf('I will commit') + 5;
  writeFileSync(log('T1'), output.slice(0, cut));
  writeFileSync(log('T2'), `{"type":"turn.started"}\n\u001b[2Jdone\n`);
  expect([tail('T1').slice(-2), tail('T2')]).toEqual([
    ['I will write the file.', '> command_execution'],
    ['{"type":"turn.started"}', 'done'],
  ]);
  appendFileSync(log('T1'), output.slice(cut));
  expect(tail('T1')).toEqual(['> command_execution', 'I will commit it.', 'Finished: RESULT.md written and committed.']);
  // grown meanwhile: not in the plan this feed was opened with
  await on.run.record({ type: 'tasks-added', tasks: [taskId('T3')], dropped: [], by: 'iter' }, ...running('T3'));
  writeFileSync(log('T3'), 'new here\n');
  expect(tail('T3')).toEqual(['new here']);
  feed.close();
});

it('a listener hears once of what is recorded and of logs that grow, and again after the next look', async () => {
  const on = await ground({ 'a.txt': 'a\n' }, 'T1 build');
  await on.run.record(...running('T1'));
  const log = path.join(on.iteration.directory, '.run', 'logs', 'T1-1.log');
  mkdirSync(path.dirname(log), { recursive: true });
  writeFileSync(log, 'one\n');
  const feed = openFeed(on.iteration, 'ada', on.context);
  onTestFinished(() => feed.close());
  const heard: string[] = [];
  const hears = (what: string): Promise<unknown> =>
    until(
      () => heard,
      (now) => now.includes(what),
    );
  let what = 'a log';
  feed.snapshot();
  feed.tail(taskId('T1'), 1);
  const leave = feed.subscribe(() => void heard.push(what));
  for (let line = 0; line < 100; line += 1) appendFileSync(log, 'more\n');
  await hears('a log');
  what = 'an event';
  feed.snapshot();
  await on.run.record({ type: 'task-prioritised', task: taskId('T1'), by: 'ada' });
  await hears('an event');
  expect(heard).toEqual(['a log', 'an event']);
  leave();
  // what came while nobody listened is heard of by who listens next
  what = 'something missed';
  feed.subscribe(() => void heard.push(what));
  await hears('something missed');
});

/** What the last lines of this log are when it is opened late, and when it has grown. */
function late(format: StreamFormat, before: string, after: string): (readonly string[])[] {
  const file = path.join(temporaryFolder(), 'agent.log');
  writeFileSync(file, before);
  const tail = createLogTail(file, format);
  const first = tail(2);
  appendFileSync(file, after);
  return [first, tail(2)];
}

const said = (text: string): string => `${JSON.stringify({ type: 'item.completed', item: { id: text, type: 'agent_message', text } })}\n`;

it('a long log is read from the first whole event in its end', () => {
  const long = said('x'.repeat(300_000));
  expect(late('codex', `${said('one')}${long}${said('two')}`, said('three'))).toEqual([['two'], ['two', 'three']]);
  // the middle of an event that is not over is no line of anybody
  expect(late('codex', `${said('one')}${long.slice(0, -10)}`, `${long.slice(-10)}${said('two')}`)).toEqual([[], ['two']]);
});

it('of more than anybody reads only the end is looked at, from its first whole event', () => {
  const file = path.join(temporaryFolder(), 'agent.log');
  writeFileSync(file, `${said('one')}{"type":"item.comp`);
  const tail = createLogTail(file, 'codex');
  expect(tail(2)).toEqual(['one']);
  const much = Array.from({ length: 3000 }, (_, index) => said(`line ${index}`)).join('');
  appendFileSync(file, `leted"}\n${much}${said('last')}`);
  expect(tail(2)).toEqual(['line 2999', 'last']);
  expect(tail(3000).filter((text) => !/^(one|last|line \d+)$/.test(text))).toEqual([]);
  expect(tail(3000).length).toBeLessThan(1000);
  appendFileSync(file, said('and on'));
  expect(tail(2)).toEqual(['last', 'and on']);
});
