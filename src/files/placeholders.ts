/**
 * Words a text still has where something was to be filled in. The list is documented in docs/criteria.md:
 * TODO, TBD, FIXME and XXX as words in capitals, "lorem ipsum", `{{ … }}`, `<…>`, `<your …>`, `<insert …>` and the like, `<PROJECT NAME>`.
 * In Markdown, code fences, code spans, comments and link targets are not looked at: there such words are often meant.
 */
import { piecesOf } from './code-span.ts';
import { visibleLines } from './visible-lines.ts';

export interface Placeholder {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

const VERBS = 'your|insert|enter|fill|add|replace|put|describe|choose|placeholder|todo|tbd';
const PLACEHOLDER = new RegExp(
  [
    '(?<![\\p{L}\\p{N}_])(?:TODO|TBD|FIXME|XXX)(?![\\p{L}\\p{N}_])',
    '\\blorem ipsum\\b',
    '\\bLorem ipsum\\b',
    '\\{\\{[^{}\\n]{0,200}\\}\\}',
    '<(?:…|\\.\\.\\.)>',
    `<(?:${VERBS})(?:[ _-][^<>\\n=]{0,100})?>`,
    '<[A-Z][A-Z0-9]*(?:[ _-][A-Z0-9]+)+>',
  ].join('|'),
  'gu',
);

/** Every placeholder that is left, in order. */
export function placeholdersLeft(text: string, file: string): Placeholder[] {
  const markdown = /\.(?:md|markdown)$/i.test(file);
  const lines = markdown ? visibleLines(text).lines : text.split(/\r\n|\n|\r/).map((line, index) => ({ line: index + 1, text: line }));
  return lines.flatMap(({ line, text: content }) =>
    [...(markdown ? proseOf(content) : content).matchAll(PLACEHOLDER)].map((match) => ({ line, text: match[0] })),
  );
}

function proseOf(line: string): string {
  return piecesOf(line)
    .map((piece) => (piece.kind === 'text' || piece.kind === 'stray' ? piece.raw : ' '))
    .join('')
    .replace(/\]\([^)\n]*\)/g, '] ');
}
