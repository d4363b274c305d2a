import { describe, expect, test } from 'vitest';
import { resolveInputs } from '../../src/core/inputs.ts';
import type { Input, Inputs } from '../../src/core/workflow.ts';

const resolved = (inputs: Readonly<Record<string, Input>>, given: Inputs) =>
  resolveInputs({ workflow: { name: 'small', inputs }, given, slug: 'try', iteration: '001-try' });

describe('a value is read by the type of its input', () => {
  test.each([
    ['list', ' a, b ,,c ', ['a', 'b', 'c']],
    ['list', ['a, b'], ['a, b']],
    ['string', ['a', 'b'], 'a, b'],
    ['string', 3, '3'],
    ['number', '1.5', 1.5],
    ['boolean', 'false', false],
    ['boolean', true, true],
  ] as const)('%s from %j', (type, given, value) => {
    expect(resolved({ x: { type, required: false } }, { x: given })).toEqual({ inputs: { x: value }, problems: [] });
  });

  test.each([
    ['number', ''],
    ['number', 'Infinity'],
    ['boolean', 'yes'],
  ] as const)('no %s from %j', (type, given) => {
    expect(resolved({ x: { type, required: false } }, { x: given }).problems).toEqual([
      { what: `input "x" is "${given}"`, fix: `give a ${type}` },
    ]);
  });
});

test('inputs that are not given have their default, or nothing', () => {
  const inputs = {
    issue: { type: 'string', required: false, default: '{{ iteration.name }}' },
    text: { type: 'string', required: false },
    list: { type: 'list', required: false },
    flag: { type: 'boolean', required: false },
  } as const;
  expect(resolved(inputs, {}).inputs).toEqual({ issue: '001-try', text: '', list: [], flag: false });
});

test.each([['   '], [[]]])('for a required input, %j is as good as missing', (given) => {
  const type = typeof given === 'string' ? 'string' : 'list';
  expect(resolved({ x: { type, required: true } }, { x: given }).problems).toEqual([
    { what: 'input "x" is missing', fix: 'give it with --input x=…' },
  ]);
});
