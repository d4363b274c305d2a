import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discountFor } from '../src/discount.js';

test('a known voucher reduces the amount', () => {
  assert.equal(discountFor(2000, 'LOYAL'), 300);
});

test('an unknown voucher changes nothing', () => {
  assert.equal(discountFor(2000, 'NOPE'), 0);
});
