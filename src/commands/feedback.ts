/** What a person says to the next attempt: the text itself, or the file behind an @. */
import { resolve } from 'node:path';
import type { Problem } from '../core/problem.ts';
import { readText } from '../effects/disk.ts';

/** The words, nothing when there are none, or what is wrong. */
export function feedbackOf(given: string | undefined, directory: string): string | Problem | undefined {
  if (given === undefined || !given.startsWith('@')) return given;
  const file = given.slice(1);
  const text = readText(resolve(directory, file));
  return text ?? { file, what: 'there is no such file', fix: 'check the path given with --feedback' };
}
