/** Trouble a person can fix: returned as values, all at once, never thrown one by one. */

export interface Problem {
  /** Path as the person would type it. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based. */
  readonly column?: number;
  /** What is wrong, with the offending value in quotes. */
  readonly what: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** One line for people: `file:line: what; fix`. */
export function problemLine(problem: Problem): string {
  const where = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(':');
  const text = problem.fix === undefined ? problem.what : `${problem.what}; ${problem.fix}`;
  return where === '' ? text : `${where}: ${text}`;
}
