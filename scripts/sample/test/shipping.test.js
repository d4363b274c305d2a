import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shippingFor } from '../src/shipping.js';

test('heavier parcels cost more', () => {
  assert.deepEqual([shippingFor(1000, 1000), shippingFor(1000, 1001), shippingFor(1000, 9000)], [390, 590, 990]);
});

test('large orders travel free', () => {
  assert.equal(shippingFor(5000, 9000), 0);
});
