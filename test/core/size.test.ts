/** Sizes: what people may write, and that what iter writes is read back exactly. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSize, sizeText } from '../../src/core/size.ts';

test('a KB is 1024 bytes, and space and case do not matter', () => {
  const read = ['300 B', '1 KB', '1.5MB', '2 gb', '0 B'].map(parseSize);
  expect(read).toEqual([300, 1024, 1_572_864, 2_147_483_648, 0]);
});

test('text that is no size is undefined', () => {
  const read = ['', '12', 'KB', '-1 KB', '1 kib', '1 TB', '1,5 KB', '1e3 B', '9999999999 GB'].map(parseSize);
  expect(read.filter((size) => size !== undefined)).toEqual([]);
});

test('a size is written in the largest unit that says it exactly', () => {
  expect([0, 300, 1023, 1024, 1500, 1536, 20_480, 1_572_864].map(sizeText)).toEqual([
    '0 B',
    '300 B',
    '1023 B',
    '1 KB',
    '1500 B',
    '1.5 KB',
    '20 KB',
    '1.5 MB',
  ]);
});

test('every written size is read back as the same number', () => {
  fc.assert(fc.property(fc.maxSafeNat(), (bytes) => parseSize(sizeText(bytes)) === bytes));
});
