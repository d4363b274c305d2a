/** The one place that writes to the terminal: results on stdout, everything else on stderr. Foreign text is cleaned before it gets here or on its way out. */
import { problemLine } from '../core/problem.ts';
import type { Problem } from '../core/problem.ts';
import { visible } from '../core/visible.ts';

/** Prints a result for people. */
export function result(text: string): void {
  process.stdout.write(`${visible(text)}\n`);
}

/** Prints a piece of a result; the next one goes on in the same line. */
export function piece(text: string): void {
  process.stdout.write(visible(text));
}

/** Prints the one JSON object of a command. */
export function json(value: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${unseenEscaped(JSON.stringify({ schemaVersion: 1, ...value }, undefined, 2))}\n`);
}

/** JSON leaves DEL, the control characters of 8 bits, which terminals act on, and marks that turn text round as they are; escaped they say the same. */
function unseenEscaped(text: string): string {
  return text.replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Prints progress, warnings and errors. */
export function say(text: string): void {
  process.stderr.write(`${visible(text)}\n`);
}

/** Prints everything that is wrong, one line each. */
export function complain(problems: readonly Problem[]): void {
  for (const problem of problems) say(problemLine(problem));
}
