/**
 * What came of a check, from content handed in: reads no file and asks no git. The same input gives the same bytes.
 * Commands are not judged here: they need a process.
 */
import picomatch from 'picomatch';
import type { Check, Result } from '../core/check.ts';
import { sizeText } from '../core/size.ts';
import { unreachable } from '../core/unreachable.ts';
import { comparable, headingsKnownIn, UnreadableMarkdown } from './headings.ts';
import type { FoundFile, Outcome } from './outcome.ts';
import { about, count, fileResult, named, quoted, textIn } from './outcome.ts';
import { placeholdersLeft } from './placeholders.ts';
import { compilePattern } from './pattern.ts';
import { shortList, shown } from './quoted.ts';
import { summaryOutcome } from './summary-check.ts';
import { checklistOutcome } from './task-list.ts';
import { markdownRefusal, syntaxFault } from './syntax.ts';

type TextKind = 'headings' | 'contains' | 'not_contains' | 'matches' | 'not_matches' | 'format' | 'placeholders' | 'summary' | 'checklist';
type TextCheck = Extract<Check, { check: TextKind }>;
export type FileCheck = Extract<Check, { check: 'exists' | 'size' }> | TextCheck;
type CommitsCheck = Extract<Check, { check: 'commits' }>;
type ScopeCheck = Extract<Check, { check: 'scope' }>;

const MAX_SHOWN = 10;

/** Judges one check on one file; undefined means that there is no such file. */
export function evaluateFile(check: FileCheck, found: FoundFile | undefined): Result {
  const judged = (outcome: Outcome): Result => fileResult(check, outcome, expectation(check));
  if (check.check === 'exists' || check.check === 'size') {
    if (found === undefined) return judged({ pass: false, what: 'no such file', measured: 'missing' });
    if ('problem' in found) return judged({ pass: false, what: found.problem, measured: found.problem });
    return judged(check.check === 'size' ? sizeOutcome(check, found.bytes.length) : { pass: true, what: 'exists', measured: 'exists' });
  }
  const read = textIn(found);
  if ('outcome' in read) return judged(read.outcome);
  try {
    return judged(textOutcome(check, read.text));
  } catch (error) {
    if (!(error instanceof UnreadableMarkdown)) throw error;
    return judged({ pass: false, what: `cannot be read: ${error.message}`, measured: 'unreadable' });
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
    ...(outside.length === 0 ? [] : [`changes outside ${check.allow.join(', ')}: ${named(outside)}`]),
    ...(forbidden.length === 0 ? [] : [`changes in ${check.deny.join(', ')}: ${named(forbidden)}`]),
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

function expectation(check: FileCheck): string | number {
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
    case 'not_contains':
      return `without ${check.words.join(', ')}`;
    case 'matches':
      return `/${check.pattern}/`;
    case 'not_matches':
      return `no /${check.pattern}/`;
    case 'format':
      return `valid ${check.format}`;
    case 'placeholders':
      return 'no placeholders';
    case 'summary':
      return check.tokens;
    case 'checklist':
      return 'every MUST item ticked';
    default:
      return unreachable(check);
  }
}

function sizeOutcome(check: Extract<FileCheck, { check: 'size' }>, bytes: number): Outcome {
  const pass = bytes >= (check.min ?? 0) && bytes <= (check.max ?? Infinity);
  const has = `has ${count(bytes, 'byte')}`;
  return { pass, what: pass ? has : `${has}; ${String(expectation(check))} wanted`, measured: bytes };
}

function textOutcome(check: TextCheck, text: string): Outcome {
  switch (check.check) {
    case 'headings':
      return headingsOutcome(check.headings, text);
    case 'contains':
      return wordsOutcome(check.words, text);
    case 'matches':
      return patternOutcome(check.pattern, text);
    case 'not_contains':
      return absenceOutcome(check.words, text);
    case 'not_matches':
      return noMatchOutcome(check.pattern, text);
    case 'placeholders': {
      const [first, ...more] = placeholdersLeft(text, check.file);
      if (first === undefined) return { pass: true, what: 'no placeholders are left', measured: 0 };
      const others = more.length === 0 ? '' : `; ${more.length} more in the file`;
      return { pass: false, what: `${quoted(first.text)} is still to be filled in${others}`, line: first.line, measured: more.length + 1 };
    }
    case 'summary':
      return summaryOutcome(text, check.tokens);
    case 'checklist':
      return checklistOutcome(text, check.heading);
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

function headingsOutcome(wanted: readonly string[], text: string): Outcome {
  const refusal = markdownRefusal(text);
  if (refusal !== undefined) return { pass: false, what: `cannot be read: ${refusal}`, measured: refusal };
  const { found, known } = headingsKnownIn(text);
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
  return wordPattern(word).test(text);
}

function wordPattern(word: string): RegExp {
  const known = wordPatterns.get(word);
  if (known !== undefined) return known;
  const starts = new RegExp(`^${WORD_CHARACTER}`, 'u').test(word) ? `(?<!${WORD_CHARACTER})` : '';
  const ends = new RegExp(`${WORD_CHARACTER}$`, 'u').test(word) ? `(?!${WORD_CHARACTER})` : '';
  const made = new RegExp(starts + word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&') + ends, 'u');
  if (wordPatterns.size < MAX_KEPT) wordPatterns.set(word, made);
  return made;
}

/** Patterns of words that are kept for the next check that looks for the same. */
const MAX_KEPT = 10_000;
const wordPatterns = new Map<string, RegExp>();

function absenceOutcome(words: readonly string[], text: string): Outcome {
  const there = words.filter((word) => hasWord(text, word));
  const [first] = there;
  if (first === undefined) return { pass: true, what: `does not contain ${words.map(quoted).join(', ')}`, measured: 'none' };
  const line = lineAt(text, wordPattern(first).exec(text)?.index ?? 0);
  return { pass: false, what: `contains ${there.map(quoted).join(', ')}`, line, measured: there.join(', ') };
}

function noMatchOutcome(pattern: string, text: string): Outcome {
  const compiled = compilePattern(pattern);
  if ('problem' in compiled) return { pass: false, what: compiled.problem, measured: 'not compiled' };
  const matcher = compiled.regex.matcher(text);
  if (!matcher.find()) return { pass: true, what: `does not match /${shown(pattern)}/`, measured: 'no match' };
  const line = lineAt(text, matcher.start());
  return { pass: false, what: `matches /${shown(pattern)}/, which must not be there`, line, measured: 'match' };
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

function patternOutcome(pattern: string, text: string): Outcome {
  const compiled = compilePattern(pattern);
  if ('problem' in compiled) return { pass: false, what: compiled.problem, measured: 'no match' };
  const matcher = compiled.regex.matcher(text);
  if (!matcher.find()) return { pass: false, what: `does not match /${shown(pattern)}/`, measured: 'no match' };
  const line = lineAt(text, matcher.start());
  return { pass: true, what: `matches /${shown(pattern)}/`, line, measured: 'match' };
}

function globMatcher(globs: readonly string[]): (path: string) => boolean {
  // the flag lets `*` stand for a line break too: a path that holds one must not slip past a glob
  const options = { dot: true, nonegate: true, noextglob: true, flags: 's' };
  const matchers = globs.map((glob) => picomatch(glob.endsWith('/') ? `${glob}**` : glob, options));
  return (path) => matchers.some((matches) => matches(path));
}

const commits = (amount: number): string => count(amount, 'commit');
const headingNames = (headings: readonly string[]): string =>
  `${headings.length === 1 ? 'heading' : 'headings'} ${headings.map(quoted).join(', ')}`;
