/**
 * What agents keep for each other: a key like `plan.tasks` is the file `context/plan/tasks.txt` of the iteration.
 * A value is replaced whole; of writers at the same moment the last one wins, and every value that was replaced lies in `.run/history/context/`.
 */
import { join } from 'node:path';
import type { Problem } from '../core/problem.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { acquire } from '../effects/lock.ts';
import { giveSecondName, writeAtomic } from '../effects/replace-file.ts';
import type { Iteration } from './iteration.ts';

const FOLDER = 'context';
const SUFFIX = '.txt';
/** Milliseconds: many agents may set the same key at the same moment, and none of them is turned away. */
const PATIENCE = 300_000;
/** `given` belongs to the files a person gave with the iteration. */
const KEY = /^(?!given(?:\.|$))[a-z0-9_-]{1,64}(?:\.[a-z0-9_-]{1,64}){0,7}$/;

/** What is wrong with a key; undefined when nothing is. */
export function keyProblem(key: string): Problem | undefined {
  if (KEY.test(key)) return undefined;
  const fix = 'use words of small letters, digits, - and _, with dots between them, as in plan.tasks; "given" is taken';
  return { what: `bad key "${key}"`, fix };
}

/** The value of a key; undefined when nobody has set it. */
export function getContext(iteration: Iteration, key: string): string | undefined {
  return keyProblem(key) === undefined ? readText(fileOf(iteration, key)) : undefined;
}

/** Every key that has a value, sorted. */
export function contextKeys(iteration: Iteration): string[] {
  return listFiles(join(iteration.directory, FOLDER))
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length).replaceAll('/', '.'))
    .filter((key) => keyProblem(key) === undefined);
}

/** Sets a value; gives what is wrong with the key instead. The value is on disk when the promise resolves. */
export async function setContext(iteration: Iteration, key: string, value: string): Promise<Problem | undefined> {
  const problem = keyProblem(key);
  if (problem !== undefined) return problem;
  const file = fileOf(iteration, key);
  const lock = await acquire(join(iteration.directory, '.run', 'locks', `context-${key}.lock`), { wait: PATIENCE, what: `set ${key}` });
  try {
    const before = readText(file);
    if (before === value) return undefined;
    // a second name costs no write; the replacement below leaves the old file to it
    if (before !== undefined) giveSecondName(file, join(iteration.directory, '.run', 'history', FOLDER, key));
    writeAtomic(file, value);
  } finally {
    lock.release();
  }
  return undefined;
}

const fileOf = (iteration: Iteration, key: string): string => join(iteration.directory, FOLDER, ...key.split('.')) + SUFFIX;
