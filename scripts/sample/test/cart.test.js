import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subtotal, total } from '../src/cart.js';

test('quantities count', () => {
  assert.equal(subtotal([{ price: 250, quantity: 3 }, { price: 100 }]), 850);
});

test('an order is reduced first, then taxed, then shipped', () => {
  assert.equal(total({ items: [{ price: 1000 }], voucher: 'SPRING', country: 'DE', grams: 200 }), 900 + 171 + 390);
});
