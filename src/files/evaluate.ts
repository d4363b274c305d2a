/**
 * What came of a check, from content handed in: reads no file and asks no git. The same input gives the same bytes.
 * Commands are not judged here: they need a process.
 */
import picomatch from 'picomatch';
import type { Check, Result } from '../core/check.ts';
import { sizeText } from '../core/size.ts';
import { unreachable } from '../core/unreachable.ts';
import { comparable, headingsOf } from './headings.ts';
import { compilePattern } from './pattern.ts';
import { shortList, shown } from './quoted.ts';
import { markdownRefusal, syntaxFault } from './syntax.ts';

export type FileCheck = Extract<Check, { check: 'exists' | 'size' | 'headings' | 'contains' | 'matches' | 'format' }>;
type CommitsCheck = Extract<Check, { check: 'commits' }>;
type ScopeCheck = Extract<Check, { check: 'scope' }>;

/** What stands at the path of a check: its content, or why that is no file to read (`is a symbolic link`, `is a directory`). */
export type FoundFile = { readonly bytes: Uint8Array } | { readonly problem: string };

const MAX_TEXT = 10 * 1_048_576;
const MAX_SHOWN = 10;
const MAX_PATHS = 5;

/** Judges one check on one file; undefined means that there is no such file. */
export function evaluateFile(check: FileCheck, found: FoundFile | undefined): Result {
  if (found === undefined) return fileResult(check, { pass: false, what: 'no such file', measured: 'missing' });
  if ('problem' in found) return fileResult(check, { pass: false, what: found.problem, measured: found.problem });
  switch (check.check) {
    case 'exists':
      return fileResult(check, { pass: true, what: 'exists', measured: 'exists' });
    case 'size':
      return fileResult(check, sizeOutcome(check, found.bytes.length));
    case 'headings':
    case 'contains':
    case 'matches':
    case 'format':
      return fileResult(check, textOutcome(check, found.bytes));
    default:
      return unreachable(check);
  }
}

/** Judges how many commits a branch has. */
export function evaluateCommits(check: CommitsCheck, count: number): Result {
  return {
    ...about(check),
    pass: count >= check.min,
    message: `the branch has ${commits(count)}${count >= check.min ? '' : `; at least ${commits(check.min)} wanted`}`,
    measured: count,
    expected: check.min,
  };
}

/**
 * Judges the paths a branch changes against globs (picomatch, dot files included, `!` and `+(…)` mean themselves).
 * No allowed globs allow everything; a glob that ends in `/` means everything below it.
 */
export function evaluateScope(check: ScopeCheck, changedPaths: readonly string[]): Result {
  const allowed = check.allow.length === 0 ? () => true : globMatcher(check.allow);
  const denied = globMatcher(check.deny);
  const paths = [...new Set(changedPaths)].toSorted();
  const outside = paths.filter((path) => !allowed(path));
  const forbidden = paths.filter((path) => denied(path));
  const complaints = [
    ...(outside.length === 0 ? [] : [`changes outside ${check.allow.join(', ')}: ${pathList(outside)}`]),
    ...(forbidden.length === 0 ? [] : [`changes in ${check.deny.join(', ')}: ${pathList(forbidden)}`]),
  ];
  const rules = [
    ...(check.allow.length === 0 ? [] : [`only ${check.allow.join(', ')}`]),
    ...(check.deny.length === 0 ? [] : [`nothing in ${check.deny.join(', ')}`]),
  ];
  return {
    ...about(check),
    pass: complaints.length === 0,
    message: complaints.length === 0 ? `changes ${count(paths.length, 'path')}, all in scope` : complaints.join('; '),
    measured: new Set([...outside, ...forbidden]).size,
    expected: rules.join(' and '),
  };
}

/** What came of a file check before it is a `Result`: `what` is the message without the place. */
interface Outcome {
  readonly pass: boolean;
  readonly what: string;
  readonly line?: number;
  readonly column?: number;
  readonly measured: string | number;
}

function about(check: Check): Pick<Result, 'id' | 'task' | 'level' | 'check'> {
  return {
    id: check.id,
    ...(check.task === undefined ? {} : { task: check.task }),
    level: check.level,
    check: check.check,
  };
}

function fileResult(check: FileCheck, outcome: Outcome): Result {
  const where = [shown(check.file), outcome.line, outcome.column].filter((part) => part !== undefined).join(':');
  return {
    ...about(check),
    pass: outcome.pass,
    message: `${where}: ${outcome.what}`,
    file: check.file,
    ...(outcome.line === undefined ? {} : { line: outcome.line }),
    measured: outcome.measured,
    expected: expectation(check),
  };
}

function expectation(check: FileCheck): string {
  switch (check.check) {
    case 'exists':
      return 'exists';
    case 'size':
      if (check.max === undefined) return `at least ${sizeText(check.min ?? 0)}`;
      return check.min === undefined ? `at most ${sizeText(check.max)}` : `between ${sizeText(check.min)} and ${sizeText(check.max)}`;
    case 'headings':
      return check.headings.join(', ');
    case 'contains':
      return check.words.join(', ');
    case 'matches':
      return `/${check.pattern}/`;
    case 'format':
      return `valid ${check.format}`;
    default:
      return unreachable(check);
  }
}

function sizeOutcome(check: Extract<FileCheck, { check: 'size' }>, bytes: number): Outcome {
  const pass = bytes >= (check.min ?? 0) && bytes <= (check.max ?? Infinity);
  const has = `has ${count(bytes, 'byte')}`;
  return { pass, what: pass ? has : `${has}; ${expectation(check)} wanted`, measured: bytes };
}

type TextCheck = Extract<FileCheck, { check: 'headings' | 'contains' | 'matches' | 'format' }>;

function textOutcome(check: TextCheck, bytes: Uint8Array): Outcome {
  if (bytes.length > MAX_TEXT) return { pass: false, what: 'is over 10 MB, too much to read as text', measured: bytes.length };
  const text = textOf(bytes);
  if (text === undefined) return { pass: false, what: 'is not UTF-8 text', measured: 'not UTF-8 text' };
  switch (check.check) {
    case 'headings':
      return headingsOutcome(check.headings, text);
    case 'contains':
      return wordsOutcome(check.words, text);
    case 'matches':
      return patternOutcome(check.pattern, text);
    case 'format': {
      const fault = syntaxFault(text, check.format);
      if (fault === undefined) return { pass: true, what: `is valid ${check.format}`, measured: `valid ${check.format}` };
      const what = `not valid ${check.format}: ${shown(fault.what)}`;
      return {
        pass: false,
        what,
        line: fault.line,
        column: fault.column,
        measured: `not valid ${check.format}`,
      };
    }
    default:
      return unreachable(check);
  }
}

function textOf(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function headingsOutcome(wanted: readonly string[], text: string): Outcome {
  const refusal = markdownRefusal(text);
  if (refusal !== undefined) return { pass: false, what: `cannot be read: ${refusal}`, measured: refusal };
  const found = headingsOf(text);
  const known = new Set(found.map(comparable));
  const missing = wanted.filter((heading) => !known.has(comparable(heading)));
  const measured = wanted.filter((heading) => !missing.includes(heading)).join(', ');
  if (missing.length === 0) return { pass: true, what: `has the ${headingNames(wanted)}`, measured };
  const others = found.length === 0 ? 'found no headings' : `found ${shortList(found.map(quoted), MAX_SHOWN)}`;
  return {
    pass: false,
    what: `${headingNames(missing)} ${missing.length === 1 ? 'is' : 'are'} missing; ${others}`,
    measured,
  };
}

function wordsOutcome(words: readonly string[], text: string): Outcome {
  const missing = words.filter((word) => !hasWord(text, word));
  const measured = words.filter((word) => !missing.includes(word)).join(', ');
  const list = (missing.length === 0 ? words : missing).map(quoted).join(', ');
  return missing.length === 0
    ? { pass: true, what: `contains ${list}`, measured }
    : { pass: false, what: `does not contain ${list}`, measured };
}

const WORD_CHARACTER = '[\\p{L}\\p{M}\\p{N}_]';

/** Looks for exactly this text, upper and lower case apart; where it starts or ends with a letter, digit or `_`, a word must start or end there. */
function hasWord(text: string, word: string): boolean {
  const starts = new RegExp(`^${WORD_CHARACTER}`, 'u').test(word) ? `(?<!${WORD_CHARACTER})` : '';
  const ends = new RegExp(`${WORD_CHARACTER}$`, 'u').test(word) ? `(?!${WORD_CHARACTER})` : '';
  return new RegExp(starts + word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') + ends, 'u').test(text);
}

function patternOutcome(pattern: string, text: string): Outcome {
  const compiled = compilePattern(pattern);
  if ('problem' in compiled) return { pass: false, what: compiled.problem, measured: 'no match' };
  const matcher = compiled.regex.matcher(text);
  if (!matcher.find()) return { pass: false, what: `does not match /${shown(pattern)}/`, measured: 'no match' };
  const line = text.slice(0, matcher.start()).split('\n').length;
  return { pass: true, what: `matches /${shown(pattern)}/`, line, measured: 'match' };
}

function globMatcher(globs: readonly string[]): (path: string) => boolean {
  // the flag lets `*` stand for a line break too: a path that holds one must not slip past a glob
  const options = { dot: true, nonegate: true, noextglob: true, flags: 's' };
  const matchers = globs.map((glob) => picomatch(glob.endsWith('/') ? `${glob}**` : glob, options));
  return (path) => matchers.some((matches) => matches(path));
}

const quoted = (text: string): string => (shown(text) === text ? `"${text}"` : shown(text));
const pathList = (paths: readonly string[]): string => shortList(paths.map(shown), MAX_PATHS);
const count = (amount: number, thing: string): string => `${amount} ${thing}${amount === 1 ? '' : 's'}`;
const commits = (amount: number): string => count(amount, 'commit');
const headingNames = (headings: readonly string[]): string =>
  `${headings.length === 1 ? 'heading' : 'headings'} ${headings.map(quoted).join(', ')}`;
