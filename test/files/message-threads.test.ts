import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { taskId } from '../../src/core/ids.ts';
import { deadlineOf, inboxOf, openIn, threadsOf } from '../../src/files/message-threads.ts';
import type { Message } from '../../src/files/messages.ts';
import { MESSAGE_STATUSES, parseMessages, readMessages, renderMessage } from '../../src/files/messages.ts';

const message = (over: Partial<Message>): Message => ({
  from: 'builder-1',
  to: 'Orchestrator',
  type: 'Update',
  timestamp: '2026-01-10T12:00:00Z',
  status: 'Sent',
  text: 'hello',
  ...over,
});
const statuses = (...messages: readonly Message[]): string[] => threadsOf(messages).map(({ id, status }) => `${id} ${status}`);

describe('what became of a message', () => {
  it('goes forward with each block about it and never back', () => {
    const ask = message({ id: 'm-1', type: 'Question' });
    const says = (status: Message['status']): Message => message({ ref: 'm-1', status });
    expect(statuses(ask, says('Acknowledged'))).toEqual(['m-1 Acknowledged']);
    expect(statuses(ask, says('Resolved'), says('Acknowledged'), says('Sent'))).toEqual(['m-1 Resolved']);
  });

  it('is the furthest status anybody said, whatever the order of the blocks', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...MESSAGE_STATUSES)), (said) => {
        const [thread] = threadsOf([message({ id: 'm-1' }), ...said.map((status) => message({ ref: 'm-1', status }))]);
        const furthest = Math.max(0, ...said.map((status) => MESSAGE_STATUSES.indexOf(status)));
        expect(thread?.status).toBe(MESSAGE_STATUSES[furthest]);
        expect(thread?.replies.length).toBe(said.length);
      }),
    );
  });

  it('is told of a message without an id by what it says, and of two alike apart', () => {
    const ids = threadsOf([message({}), message({}), message({ text: 'other' })]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(threadsOf([message({})])[0]?.id).toBe(ids[0]);
  });

  it('keeps a block about a message that is not there', () => {
    expect(threadsOf([message({ ref: 'm-9', text: 'late' })]).map((thread) => thread.message.text)).toEqual(['late']);
  });

  it('survives being written and read', () => {
    const all = [message({ id: 'm-1', text: 'ID: 7\nREF: 8' }), message({ ref: 'm-1', status: 'Resolved', text: 'yes' })];
    expect(parseMessages(all.map(renderMessage).join(''), 'M.md')).toEqual({ messages: all, problems: [] });
  });
});

describe('an inbox', () => {
  const reader = { instance: 'builder-1', role: 'builder', task: 'T2', needs: ['T1'] };
  const names = (...messages: readonly Message[]): string[] => inboxOf(threadsOf(messages), reader).map((thread) => thread.message.text);

  it('has what is for the worker, its role, its task and All, and nothing for others', () => {
    const to = (name: string): Message => message({ from: 'ada', to: name, text: name });
    expect(names(...['builder-1', 'Builder', 'T2', 'All', 'builder-2', 'T3', 'Orchestrator'].map(to))).toEqual([
      'builder-1',
      'Builder',
      'T2',
      'All',
    ]);
  });

  it('has of the handoffs to All those of the tasks it builds on', () => {
    const handoff = (id: string): Message => message({ from: id, to: 'All', type: 'Handoff', task: taskId(id), text: id });
    expect(names(handoff('T1'), handoff('T9'))).toEqual(['T1']);
  });

  it('has the answer to a question of its own, and a prompt quotes it though it is resolved', () => {
    const asked = message({ id: 'm-1', type: 'Question', text: 'which?' });
    const answered = [asked, message({ from: 'ada', to: 'builder-1', ref: 'm-1', status: 'Resolved', text: 'both' })];
    expect(names(asked)).toEqual([]);
    expect(names(...answered)).toEqual(['which?']);
    const resolved = message({ id: 'm-2', from: 'ada', to: 'T2', status: 'Resolved', text: 'done with' });
    const open = openIn(inboxOf(threadsOf([...answered, resolved]), reader), reader);
    expect(open.map((thread) => thread.message.text)).toEqual(['which?']);
  });
});

it('reads a deadline only when it is a time', () => {
  expect(deadlineOf(message({ deadline: '2026-01-10T12:30:00.000Z' }))).toBe(Date.UTC(2026, 0, 10, 12, 30));
  expect(deadlineOf(message({ deadline: 'before the merge' }))).toBeUndefined();
});

it('hands out what is no message with its reasons, and the good blocks around it', () => {
  const bad = '\n---\nFROM: x\nTYPE: Shout\n\nMESSAGE: hm\n---\n';
  const text = renderMessage(message({ text: 'one' })) + bad + renderMessage(message({ text: 'two' }));
  const read = readMessages(text, 'M.md');
  expect(read.messages.map((one) => one.text)).toEqual(['one', 'two']);
  expect(read.malformed.map((one) => one.text)).toEqual(['FROM: x\nTYPE: Shout\n\nMESSAGE: hm']);
  expect(read.malformed[0]?.problems.map((problem) => problem.what)).toContain('unknown TYPE "Shout"');
});
