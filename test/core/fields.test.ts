import { expect, it } from 'vitest';
import { readFields } from '../../src/core/fields.ts';

it('fields of every kind are read, and each that is missing or wrong is told with what to write', () => {
  const fields = { word: ['a', 'b'], text: 'string', count: 'number', flag: 'boolean', names: 'list' } as const;
  expect(readFields(fields, { word: 'a', text: '', count: 0, flag: false, names: [], other: 1 })).toEqual({
    values: { word: 'a', text: '', count: 0, flag: false, names: [] },
    faults: [],
  });
  expect(readFields(fields, { word: 'c', text: 3, count: '4', names: [1] }).faults).toEqual([
    'front matter "word" is "c"; write one of a, b',
    'front matter "text" is "3"; write a string',
    'front matter "count" is "4"; write a number',
    'front matter has no "flag"; write a boolean',
    'front matter "names" is "[1]"; write a list',
  ]);
});
