const VOUCHERS = { SPRING: 0.1, LOYAL: 0.15 };

/** Gives the discount in cents; a voucher nobody knows gives none. */
export function discountFor(amount, voucher) {
  return Math.round(amount * (VOUCHERS[voucher] ?? 0));
}
