/** From what was found in a file to the result of a check: the parts all families of checks share. */
import type { Check, Result } from '../core/check.ts';
import { shortList, shown } from './quoted.ts';

/** What stands at the path of a check: its content, or why that is no file to read (`is a symbolic link`, `is a directory`). */
export type FoundFile = { readonly bytes: Uint8Array } | { readonly problem: string };

/** What came of a check before it is a `Result`: `what` is the message without the place. */
export interface Outcome {
  readonly pass: boolean;
  readonly what: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
  readonly measured: string | number;
  readonly caution?: true;
}

type Draft<Whole> = { -readonly [Key in keyof Whole]: Whole[Key] };

/** The part of a result that comes from its check. Assigned key by key: there may be fifty thousand, and objects spread into others take several times as long. */
export function about({ id, task, level, check, hint }: Check): Pick<Result, 'id' | 'task' | 'level' | 'check' | 'hint'> {
  const part: Draft<ReturnType<typeof about>> = { id, level, check };
  if (task !== undefined) part.task = task;
  if (hint !== undefined) part.hint = hint;
  return part;
}

/** The result of a check on a file; its message begins with the place. */
export function fileResult(check: Check & { readonly file: string }, outcome: Outcome, expected: string | number): Result {
  const { pass, what, line, column, measured, caution } = outcome;
  const at = `${line === undefined ? '' : `:${line}`}${column === undefined ? '' : `:${column}`}`;
  const result = about(check) as Draft<Result>;
  result.pass = pass;
  if (caution !== undefined) result.caution = caution;
  result.message = `${shown(check.file)}${at}: ${what}`;
  result.file = check.file;
  if (line !== undefined) result.line = line;
  result.measured = measured;
  result.expected = expected;
  return result;
}

const MAX_TEXT = 10 * 1_048_576;

/** The text of a file, or why it has none: absent, no regular file, over 10 MB, not UTF-8. A file is decoded once. */
export function textIn(found: FoundFile | undefined): { readonly text: string } | { readonly outcome: Outcome } {
  if (found === undefined) return { outcome: { pass: false, what: 'no such file', measured: 'missing' } };
  if ('problem' in found) return { outcome: { pass: false, what: found.problem, measured: found.problem } };
  const { bytes } = found;
  if (bytes.length > MAX_TEXT) return { outcome: { pass: false, what: 'is over 10 MB, too much to read as text', measured: bytes.length } };
  const known = decoded.get(bytes);
  const text = known ?? decode(bytes);
  if (text === undefined) return { outcome: { pass: false, what: 'is not UTF-8 text', measured: 'not UTF-8 text' } };
  decoded.set(bytes, text);
  return { text };
}

const decoded = new WeakMap<Uint8Array, string>();

function decode(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

const MAX_NAMED = 5;

/** Names the first five of a list and counts the others. */
export const named = (texts: readonly string[]): string => shortList(texts.map(shown), MAX_NAMED);
/** A text in quotes. */
export const quoted = (text: string): string => (shown(text) === text ? `"${text}"` : shown(text));
/** `1 commit`, `2 commits`. */
export const count = (amount: number, thing: string): string => `${amount} ${thing}${amount === 1 ? '' : 's'}`;
