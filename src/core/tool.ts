/** A program that has to be there, as it is written in a check: `git`, `node >= 20.19`; and versions compared number by number. */

export interface Tool {
  readonly program: string;
  /** The least version, as numbers with dots between. */
  readonly version?: string;
}

/** Reads a tool; names are those of programs on PATH, without a folder. */
export function parseTool(text: string): Tool | { readonly problem: string } {
  const [, program, version] = /^([A-Za-z0-9_][\w.+-]{0,63})(?:\s*>=\s*v?(\d{1,9}(?:\.\d{1,9}){0,5}))?$/.exec(text.trim()) ?? [];
  if (program === undefined) return { problem: `"${text}" is no tool; write a name on PATH, or a name and a version: node >= 20.19` };
  return version === undefined ? { program } : { program, version };
}

/** The first version in what a program said about itself. */
export function versionIn(text: string): string | undefined {
  return /(?<![\d.])\d{1,9}(?:\.\d{1,9}){1,5}/.exec(text)?.[0] ?? /(?<![\w.])v?(\d{1,9})(?![\w.])/.exec(text)?.[1];
}

/** True when `found` is the least version or a later one; numbers that are not there are 0. */
export function isAtLeast(found: string, least: string): boolean {
  const [mine, theirs] = [found, least].map((version) => version.split('.').map(Number));
  const length = Math.max(mine?.length ?? 0, theirs?.length ?? 0);
  for (let at = 0; at < length; at += 1) {
    const difference = (mine?.[at] ?? 0) - (theirs?.[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
