/** Whether two glob patterns can mean the same path: told without any files, so in doubt it says yes. */

/** False only when no path can match both. `*`, `?` and `**` are understood; braces, brackets and a leading `!` may be anything. */
export function patternsOverlap(one: string, other: string): boolean {
  return sequencesMeet(segmentsOf(one), segmentsOf(other), {
    isMany: (segment) => segment === '**',
    meet: (a, b) => UNCLEAR.test(a) || UNCLEAR.test(b) || sequencesMeet(Array.from(a), Array.from(b), CHARACTERS),
  });
}

const UNCLEAR = /[[\]{}()!+@\\]/;

interface Alphabet {
  /** Stands for any number of items. */
  readonly isMany: (item: string) => boolean;
  readonly meet: (one: string, other: string) => boolean;
}

const CHARACTERS: Alphabet = { isMany: (item) => item === '*', meet: (one, other) => one === other || one === '?' || other === '?' };

/** `src/` is everything below src. */
function segmentsOf(pattern: string): string[] {
  return (pattern.endsWith('/') ? `${pattern}**` : pattern).replace(/^\.\//, '').split('/');
}

/** Whether two sequences with gaps can be the same: a table over their ends, longest first. */
function sequencesMeet(one: readonly string[], other: readonly string[], { isMany, meet }: Alphabet): boolean {
  let below: boolean[] = [];
  for (let row = one.length; row >= 0; row--) {
    const current: boolean[] = [];
    const a = one[row];
    for (let column = other.length; column >= 0; column--) {
      const b = other[column];
      const down = below[column] ?? false;
      const right = current[column + 1] ?? false;
      if (a === undefined && b === undefined) current[column] = true;
      else if (a !== undefined && isMany(a)) current[column] = down || (b !== undefined && right);
      else if (b !== undefined && isMany(b)) current[column] = right || (a !== undefined && down);
      else current[column] = a !== undefined && b !== undefined && meet(a, b) && (below[column + 1] ?? false);
    }
    below = current;
  }
  return below[0] ?? false;
}
