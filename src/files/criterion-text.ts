/** Sentences of criteria about the content of one text: presence, size, words, patterns, format. */
import type { Criterion } from '../core/check.ts';
import { FORMATS } from '../core/check.ts';
import { parseSize, sizeText } from '../core/size.ts';
import { codeSpan } from './code-span.ts';
import type { FileOf, Form } from './criterion-form.ts';
import { fileForm, LIST, spans } from './criterion-form.ts';
import { parsePattern } from './pattern.ts';

type Of<Kind extends Criterion['check']> = Extract<Criterion, { check: Kind }>;

export const exists: Form<Of<'exists'>> = fileForm({
  start: 'exists',
  predicate: 'exists',
  example: 'exists',
  make: (file) => ({ check: 'exists', ...file }),
  write: () => 'exists',
});

export const size: Form<Of<'size'>> = fileForm({
  start: 'is (?:at (?:least|most)|between)',
  predicate: 'is (?:at least (.+)|at most (.+)|between (.+) and (.+))',
  example: 'is at least 1 KB',
  make: sized,
  write: ({ min, max }) => {
    if (min !== undefined && max !== undefined) return `is between ${sizeText(min)} and ${sizeText(max)}`;
    if (min !== undefined) return `is at least ${sizeText(min)}`;
    if (max !== undefined) return `is at most ${sizeText(max)}`;
    throw new Error('a size check without bounds cannot be written');
  },
});

function sized(file: FileOf, [least, most, from, to]: readonly (string | undefined)[]): Criterion | string {
  for (const text of [least, most, from, to]) {
    if (text !== undefined && parseSize(text) === undefined) return `"${text}" is no size in B, KB, MB or GB`;
  }
  const min = parseSize(least ?? from ?? '');
  const max = parseSize(most ?? to ?? '');
  if (min !== undefined && max !== undefined && min > max) return `"${from}" is more than "${to}"`;
  return { check: 'size', ...file, ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
}

export const headings: Form<Of<'headings'>> = fileForm({
  start: 'has the heading',
  predicate: `has the headings? ${LIST}`,
  example: 'has the headings `Summary`, `How to verify`',
  make: (file, _, wanted) => ({ check: 'headings', ...file, headings: wanted }),
  write: (criterion) => `has the headings ${spans(criterion.headings)}`,
});

export const contains: Form<Of<'contains' | 'not_contains'>> = fileForm({
  start: 'contains',
  predicate: `contains ${LIST}`,
  example: 'contains `export`, `rate`',
  make: (file, _, words) => ({ check: 'contains', ...file, words }),
  write: ({ words }) => `contains ${spans(words)}`,
});

export const lacks: Form<Of<'contains' | 'not_contains'>> = fileForm({
  start: 'does not contain',
  predicate: `does not contain (?:${LIST}|\`(?:(?:, ?| or |, or )\`)*)`,
  example: 'does not contain `debugger`, `console.log`',
  make: (file, _, words) => ({ check: 'not_contains', ...file, words }),
  write: ({ words }) => `does not contain ${spans(words)}`,
});

export const matches: Form<Of<'matches' | 'not_matches'>> = fileForm({
  start: 'matches',
  predicate: 'matches `',
  example: 'matches `/text/i` in RE2 syntax',
  make: (file, _, [written = '']) => {
    const parsed = parsePattern(written);
    return 'problem' in parsed ? parsed.problem : { check: 'matches', ...file, pattern: parsed.pattern };
  },
  write: ({ pattern }) => `matches ${codeSpan(`/${pattern}/`)}`,
});

export const differs: Form<Of<'matches' | 'not_matches'>> = fileForm({
  start: 'does not match',
  predicate: 'does not match `',
  example: 'does not match `/text/i` in RE2 syntax',
  make: (file, _, [written = '']) => {
    const parsed = parsePattern(written);
    return 'problem' in parsed ? parsed.problem : { check: 'not_matches', ...file, pattern: parsed.pattern };
  },
  write: ({ pattern }) => `does not match ${codeSpan(`/${pattern}/`)}`,
});

export const format: Form<Of<'format'>> = fileForm({
  start: 'is valid',
  predicate: 'is valid (.+)',
  example: `is valid ${FORMATS.slice(0, -1).join(', ')} or ${FORMATS.at(-1) ?? ''}`,
  make: (file, [word = '']) => {
    const known = FORMATS.find((candidate) => candidate === word.toLowerCase());
    return known === undefined ? `unknown format "${word}"` : { check: 'format', ...file, format: known };
  },
  write: (criterion) => `is valid ${criterion.format}`,
});

export const placeholders: Form<Of<'placeholders'>> = fileForm({
  start: 'has no placeholders?',
  predicate: 'has no placeholders(?: left)?',
  example: 'has no placeholders',
  make: (file) => ({ check: 'placeholders', ...file }),
  write: () => 'has no placeholders',
});

export const summary: Form<Of<'summary'>> = fileForm({
  start: 'has a summary',
  predicate: 'has a summary of at most (\\d{1,9}) tokens?',
  example: 'has a summary of at most 300 tokens',
  make: (file, [tokens]) =>
    Number(tokens) > 0 ? { check: 'summary', ...file, tokens: Number(tokens) } : 'a summary needs room for a token',
  write: ({ tokens }) => `has a summary of at most ${tokens} ${tokens === 1 ? 'token' : 'tokens'}`,
});
