/** A waiver turns a failed check into a debt with a name on it: it passes, and everybody sees why. */
import type { Check, Result } from './check.ts';

/** The result as it counts; one that passes by itself needs no waiver. */
export function waivedResult(check: Pick<Check, 'waived'>, result: Result): Result {
  const { waived } = check;
  if (waived === undefined || result.pass) return result;
  const { caution: _, ...rest } = result;
  return { ...rest, pass: true, waived, message: `${result.message}; waived by ${waived.by}: ${waived.reason}` };
}
