/** Writes cents for people: 1999 is "19.99 EUR". */
export function money(cents, code = 'EUR') {
  const sign = cents < 0 ? '-' : '';
  const whole = Math.trunc(Math.abs(cents) / 100);
  return `${sign}${whole}.${String(Math.abs(cents) % 100).padStart(2, '0')} ${code}`;
}
