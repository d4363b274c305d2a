/**
 * Where the tables of a Markdown text are, and which characters each of their cells occupies.
 * GFM's rules, with one exception for rows: a line without a pipe ends a table, so prose glued below one is never taken for a row.
 * A scanner of its own because edits need offsets into the text as it is on disk, and because it stays linear on whatever an agent wrote.
 * What the cells mean is `plan.ts`.
 */

export interface Line {
  /** 1-based. */
  readonly number: number;
  /** Offset of the first character; a byte order mark is before it. */
  readonly start: number;
  /** Offset behind the last character, before the line ending. */
  readonly end: number;
  /** Offset of the next line; equal to `end` on a last line without line ending. */
  readonly next: number;
  readonly text: string;
  /** `code` is inside a fence, `html` inside a comment or a block like `<pre>`; their first and last lines included. */
  readonly kind: LineKind;
}

export interface Cell {
  /** Offsets of what stands between two pipes, padding included. */
  readonly start: number;
  readonly end: number;
  /** Trimmed, `\|` read as `|`. */
  readonly text: string;
}

export interface Row {
  readonly line: Line;
  readonly cells: readonly Cell[];
}

export interface Table {
  readonly header: Row;
  /** The row of dashes. */
  readonly ruler: Row;
  readonly rows: readonly Row[];
}

export type LineKind = 'plain' | 'code' | 'html';

/** What hides the lines after an opening fence or tag, until `ends` says it is over. */
export interface Hiding {
  readonly kind: 'code' | 'html';
  /** `last`: this line is the last hidden one. `before`: it is already visible again. */
  readonly ends: (text: string) => 'no' | 'last' | 'before';
}

/** Splits at LF, CRLF and CR, and marks what a Markdown renderer would not read as prose or table. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  let hiding: Hiding | undefined;
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (const ending of text.matchAll(/\r\n|\n|\r|$/g)) {
    const end = ending.index;
    const next = end + ending[0].length;
    if (end === next && start === end && lines.length > 0) break; // nothing behind the last line ending
    const content = text.slice(start, end);
    const seen = look(content, hiding);
    hiding = seen.hiding;
    lines.push({ number: lines.length + 1, start, end, next, text: content, kind: seen.kind });
    start = next;
  }
  return lines;
}

/** Classifies one line, given what the lines above have left open. */
export function look(text: string, hiding: Hiding | undefined): { readonly kind: LineKind; readonly hiding: Hiding | undefined } {
  const end = hiding?.ends(text);
  if (hiding !== undefined && end !== 'before') return { kind: hiding.kind, hiding: end === 'last' ? undefined : hiding };
  const opened = openedFence(text) ?? openedHtml(text);
  if (opened === undefined) return { kind: 'plain', hiding: undefined };
  const atOnce = opened.kind === 'html' && opened.ends(text) === 'last';
  return { kind: opened.kind, hiding: atOnce ? undefined : opened };
}

/** A fence behind any quote and list markers; in a list or quote it also ends where that ends. */
function openedFence(text: string): Hiding | undefined {
  if (!text.includes('```') && !text.includes('~~~')) return undefined;
  const match = /^([ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+|>[ \t]*)*)(`{3,}(?![^]*`)|~{3,})/.exec(text);
  const [, prefix = '', fence = ''] = match ?? [];
  if (fence === '') return undefined;
  const quoted = prefix.includes('>');
  const listed = !quoted && (prefix.trim() !== '' || prefix.length > 3);
  const deepest = (prefix.length > 3 ? prefix.length : 0) + 3;
  return {
    kind: 'code',
    ends: (line) => {
      if (quoted && !/^ {0,3}>/.test(line)) return 'before';
      if (listed && /^ ?[^ \t]/.test(line)) return 'before';
      const [, indent = '', closing = ''] = /^([ \t>]*)(`{3,}|~{3,})[ \t]*$/.exec(line) ?? [];
      return closing.startsWith(fence) && indent.length <= deepest ? 'last' : 'no';
    },
  };
}

const HTML_BLOCKS = [
  { opens: /^ {0,3}<!--/, closes: /-->/ },
  { opens: /^ {0,3}<(?:pre|script|style|textarea)(?:[\s>]|$)/i, closes: /<\/(?:pre|script|style|textarea)>/i },
] as const;

function openedHtml(text: string): Hiding | undefined {
  const block = HTML_BLOCKS.find(({ opens }) => opens.test(text));
  if (block === undefined) return undefined;
  return { kind: 'html', ends: (line) => (block.closes.test(line) ? 'last' : 'no') };
}

/** All tables at the top level, in order; `lines` may have gaps where the caller left lines out. */
export function tablesIn(lines: readonly Line[]): Table[] {
  const tables: Table[] = [];
  for (let at = 0; at + 1 < lines.length; at += 1) {
    const header = rowAt(lines[at]);
    const ruler = rowAt(lines[at + 1]);
    if (header === undefined || ruler === undefined || /^(?: {4}| {0,3}\t)/.test(header.line.text)) continue;
    if (ruler.cells.length !== header.cells.length || !isRuler(ruler)) continue;
    const rows: Row[] = [];
    for (at += 2; at < lines.length; at += 1) {
      const row = rowAt(lines[at]);
      if (row === undefined) break;
      rows.push(row);
    }
    tables.push({ header, ruler, rows });
    at -= 1;
  }
  return tables;
}

/** True for a row of dashes with optional colons. */
function isRuler(row: Row): boolean {
  return row.cells.every((cell) => /^:?-+:?$/.test(cell.text));
}

const OTHER_BLOCK = /^ {0,3}(?:#{1,6}(?:[ \t]|$)|>|[-*+][ \t]|\d{1,9}[.)][ \t])/;

/** The line as a table row, or nothing when it has no pipe, is hidden, or starts another block. */
export function rowAt(line: Line | undefined): Row | undefined {
  if (line === undefined || line.kind !== 'plain' || !line.text.includes('|') || OTHER_BLOCK.test(line.text)) return undefined;
  const cells = cellsOf(line);
  return cells.length === 0 ? undefined : { line, cells };
}

/** Splits at every pipe without a backslash right before it, code spans included: as GFM does. */
function cellsOf(line: Line): Cell[] {
  const pipes = [...line.text.matchAll(/(?<!\\)\|/g)].map((match) => match.index);
  if (pipes.length === 0) return [];
  const starts = [0, ...pipes.map((pipe) => pipe + 1)];
  const ends = [...pipes, line.text.length];
  const cells = starts.map((start, index) => {
    const end = ends[index] ?? start;
    return { start: line.start + start, end: line.start + end, text: unescaped(line.text.slice(start, end)) };
  });
  const first = cells[0]?.text === '' ? 1 : 0;
  const last = cells.at(-1)?.text === '' ? -1 : cells.length;
  return cells.slice(first, last);
}

function unescaped(text: string): string {
  return text.trim().replaceAll('\\|', '|');
}

/** A value as it may stand in a cell: on one line, its pipes escaped. */
export function escaped(value: string): string {
  return value
    .replace(/\s*[\r\n]\s*/g, ' ')
    .trim()
    .replaceAll('|', '\\|');
}

/** Header text without case, emphasis and doubled spaces, so that `**Task  ID**` is found as "Task ID". */
export function columnKey(text: string): string {
  return text.replace(/[*_`]/g, '').trim().replace(/\s+/g, ' ').toLowerCase();
}

/** Position of a column, or -1. */
export function columnOf(header: Row, name: string): number {
  return header.cells.findIndex((cell) => columnKey(cell.text) === columnKey(name));
}

/**
 * The characters of a cell with another value in it, padding kept.
 * A cell as wide as the dashes above it (`width`) keeps that width while there is room; any other just takes the value.
 */
export function refilled(cell: string, value: string, width: number): string {
  const word = cell.trim();
  const before = word === '' ? cell.slice(0, 1) : cell.slice(0, cell.indexOf(word));
  const after = cell.slice(before.length + word.length);
  const least = before.length + value.length + (before === '' ? 0 : 1);
  const fits = cell.length === width && least <= width && /^ *$/.test(after);
  const filled = fits ? (before + value).padEnd(width) : before + value + after;
  return filled.endsWith('\\') ? `${filled} ` : filled; // else it would escape the pipe
}
