/** Formats: what is valid, and the line of what is not; hostile text ends in an answer, not in a crash. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { syntaxFault } from '../../src/files/syntax.ts';
import { processorSeconds } from '../rig/processor-time.ts';

const place = (text: string, format: 'markdown' | 'yaml' | 'json'): string => {
  const fault = syntaxFault(text, format);
  return fault === undefined ? 'valid' : `${fault.line}:${fault.column} ${fault.what}`;
};

test.each([
  ['', '1:1 the text ends where a value should be'],
  ['{"a": [1, 2', '1:12 the text ends where "," or "]" should be'],
  ['{"a": 1\n "b": 2}', '2:2 found "\\"" where "," or "}" should be'],
  ["{'a': 1}", `1:2 found "'" where a key in double quotes and a colon should be`],
  ['[1,]', '1:4 found "]" where a value should be'],
  ['[01]', '1:3 found "1" where "," or "]" should be'],
  ['"a\nb"', '1:1 found "\\"" where a complete string should be'],
  ['{} // x', '1:4 found "/" where the end should be'],
  ['\uFEFF{"a": [true, null, -1.5e3, "\\u00e9"]}', 'valid'],
])('json %s', (text, answer) => {
  expect(place(text, 'json')).toBe(answer);
});

test('a text is valid json exactly when the engine parses it', () => {
  const piece = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    '1',
    '-',
    '0',
    '.',
    'e',
    'true',
    'null',
    ' ',
    '\n',
    '"\\u00e9"',
    '\u0001',
  );
  const text = fc.oneof(
    fc.json(),
    fc.array(piece).map((pieces) => pieces.join('')),
    fc
      .tuple(fc.json(), piece, fc.nat())
      .map(([json, one, at]) => json.slice(0, at % (json.length + 1)) + one + json.slice(at % (json.length + 1))),
  );
  fc.assert(
    fc.property(text, (json) => {
      expect(syntaxFault(json, 'json') === undefined).toBe(parses(json));
    }),
    { numRuns: 3000 },
  );
});

function parses(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}

test.each([
  ['a: 1\nb: [1, 2\nc: 3', /^3:1 /],
  ['a: 1\n  b: 2', /^1:4 |^2:/],
  ['a: 1\nb: 2\na: 3', /^3:1 the key "a" is there twice$/],
  ['x:\n\t- a', /^2:1 /],
  ['a: *b\nb: &b 1', /^1:4 the alias "\*b" has no anchor before it$/],
  ['a: &b [1]\nc: *b', /^valid$/],
  ['a: 1\n---\nb: 2\n', /^valid$/],
  ['', /^valid$/],
  [`a: |\n  b: c: d\n  "\nc: {d: [e]}\n`, /^valid$/],
])('yaml %s', (text, answer) => {
  expect(place(text, 'yaml')).toMatch(answer);
});

test('yaml of 100 levels is read, of more it is refused before it is parsed', () => {
  const flow = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const block = (depth: number) => Array.from({ length: depth }, (_, level) => `${' '.repeat(level)}a:`).join('\n');
  const refused = 'nested more than 100 levels deep';
  expect([place(flow(99), 'yaml'), place(block(99), 'yaml'), place('- '.repeat(99), 'yaml')]).toEqual(['valid', 'valid', 'valid']);
  expect(
    [flow(102), `a: ${flow(50_000)}`, '{'.repeat(5000), '- '.repeat(102), '? '.repeat(102), 'a: '.repeat(102), ': '.repeat(102)].map(
      (text) => place(text, 'yaml'),
    ),
  ).toEqual(Array.from({ length: 7 }, () => `1:1 ${refused}`));
  expect(place(block(200), 'yaml')).toBe(`100:1 ${refused}`);
  expect(place(block(200).replaceAll('\n', '\n\n# x\n'), 'yaml')).toMatch(new RegExp(`${refused}$`));
});

test('big and repetitive yaml is answered in time', () => {
  const spent = processorSeconds(() => {
    expect(place(Array.from({ length: 70_000 }, (_, index) => `key${index}: 1`).join('\n'), 'yaml')).toBe('valid');
    expect(place('a'.repeat(1_048_577), 'yaml')).toBe('1:1 over 1 MB of YAML');
  });
  expect(spent).toBeLessThan(20);
});

test.each([
  ['# a\n\n```js\nx\n```\n', 'valid'],
  ['# a\n\n```js\nx\n', '3:1 the code fence that starts here is never closed'],
  ['# a\r\n\r\n~~~~\r\n~~~\r\n```\r\n', '3:1 the code fence that starts here is never closed'],
  ['````\nx\n```\n', '1:1 the code fence that starts here is never closed'],
  ['a\n```', '2:1 the code fence that starts here is never closed'],
  ['- a\n\n  ```\n  x\n', '3:1 the code fence that starts here is never closed'],
  ['- a\n\n  ```\n  x\n  ```\n', 'valid'],
  ['> ```\n> x\n', '1:1 the code fence that starts here is never closed'],
  ['a\n\n    ```\n', 'valid'],
  ['---\na: b\n---\n\n```\n', '5:1 the code fence that starts here is never closed'],
  ['---\na: b\na: c\n---\n', '3:1 the key "a" is there twice'],
  ['', 'valid'],
])('markdown %j', (text, answer) => {
  expect(place(text, 'markdown')).toBe(answer);
});

test.each([
  ['>', 100_000],
  ['- ', 100_000],
  ['1. ', 3000],
  ['> - ', 3000],
  ['[', 500_000],
  ['`', 500_000],
  ['|', 500_000],
  ['<!--', 200_000],
  ['# *', 100_000],
])('markdown made of %s repeated %i times is answered in time', (piece, times) => {
  expect(processorSeconds(() => void place(piece.repeat(times), 'markdown'))).toBeLessThan(10);
});

test('markdown nested too deeply is refused', () => {
  const stairs = Array.from({ length: 300 }, (_, level) => `${' '.repeat(level * 2)}- x`).join('\n');
  expect([place('>'.repeat(3000), 'markdown'), place(stairs, 'markdown')]).toEqual(
    Array.from({ length: 2 }, () => '1:1 lists or quotes nested too deeply'),
  );
});
