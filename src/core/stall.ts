/**
 * When a running attempt counts as stalled: nothing was written, no file changed, nothing was committed and hardly any computing was done for a while.
 * Pure: what is seen comes in as marks, the time as ISO; who looks, and how, is `engine/health.ts`.
 */

/** What is compared from one look to the next: a sign of work is a mark that is another one. Marks that were not taken say nothing. */
export interface Marks {
  /** Size of the log. */
  readonly output: string;
  /** The uncommitted paths with their sizes and times. */
  readonly files?: string;
  readonly commit?: string;
  /** Seconds of processor time its processes have used. */
  readonly cpu?: number;
}

/** The ISO time at which each sign of work was seen last; the start of the attempt for one that was never seen. */
export interface Signs {
  readonly output: string;
  readonly files: string;
  readonly commit: string;
  readonly cpu: string;
}

export interface Watched {
  readonly marks: Marks;
  readonly signs: Signs;
}

/** Seconds of processor time between two looks that are a sign of work: a program that merely waits uses less. */
const BUSY_SECONDS = 1;

/** An attempt that has just begun to be watched. */
export function watched(marks: Marks, now: string): Watched {
  return { marks, signs: { output: now, files: now, commit: now, cpu: now } };
}

/** What is known after one more look. */
export function looked({ marks: old, signs }: Watched, marks: Marks, now: string): Watched {
  const computed = old.cpu !== undefined && marks.cpu !== undefined && marks.cpu - old.cpu >= BUSY_SECONDS;
  const changed = (name: 'output' | 'files' | 'commit'): boolean =>
    old[name] !== undefined && marks[name] !== undefined && old[name] !== marks[name];
  return {
    // processor time is kept until it adds up to something
    marks: { ...old, ...marks, ...(old.cpu === undefined || computed ? {} : { cpu: old.cpu }) },
    signs: {
      output: changed('output') ? now : signs.output,
      files: changed('files') ? now : signs.files,
      commit: changed('commit') ? now : signs.commit,
      cpu: computed ? now : signs.cpu,
    },
  };
}

/** When the last sign of work was seen. */
export function lastSign({ output, files, commit, cpu }: Signs): string {
  return [output, files, commit, cpu].toSorted().at(-1) ?? output;
}

/** Milliseconds since the last sign of work. */
export function silence(signs: Signs, now: string): number {
  return Date.parse(now) - Date.parse(lastSign(signs));
}

/** The evidence in words, each part with its time. */
export function evidence({ output, files, commit, cpu }: Signs): string {
  return `no output since ${clock(output)}, no file changed since ${clock(files)}, no commit since ${clock(commit)}, less than ${BUSY_SECONDS} s of processor time since ${clock(cpu)}`;
}

const clock = (time: string): string => `${time.slice(11, 19)} UTC`;
