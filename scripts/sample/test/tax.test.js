import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taxOn } from '../src/tax.js';

test('every country has its rate', () => {
  assert.deepEqual([taxOn(1000, 'DE'), taxOn(1000, 'FR'), taxOn(1000, 'US')], [190, 200, 0]);
});

test('a country without a rate is an error', () => {
  assert.throws(() => taxOn(1000, 'XX'), RangeError);
});
