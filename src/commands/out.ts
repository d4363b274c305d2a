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
  process.stdout.write(`${JSON.stringify({ schemaVersion: 1, ...value }, undefined, 2)}\n`);
}

/** Prints one line of a protocol that another program reads. */
export function line(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints progress, warnings and errors. */
export function say(text: string): void {
  process.stderr.write(`${visible(text)}\n`);
}

/** Prints everything that is wrong, one line each. */
export function complain(problems: readonly Problem[]): void {
  for (const problem of problems) say(problemLine(problem));
}
