/**
 * The lines of a Markdown file that count: code fences and HTML comments taken out, line numbers kept.
 * Reads line by line, so that a file half edited still gives its other lines. Does not parse lists, quotes or inline markup.
 */
import { piecesOf } from './code-span.ts';

export interface VisibleLine {
  /** 1-based, in the whole file. */
  readonly line: number;
  /** Without comments and without the line end. */
  readonly text: string;
}

export interface VisibleLines {
  readonly lines: readonly VisibleLine[];
  /** Something opened and never closed: every line below it is hidden. */
  readonly unclosed?: { readonly what: 'code fence' | 'comment'; readonly line: number };
}

/** Lists the lines outside code fences and comments; accepts a BOM and any line end. */
export function visibleLines(text: string): VisibleLines {
  const lines: VisibleLine[] = [];
  let hidden: Hidden | undefined;
  for (const [index, full] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = index + 1;
    if (hidden?.what === 'code fence') {
      if (closes(full, hidden.fence)) hidden = undefined;
      continue;
    }
    const fence = hidden === undefined ? /^\s*(`{3,}(?=[^`]*$)|~{3,})/.exec(full)?.[1] : undefined;
    if (fence !== undefined) {
      hidden = { what: 'code fence', line, fence };
      continue;
    }
    const rest = withoutComments(full, hidden !== undefined);
    if (!rest.open) hidden = undefined;
    else hidden ??= { what: 'comment', line };
    lines.push({ line, text: rest.text });
  }
  return {
    lines,
    ...(hidden === undefined ? {} : { unclosed: { what: hidden.what, line: hidden.line } }),
  };
}

type Hidden =
  | { readonly what: 'code fence'; readonly line: number; readonly fence: string }
  | { readonly what: 'comment'; readonly line: number };

function closes(line: string, fence: string): boolean {
  const run = line.trim();
  return run.length >= fence.length && run === fence.charAt(0).repeat(run.length);
}

/** Drops comments, but not those written inside a code span: a check may look for the text `<!--`. */
function withoutComments(line: string, inside: boolean): { readonly text: string; readonly open: boolean } {
  const end = inside ? line.indexOf('-->') : -3;
  if (end === -1) return { text: '', open: true };
  if (!inside && !line.includes('<!--')) return { text: line, open: false };
  const pieces = piecesOf(line.slice(end + 3));
  const shown = pieces.filter((piece) => piece.kind !== 'comment' && piece.kind !== 'unclosed comment');
  return {
    text: shown.map((piece) => piece.raw).join(''),
    open: pieces.at(-1)?.kind === 'unclosed comment',
  };
}
