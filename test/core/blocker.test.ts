import { expect, it } from 'vitest';
import { blockerLevel, type BlockerMessage, isAsBad, openBlockers } from '../../src/core/blocker.ts';
import { taskId } from '../../src/core/ids.ts';

type Message = BlockerMessage & { readonly to: string };

/** A message from `Blocker T1 High Sent: text`; `-` leaves a word out. */
function message(text: string): Message {
  const [words = '', said = ''] = text.split(': ');
  const [type = '', task = '-', priority = '-', status = 'Sent', from = 'builder-001', to = 'All'] = words.split(' ');
  return { from, to, type, ...(task === '-' ? {} : { task: taskId(task) }), ...(priority === '-' ? {} : { priority }), status, text: said };
}

const open = (...texts: string[]) => openBlockers(texts.map(message)).map((one) => `${one.task ?? 'all'} ${one.severity} ${one.text}`);

it('a blocker is open until it is resolved, by itself or by a later message about its task', () => {
  expect([
    open('Blocker T1 High Sent: no key'),
    open('Blocker T1 High Acknowledged: no key'),
    open('Blocker T1 High Resolved: no key'),
    open('Blocker T1 High Sent: no key', 'Update T1 - Resolved: here it is'),
    open('Blocker T1 High Sent: no key', 'Update T2 - Resolved: here it is'),
    open('Update T1 - Resolved: earlier', 'Blocker T1 High Sent: no key'),
    open('Question T1 Critical Sent: which'),
  ]).toEqual([['T1 high no key'], ['T1 high no key'], [], [], ['T1 high no key'], ['T1 high no key'], []]);
});

it('without a task it is resolved by whoever sent it, or by an answer to them', () => {
  expect([
    open('Blocker - Low Sent a-1 All: x', 'Blocker - Low Resolved a-1 All: x'),
    open('Blocker - Low Sent a-1 All: x', 'Update - - Resolved lead a-1: done'),
    open('Blocker - Low Sent a-1 All: x', 'Update - - Resolved lead b-1: done'),
    open('Blocker - Low Sent a-1 All: x', 'Update T1 - Resolved a-1 All: done'),
  ]).toEqual([[], [], ['all low x'], ['all low x']]);
});

it('without a priority it is medium; critical and high stop, the others are debts', () => {
  expect(open('Blocker T1 - Sent: x')).toEqual(['T1 medium x']);
  expect((['critical', 'high', 'medium', 'low'] as const).map(blockerLevel)).toEqual(['must', 'must', 'should', 'should']);
  expect([isAsBad('critical', 'high'), isAsBad('high', 'high'), isAsBad('medium', 'high')]).toEqual([true, true, false]);
});
