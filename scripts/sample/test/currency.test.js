import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money } from '../src/currency.js';

test('cents keep their leading zero', () => {
  assert.equal(money(1905), '19.05 EUR');
});

test('a debt has one sign', () => {
  assert.equal(money(-50, 'USD'), '-0.50 USD');
});
