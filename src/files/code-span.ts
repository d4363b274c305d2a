/**
 * Markdown code spans: any text, back-ticks included, written between back-ticks on one line and read back the same.
 * Format: CommonMark 0.31, section 6.1. Not a Markdown parser: everything outside the spans is left as it is.
 */

/** Writes a code span; throws for blank content and for line breaks, which one line cannot hold. */
export function codeSpan(content: string): string {
  if (content.trim() === '' || /[\r\n]/.test(content)) {
    throw new Error(`${JSON.stringify(content)} cannot be written as a code span on one line`);
  }
  const runs = new Set((content.match(/`+/g) ?? []).map((run) => run.length));
  let length = 1;
  while (runs.has(length)) length += 1;
  const padding = /^`|`$|^ [^]* $/.test(content) ? ' ' : '';
  const fence = '`'.repeat(length);
  return fence + padding + content + padding + fence;
}

/** A piece of a line: plain text, a code span, a run of back-ticks that no other run closes, an HTML comment. */
export interface Piece {
  readonly kind: 'text' | 'span' | 'stray' | 'comment' | 'unclosed comment';
  /** For a span: its content without the back-ticks. */
  readonly text: string;
  /** The piece as it stands in the line. */
  readonly raw: string;
}

/** Cuts a line into its pieces; the `raw` parts put together are the line again. */
export function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = [];
  const withoutCloser = new Set<number>();
  const opener = /`+|<!--/g;
  let at = 0;
  for (let match = opener.exec(line); match !== null; match = opener.exec(line)) {
    if (match.index > at) pieces.push(plain(line.slice(at, match.index)));
    const mark = match[0];
    const end = mark === '<!--' ? commentEnd(line, opener.lastIndex) : runEnd(line, opener.lastIndex, mark, withoutCloser);
    at = end ?? (mark === '<!--' ? line.length : opener.lastIndex);
    opener.lastIndex = at;
    const raw = line.slice(match.index, at);
    if (mark === '<!--') pieces.push({ kind: end === undefined ? 'unclosed comment' : 'comment', text: '', raw });
    else if (end === undefined) pieces.push({ kind: 'stray', text: raw, raw });
    else pieces.push({ kind: 'span', text: unpadded(raw.slice(mark.length, -mark.length)), raw });
  }
  if (at < line.length) pieces.push(plain(line.slice(at)));
  return pieces;
}

const plain = (text: string): Piece => ({ kind: 'text', text, raw: text });

function commentEnd(line: string, from: number): number | undefined {
  const end = line.indexOf('-->', from);
  return end === -1 ? undefined : end + 3;
}

/** Finds where the next run of the same length ends; remembers lengths that have none, which keeps long lines linear. */
function runEnd(line: string, from: number, run: string, withoutCloser: Set<number>): number | undefined {
  if (withoutCloser.has(run.length)) return undefined;
  for (let start = line.indexOf(run, from); start !== -1;) {
    let end = start + run.length;
    while (line[end] === '`') end += 1;
    if (end - start === run.length) return end;
    start = line.indexOf(run, end);
  }
  withoutCloser.add(run.length);
  return undefined;
}

function unpadded(content: string): string {
  const padded = content.startsWith(' ') && content.endsWith(' ') && /[^ ]/.test(content);
  return padded ? content.slice(1, -1) : content;
}
