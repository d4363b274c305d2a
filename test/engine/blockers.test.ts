import { appendFileSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { openBlockers } from '../../src/core/open-blockers.ts';
import { NO_MAIL, answerBeside, blockersNow, readMail, resolve } from '../../src/engine/blockers.ts';
import type { Context } from '../../src/engine/context.ts';
import { changeStatus, postMessage, readThreads } from '../../src/engine/messages.ts';
import type { Ground } from '../rig/ground.ts';
import { ground } from '../rig/ground.ts';
import { running, prepared } from '../rig/story.ts';

const on = (): Promise<Ground> => ground({ 'a.txt': 'a\n' }, 'T1 build', 'T2 build');
const later = (context: Context, minutes: number): Context => ({
  ...context,
  now: () => new Date(Date.UTC(2026, 0, 10, 12, minutes)),
});
const NOON = '2026-01-10T12:00:00.000Z';
const blocker = { from: 'builder-T1', to: 'Orchestrator', type: 'Blocker', task: taskId('T1'), timestamp: NOON, status: 'Sent' } as const;
const atWork = async ({ run }: Ground): Promise<void> => run.record(prepared('T1'), ...running('T1'));

describe('mail of an iteration', () => {
  it('a blocker somebody wrote by hand is asked about when the time to look at it is over, once', async () => {
    const { iteration, run, context, ...rest } = await on();
    await atWork({ iteration, run, context, ...rest });
    await postMessage(iteration, { ...blocker, priority: 'High', text: 'no schema' });
    const memory = await readMail(run, NO_MAIL, context);
    expect(openBlockers(run.state, taskId('T1')).map((one) => one.severity)).toEqual(['high']);
    expect(run.state.decisions).toEqual([]);
    for (const minutes of [9, 10, 30]) await readMail(run, memory, later(context, minutes));
    expect(run.state.decisions.map((one) => one.question)).toEqual([
      'T1 is blocked (high, Technical), and nobody has looked at it in time: no schema',
    ]);
  });

  it('is cleared only with a word on how, and its sender reads it', async () => {
    const { iteration, run, context } = await on();
    const id = await postMessage(iteration, { ...blocker, priority: 'Critical', text: 'no key' });
    const memory = await readMail(run, NO_MAIL, context);
    const [open] = run.state.decisions;
    if (open === undefined) throw new Error('nobody was asked');
    expect(await answerBeside(run, open, { option: 'resolved', by: 'ada' }, context)).toEqual({
      problems: [{ what: '"resolved" needs to say how', fix: 'give it with -m' }],
    });
    expect(openBlockers(run.state).length).toBe(1);
    expect(await answerBeside(run, open, { option: 'resolved', by: 'ada', reason: 'key is in the vault' }, context)).toBeUndefined();
    await readMail(run, memory, context);
    expect([openBlockers(run.state), run.state.decisions]).toEqual([[], []]);
    const [thread] = readThreads(iteration).threads;
    expect(thread).toMatchObject({ id, status: 'Resolved', replies: [{ from: 'ada', to: 'builder-T1', text: 'key is in the vault' }] });
  });

  it('takes blockers from section 8 of the plan, and their resolution when it is added there', async () => {
    const { iteration, run, context } = await on();
    const plan = path.join(iteration.directory, 'MULTI_AGENT_PLAN.md');
    appendFileSync(
      plan,
      '\n## 8. Notes and Blockers\n\n### T2 - builder-T2 - 2026-01-10 12:00\n**Severity:** Low\n**Description:** slow\n',
    );
    const memory = await readMail(run, NO_MAIL, context);
    expect(openBlockers(run.state, taskId('T2')).map((one) => one.text)).toEqual(['slow']);
    appendFileSync(plan, '**Resolution:** 12:05 - live with it\n');
    await readMail(run, memory, context);
    expect(run.state.blockers.map((one) => one.resolved)).toEqual([{ by: 'plan', how: '12:05 - live with it' }]);
  });

  it('sets malformed blocks aside, says so once, and counts the good ones around them', async () => {
    const { iteration, run, context, said } = await on();
    const file = path.join(iteration.directory, 'INTER_AGENT_MESSAGES.md');
    writeFileSync(file, '# Messages\n\n---\nFROM: x\nTYPE: Shout\n\nMESSAGE: hm\n---\n');
    await postMessage(iteration, { ...blocker, text: 'no schema' });
    await postMessage(iteration, { ...blocker, priority: 'High', text: '**Severity:** Huge\n**Description:** x' });
    await readMail(run, NO_MAIL, context);
    await readMail(run, NO_MAIL, context);
    // somebody is blocked all the same
    expect(openBlockers(run.state).map((one) => `${one.severity}: ${one.text}`)).toEqual(['medium: no schema', 'high: x']);
    const folder = path.join(iteration.directory, '.run', 'quarantine');
    const kept = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
    expect(kept.length).toBe(2);
    expect(kept.some((text) => text.startsWith('reason: ') && text.endsWith('FROM: x\nTYPE: Shout\n\nMESSAGE: hm\n'))).toBe(true);
    expect(said.join('\n').split('unknown TYPE "Shout"').length).toBe(2);
  });

  it('a question whose deadline is over becomes a decision, once; an answer goes to who asked', async () => {
    const { iteration, run, context } = await on();
    await atWork({ iteration, run, context } as Ground);
    const question = { ...blocker, type: 'Question', deadline: '2026-01-10T12:30:00.000Z', text: 'which rates?' } as const;
    const id = await postMessage(iteration, question);
    await postMessage(iteration, { ...question, deadline: 'soon' });
    const memory = await readMail(run, NO_MAIL, later(context, 29));
    expect(run.state.decisions).toEqual([]);
    for (const minutes of [30, 45]) await readMail(run, memory, later(context, minutes));
    expect(run.state.decisions.map((one) => one.id)).toEqual([`message-${id}-overdue`]);
    const [open] = run.state.decisions;
    if (open !== undefined) await answerBeside(run, open, { option: 'resolved', by: 'ada', reason: 'both' }, context);
    await readMail(run, NO_MAIL, later(context, 50));
    expect(run.state.decisions).toEqual([]);
    expect(run.state.tasks['T1']?.phase.name).toBe('running');
    expect(readThreads(iteration).threads[0]).toMatchObject({ status: 'Resolved', replies: [{ to: 'builder-T1', text: 'both' }] });
  });
});

it('a question a person leaves to whoever was asked is not put before them again, nor is a blocker they let stand', async () => {
  const { iteration, run, context } = await on();
  await postMessage(iteration, { ...blocker, type: 'Question', deadline: '2026-01-10T12:30:00.000Z', text: 'which rates?' });
  await postMessage(iteration, { ...blocker, priority: 'Critical', text: 'no key' });
  await readMail(run, NO_MAIL, later(context, 31));
  const options = run.state.decisions.map((one) => (one.id.startsWith('message-') ? 'wait' : 'keep'));
  for (const [index, open] of run.state.decisions.entries())
    await answerBeside(run, open, { option: options[index] ?? '', by: 'ada' }, context);
  await readMail(run, NO_MAIL, later(context, 60));
  expect([options.toSorted(), run.state.decisions]).toEqual([['keep', 'wait'], []]);
  expect(openBlockers(run.state).map((one) => one.kept)).toEqual([true]);
});

describe('the status of a message', () => {
  it('goes forward only, by one of those who try at once', async () => {
    const { iteration, run, context } = await on();
    const id = await postMessage(iteration, { ...blocker, type: 'Update', text: 'hello' });
    const tries = Array.from({ length: 8 }, (_, index) =>
      changeStatus(iteration, { id, status: 'Acknowledged', by: `agent-${index}`, text: '' }, context),
    );
    expect((await Promise.all(tries)).filter((done) => 'thread' in done).length).toBe(1);
    expect(await resolve(run, { id, by: 'ada', how: 'thanks' }, context)).toBeUndefined();
    expect(await changeStatus(iteration, { id, status: 'Acknowledged', by: 'ada', text: '' }, context)).toMatchObject({
      problems: [{ what: `${id} is Resolved already` }],
    });
    expect(readThreads(iteration).threads.map((one) => [one.status, one.replies.length])).toEqual([['Resolved', 2]]);
  });
});

describe('the blockers a landing is judged by', () => {
  it('are those nobody cleared: an answer to something else, or to another blocker of the task, changes nothing', async () => {
    const { iteration, run, context } = await on();
    const ids: string[] = [];
    for (const text of ['first', '**Severity:** High\n**Description:** second'])
      ids.push(await postMessage(iteration, { ...blocker, text }));
    const asked = await postMessage(iteration, { ...blocker, type: 'Question', text: 'which?' });
    const open = (): string[] => blockersNow(iteration, run.state).map((one) => `${one.severity} ${one.text}`);
    await changeStatus(iteration, { id: asked, status: 'Resolved', by: 'ada', text: 'both' }, context);
    expect(open()).toEqual(['medium first', 'high second']);
    await resolve(run, { id: ids[1] ?? '', by: 'ada', how: 'done' }, context);
    expect(open()).toEqual(['medium first']);
  });

  it('are in section 8 of the plan, too, until they have a resolution', async () => {
    const { iteration, run } = await on();
    const plan = path.join(iteration.directory, 'MULTI_AGENT_PLAN.md');
    const open = () => blockersNow(iteration, run.state).map(({ by, task, severity, text }) => ({ by, task, severity, text }));
    appendFileSync(plan, '\n## 8. Notes and Blockers\n\n### T2 - builder-T2 - 12:00\n**Severity:** Critical\n**Description:** down\n');
    expect(open()).toEqual([{ by: 'builder-T2', task: 'T2', severity: 'critical', text: 'down' }]);
    appendFileSync(plan, '**Resolution:** up again\n');
    expect(open()).toEqual([]);
  });

  it('are those the status shows, whatever was written how, before iter has read it and after', async () => {
    const { iteration, run, context } = await on();
    const plan = path.join(iteration.directory, 'MULTI_AGENT_PLAN.md');
    const file = path.join(iteration.directory, 'INTER_AGENT_MESSAGES.md');
    const nobodys = (({ task: _none, ...rest }) => rest)(blocker);
    const resolved = { ...nobodys, from: 'lead', type: 'Update', status: 'Resolved', text: 'done' } as const;
    const title = ({ task, text }: { readonly task?: string; readonly text: string }): string => `${task ?? 'all'} ${text}`;
    const rounds: string[][] = [];
    const look = async (...change: readonly (() => unknown)[]): Promise<void> => {
      for (const step of change) await step();
      const before = blockersNow(iteration, run.state).map(title);
      await readMail(run, NO_MAIL, context);
      expect([openBlockers(run.state).map(title), blockersNow(iteration, run.state).map(title)]).toEqual([before, before]);
      rounds.push(before);
    };
    await look(
      () => postMessage(iteration, { ...blocker, status: 'Resolved', text: 'over before anybody looked' }),
      () => postMessage(iteration, { ...blocker, text: 'no key' }),
      () => postMessage(iteration, { ...blocker, task: taskId('T2'), text: 'no disk' }),
      () => postMessage(iteration, { ...nobodys, text: 'no power' }),
      () => postMessage(iteration, { ...blocker, task: taskId('T9'), text: 'no such task' }),
      () => appendFileSync(plan, '\n## 8. Notes and Blockers\n\n### T2 - builder-T2 - 12:00\n**Severity:** Low\n**Description:** slow\n'),
    );
    // without REF, as somebody writes it by hand: about the task, not about others
    await look(
      () => postMessage(iteration, { ...resolved, task: taskId('T2') }),
      () => postMessage(iteration, { ...resolved, to: 'builder-T2', text: 'nothing of builder-T1' }),
    );
    // a status that is changed where it stands says nothing of how
    await look(() => writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/^(.*STATUS: )Sent$/gm, '$1Resolved')));
    await look(() =>
      resolve(run, { id: run.state.blockers.find((one) => one.text === 'slow')?.id ?? '', by: 'ada', how: 'fast now' }, context),
    );
    const shared = ['all no power', 'all no such task'];
    expect(rounds).toEqual([
      ['T1 no key', 'T2 no disk', ...shared, 'T2 slow'],
      ['T1 no key', ...shared, 'T2 slow'],
      ['T1 no key', ...shared, 'T2 slow'],
      ['T1 no key', ...shared],
    ]);
  });
});
