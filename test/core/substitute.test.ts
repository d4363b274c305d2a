import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeholdersIn, substitute, substituteEach, wholePlaceholder } from '../../src/core/substitute.ts';

describe('substitute', () => {
  test('fills names, joins lists with commas and tells each missing name once', () => {
    expect(substitute('{{a}} {{ b.c }} {{ no }} {{no}} {{ n }}', { a: 'x', 'b.c': ['1', '2'], n: 0 })).toEqual({
      text: 'x 1, 2 {{ no }} {{no}} 0',
      missing: ['no'],
    });
  });

  test('a name that every object has is missing all the same', () => {
    expect(substitute('{{ constructor }}', {}).missing).toEqual(['constructor']);
  });

  test('a value stands in the text exactly as it is', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (value, other) => {
        expect(substitute('<{{ a }}|{{ b }}>', { a: value, b: other }).text).toBe(`<${value}|${other}>`);
      }),
      {
        examples: [
          ['{{ b }}', '$&'],
          ['{{', '}}'],
        ],
      },
    );
  });
});

test('a text that is one list placeholder becomes the items of the list; empty texts go', () => {
  const values = { list: ['a', 'b'], none: [], empty: '' };
  expect(substituteEach(['{{ list }}', 'x{{ list }}', '{{ none }}', '{{ empty }}', 'y'], values)).toEqual(['a', 'b', 'xa, b', 'y']);
});

test.each([
  ['{{ a.b }}', 'a.b'],
  [' {{a}} ', 'a'],
  ['{{ a }}{{ a }}', undefined],
  ['npm {{ a }}', undefined],
  ['', undefined],
])('the whole of %j is the placeholder %j', (text, name) => {
  expect(wholePlaceholder(text)).toBe(name);
});

test.each([
  ['{{ a }} and {{ b }}', { names: ['a', 'b'] }],
  ['{{ a | upper }}', { names: [], broken: '{{ a | upper }}' }],
  ['{{ a }} {{ b', { names: ['a'], broken: '{{ b' }],
  ['plain } text { here }}', { names: [] }],
])('placeholders in %j', (text, found) => {
  expect(placeholdersIn(text)).toEqual(found);
});
