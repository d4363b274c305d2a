import { expect, it } from 'vitest';
import { behavioursOf, parseBehaviour } from '../../src/core/rehearsal.ts';

it.each([
  ['fail', { name: 'fail', amount: 1 }],
  [' red ', { name: 'red', amount: 1 }],
  ['fail:2', { name: 'fail', amount: 2 }],
  ['reject:always', { name: 'reject', amount: Infinity }],
  ['slow', { name: 'slow', amount: 1000 }],
  ['slow:250', { name: 'slow', amount: 250 }],
])('"%s" is a behaviour', (text, behaviour) => {
  expect(parseBehaviour(text)).toEqual(behaviour);
});

it.each(['', 'dance', 'fail:', 'fail:two', 'fail:-1', 'fail:1.5', 'fail:1:2', 'FAIL'])('"%s" is none', (text) => {
  expect(parseBehaviour(text)).toBeUndefined();
});

it('the behaviours of a task are those on its own line', () => {
  const text = '# who does what\nT1: red\r\nT10: hang\n  T2 : [fail:2, slow:500, dance]\n';
  expect(behavioursOf(text, 'T1')).toEqual([{ name: 'red', amount: 1 }]);
  expect(behavioursOf(text, 'T2')).toEqual([
    { name: 'fail', amount: 2 },
    { name: 'slow', amount: 500 },
  ]);
  expect(behavioursOf(text, 'T3')).toEqual([]);
});
