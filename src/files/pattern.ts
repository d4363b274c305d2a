/** Regular expressions that people write in criteria: RE2 syntax, so that none of them can hang the program. */
import { RE2JS } from 're2js';

const MAX_LENGTH = 1000;
/** Compiled patterns that are kept for the next check that has the same. */
const MAX_KEPT = 1000;
const compiledPatterns = new Map<string, RE2JS>();

/** Reads `/text/flags` (flags i, m, s) as a pattern with its flags in front: `/a/i` is `(?i)a`. */
export function parsePattern(written: string): { readonly pattern: string } | { readonly problem: string } {
  const [, body, flags] = /^\/([^]+)\/([A-Za-z]*)$/.exec(written) ?? [];
  if (body === undefined || flags === undefined) return { problem: `"${written}" is no pattern between slashes` };
  const unknown = /[^ims]/.exec(flags)?.[0];
  if (unknown !== undefined) return { problem: `unknown flag "${unknown}" after the pattern; use i, m or s` };
  const pattern = flags === '' ? body : `(?${[...new Set(flags)].join('')})${body}`;
  if (pattern.length > MAX_LENGTH) return { problem: `the pattern is longer than ${MAX_LENGTH} characters` };
  const compiled = compilePattern(pattern);
  return 'problem' in compiled ? compiled : { pattern };
}

/** Compiles a pattern; one that RE2 does not accept (look-arounds, back-references, bad syntax) is a problem. */
export function compilePattern(pattern: string): { readonly regex: RE2JS } | { readonly problem: string } {
  const known = compiledPatterns.get(pattern);
  if (known !== undefined) return { regex: known };
  try {
    const regex = RE2JS.compile(pattern);
    if (compiledPatterns.size < MAX_KEPT) compiledPatterns.set(pattern, regex);
    return { regex };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return {
      problem: `the pattern does not compile: ${error.message.replace(/^error parsing regexp: /, '')}`,
    };
  }
}
