import { discountFor } from './discount.js';
import { shippingFor } from './shipping.js';
import { taxOn } from './tax.js';

/** Adds up the items of an order, in cents. */
export function subtotal(items) {
  return items.reduce((sum, { price, quantity = 1 }) => sum + price * quantity, 0);
}

/** Gives what the customer pays: items, less the discount, plus tax, plus shipping. */
export function total({ items, voucher, country, grams = 0 }) {
  const goods = subtotal(items);
  const reduced = goods - discountFor(goods, voucher);
  return reduced + taxOn(reduced, country) + shippingFor(reduced, grams);
}
