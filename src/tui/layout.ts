/** What fits into a terminal of a given size: columns that are dropped before anything wraps, rows that scroll. Pure; draws nothing. */

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Below this there is only a summary line. */
const SMALLEST: Size = { columns: 60, rows: 10 };
/** From this height on blank lines part the blocks, and each decision shows its options. */
const ROOMY_ROWS = 16;

export type ColumnName = 'id' | 'title' | 'role' | 'agent' | 'state' | 'time' | 'doing';

export interface Column {
  readonly name: ColumnName;
  readonly heading: string;
  /** Cells, one blank towards the next column included. */
  readonly width: number;
}

/** Cells before the first column, for the mark of the selected row. */
export const MARK = 2;

/** True when there is only room for a summary line. */
export function isTiny(size: Size): boolean {
  return size.columns < SMALLEST.columns || size.rows < SMALLEST.rows;
}

function isRoomy(size: Size): boolean {
  return size.rows >= ROOMY_ROWS;
}

/** Lines a frame may have: one less than the terminal, so that the cursor below it never scrolls the screen. */
export function frameHeight(size: Size): number {
  return Math.max(1, size.rows - 1);
}

/** Lines between the header and the footer. */
export function middleHeight(size: Size): number {
  return frameHeight(size) - 1 - gapHeight(size) - FOOTER_LINES;
}

/** Blank lines below the header. */
export const gapHeight = (size: Size): number => (isRoomy(size) ? 1 : 0);

/** Lines that the footer takes. */
export const FOOTER_LINES = 2;

export interface ListSize {
  /** Decisions that are shown; the rest is counted. */
  readonly shown: number;
  readonly withOptions: boolean;
}

/** Decisions get up to about a third of the height below the header. */
export function listSize(height: number): ListSize {
  const withOptions = height >= 12;
  return { withOptions, shown: Math.max(1, Math.floor((height / 3 - 1) / (withOptions ? 2 : 1))) };
}

/** Lines that so many decisions take. */
export function linesOf(count: number, { shown, withOptions }: ListSize): number {
  if (count === 0) return 0;
  return 1 + Math.min(count, shown) * (withOptions ? 2 : 1);
}

/** Cells the longest id takes; ids are plain. */
export const longestIdOf = (tasks: readonly { readonly id: string }[]): number => Math.max(0, ...tasks.map((task) => task.id.length));

/** Columns for a terminal so wide, together with the mark exactly as wide as it; `longestId` in cells. */
export function columnsFor(width: number, longestId: number): Column[] {
  const id: Column = { name: 'id', heading: 'task', width: Math.max(5, longestId + 1) };
  const state: Column = { name: 'state', heading: 'state', width: 18 };
  const time: Column = { name: 'time', heading: 'for', width: 7 };
  const role: Column = { name: 'role', heading: 'role', width: width < 100 ? 11 : 16 };
  const agent: Column = { name: 'agent', heading: 'agent', width: 12 };
  const worker = width < 72 ? [] : width < 100 ? [role] : [role, agent];
  const left = width - MARK - [id, state, time, ...worker].reduce((sum, column) => sum + column.width, 0);
  const titleWidth = width < 80 ? left : Math.min(48, Math.floor(left / 2));
  const title: Column = { name: 'title', heading: 'title', width: titleWidth };
  const doing: Column = { name: 'doing', heading: 'last line', width: left - titleWidth };
  return [id, title, ...worker, state, time, ...(doing.width === 0 ? [] : [doing])];
}

export interface Span {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/** The rows of a table of `length` that stand in `height` lines, heading and, if there are more, their count included. */
export function rowsIn(height: number, selected: number, length: number): Span {
  const room = Math.max(1, height - 1);
  return spanAround(selected, length, length > room ? Math.max(1, room - 1) : room);
}

/** The stretch of `length` rows to show in `height` lines so that row `selected` is among them. */
export function spanAround(selected: number, length: number, height: number): Span {
  if (length <= height) return { first: 0, end: length };
  const first = Math.min(Math.max(0, selected - Math.floor(height / 2)), length - height);
  return { first, end: first + height };
}
