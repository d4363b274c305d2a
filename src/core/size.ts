/** Sizes as people write them, `20 KB`, and the bytes they stand for; a KB is 1024 bytes. */

const UNITS = [
  ['GB', 1024 ** 3],
  ['MB', 1024 ** 2],
  ['KB', 1024],
  ['B', 1],
] as const;

/** Reads `300 B`, `1 KB`, `1.5MB` as whole bytes (rounded); undefined when the text is no size. */
export function parseSize(text: string): number | undefined {
  const [, amount, name] = /^(\d+(?:\.\d+)?)\s*(GB|MB|KB|B)$/i.exec(text.trim()) ?? [];
  const unit = UNITS.find(([candidate]) => candidate === name?.toUpperCase());
  if (amount === undefined || unit === undefined) return undefined;
  const bytes = Math.round(Number(amount) * unit[1]);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Writes whole bytes in the largest unit that says them exactly with at most two decimals; `parseSize` reads it back. */
export function sizeText(bytes: number): string {
  for (const [name, unit] of UNITS) {
    const amount = bytes / unit;
    if (amount >= 1 && Number.isInteger(amount * 100)) {
      const text = `${amount} ${name}`;
      if (parseSize(text) === bytes) return text;
    }
  }
  return `${bytes} B`;
}
