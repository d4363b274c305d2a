const RATES = { DE: 0.19, FR: 0.2, US: 0 };

/** Gives the tax in cents; throws for a country without a rate. */
export function taxOn(amount, country) {
  const rate = RATES[country];
  if (rate === undefined) throw new RangeError(`no tax rate for "${country}"`);
  return Math.round(amount * rate);
}
