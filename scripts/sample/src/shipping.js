const FREE_FROM = 5000;
const PARCELS = [
  { upTo: 1000, cents: 390 },
  { upTo: 5000, cents: 590 },
  { upTo: Infinity, cents: 990 },
];

/** Gives the cost of shipping in cents; large orders travel free. */
export function shippingFor(amount, grams) {
  if (amount >= FREE_FROM) return 0;
  return PARCELS.find((parcel) => grams <= parcel.upTo).cents;
}
