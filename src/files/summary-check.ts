/** Judges the `## Summary` of a Markdown text: there, not empty, short enough. */
import { headingsKnownIn } from './headings.ts';
import type { Outcome } from './outcome.ts';
import { count } from './outcome.ts';
import { summaryOf, tokensOf } from './summary.ts';
import { markdownRefusal } from './syntax.ts';

/** Tokens are an estimate within a few percent. */
export function summaryOutcome(text: string, most: number): Outcome {
  const refusal = markdownRefusal(text);
  if (refusal !== undefined) return { pass: false, what: `cannot be read: ${refusal}`, measured: refusal };
  const summary = summaryOf(text, Infinity);
  if (summary === undefined) {
    const there = headingsKnownIn(text).known.has('summary');
    return there
      ? { pass: false, what: 'the summary is empty', measured: 0 }
      : { pass: false, what: 'heading "Summary" is missing', measured: 'missing' };
  }
  const tokens = tokensOf(summary.text);
  const has = `the summary has about ${count(tokens, 'token')}`;
  return tokens <= most
    ? { pass: true, what: has, measured: tokens }
    : { pass: false, what: `${has}; at most ${count(most, 'token')} wanted`, measured: tokens };
}
