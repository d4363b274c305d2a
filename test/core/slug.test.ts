import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slugOf, stemOf } from '../../src/core/slug.ts';

test.each([
  ['src/Tax.service.js', 'src-tax-service-js', 'tax-service'],
  ['Crème brûlée', 'creme-brulee', 'creme-brulee'],
  ['docs/guide/', 'docs-guide', 'guide'],
  ['.env', 'env', 'env'],
  ['税', '', ''],
])('%s has the slug "%s" and the stem "%s"', (text, slug, stem) => {
  expect([slugOf(text), stemOf(text)]).toEqual([slug, stem]);
});

test('a slug is empty or fit for a branch, a file and an id', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      expect(slugOf(text)).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*)?$/);
      expect(slugOf(text).length).toBeLessThanOrEqual(60);
    }),
  );
});
