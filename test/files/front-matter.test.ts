/** Front matter: where it ends and where the body starts. */
import { expect, test } from 'vitest';
import { splitFrontMatter } from '../../src/files/front-matter.ts';

test.each([
  ['---\na: b\n---\nbody', { yaml: 'a: b\n', body: 'body', bodyLine: 4 }],
  ['\uFEFF---\r\na: b\r\n\r\n--- \r\nbody', { yaml: 'a: b\r\n\r\n', body: 'body', bodyLine: 5 }],
  ['---\n---', { yaml: '', body: '', bodyLine: 3 }],
  ['---\na: |\n  ---\n---\n---\n', { yaml: 'a: |\n  ---\n', body: '---\n', bodyLine: 5 }],
  ['---\na: b\n', { body: '---\na: b\n', bodyLine: 1 }],
  ['\n---\na: b\n---\n', { body: '\n---\na: b\n---\n', bodyLine: 1 }],
  ['---- \na\n---\n', { body: '---- \na\n---\n', bodyLine: 1 }],
])('%j is cut at its second line of dashes', (text, parts) => {
  expect(splitFrontMatter(text)).toEqual(parts);
});
