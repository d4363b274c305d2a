/** Looks into JSON that somebody else's program wrote: whatever is not there, or is another kind of thing, is undefined. Never throws. */

export type Loose = Readonly<Record<string, unknown>>;

/** The map in this line of text; undefined for anything else. */
export function parseMap(line: string): Loose | undefined {
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    return JSON.parse(line) as Loose;
  } catch {
    return undefined;
  }
}

/** The value at a path of keys: `part.tokens.input`. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path.split('.')) {
    if (typeof found !== 'object' || found === null || Array.isArray(found) || !Object.hasOwn(found, key)) return undefined;
    found = (found as Loose)[key];
  }
  return found;
}

export function textAt(value: unknown, path: string): string | undefined {
  const found = at(value, path);
  return typeof found === 'string' ? found : undefined;
}

/** A number that can be an amount: finite, and not below zero. */
export function amountAt(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : undefined;
}

export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

/** The texts of a list of content blocks, as the APIs of models have them, as one. */
export function textOfBlocks(blocks: readonly unknown[]): string {
  return blocks.flatMap((block) => (textAt(block, 'type') === 'text' ? (textAt(block, 'text') ?? []) : [])).join('');
}
