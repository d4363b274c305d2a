/**
 * INTER_AGENT_MESSAGES.md: blocks between lines of three dashes, appended and never changed. Does not append; that is the caller's one write.
 *
 * A block is `KEY: value` lines, an empty line and `MESSAGE: text`; everything behind MESSAGE up to the closing dashes is text.
 * A block without MESSAGE has its text behind the first line that is no field, as handoffs have.
 * In the text a backslash goes before a line that is three dashes or looks like a field, before an empty line at either end, and before
 * any such line that already has backslashes. Reading takes one backslash off, so a text comes back as it was and cannot end its block.
 */
import { taskId, type TaskId } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { look, type Hiding } from './table.ts';

export const MESSAGE_TYPES = ['Handoff', 'Blocker', 'Question', 'Update', 'Directive'] as const;
export const MESSAGE_STATUSES = ['Sent', 'Acknowledged', 'Resolved'] as const;
export const MESSAGE_PRIORITIES = ['Low', 'Medium', 'High', 'Critical'] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];
export type MessagePriority = (typeof MESSAGE_PRIORITIES)[number];

export interface Message {
  readonly from: string;
  /** An agent's instance name, a role, a task, `All` or `Orchestrator`. */
  readonly to: string;
  readonly type: MessageType;
  readonly task?: TaskId;
  /** ISO 8601. */
  readonly timestamp: string;
  readonly status: MessageStatus;
  readonly priority?: MessagePriority;
  readonly deadline?: string;
  /** What iter calls it; see `message-threads.ts` for one that has none. */
  readonly id?: string;
  /** The message this one answers, or whose status it says. */
  readonly ref?: string;
  /** Any text; its line endings are LF. */
  readonly text: string;
}

/** The block to append. It begins with a line ending, so that it stands on its own even behind a file that lacks its last one. */
export function renderMessage(message: Message): string {
  const fields = FIELDS.flatMap((field) => {
    const value = oneLine(message[PROPERTY[field]] ?? '');
    return value === '' ? [] : [`${field}: ${value}`];
  });
  const text = message.text === '' ? 'MESSAGE:' : `MESSAGE: ${guarded(message.text)}`;
  return ['', '---', ...fields, '', text, '---', ''].join('\n');
}

/** Reads every block it can; a block that breaks the form is left out and has a problem for each thing wrong with it. */
export function parseMessages(
  text: string,
  file: string,
): { readonly messages: readonly Message[]; readonly problems: readonly Problem[] } {
  const { messages, problems } = readMessages(text, file);
  return { messages, problems };
}

/** A part of the file that is no message: its text and everything wrong with it. */
export interface MalformedBlock {
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** The messages, every problem in the order of lines, and what the problems are about piece by piece. */
export function readMessages(
  text: string,
  file: string,
): { readonly messages: readonly Message[]; readonly problems: readonly Problem[]; readonly malformed: readonly MalformedBlock[] } {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const { blocks, problems } = blocksIn(lines);
  const messages: Message[] = [];
  // what is outside of a block has its one line to show, a block that never ends all the rest
  const malformed: MalformedBlock[] = problems.map((problem) => {
    const from = (problem.line ?? 1) - 1;
    return {
      text: (problem.what === NO_END ? lines.slice(from) : lines.slice(from, from + 1)).join('\n'),
      problems: [{ file, ...problem }],
    };
  });
  for (const block of blocks) {
    const read = readBlock(block);
    if (read.message !== undefined) messages.push(read.message);
    problems.push(...read.problems);
    if (read.problems.length > 0)
      malformed.push({ text: block.lines.join('\n'), problems: read.problems.map((problem) => ({ file, ...problem })) });
  }
  const sorted = problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { messages, problems: sorted.map((problem) => ({ file, ...problem })), malformed };
}

const NO_END = 'the message has no end';

const FIELDS = ['FROM', 'TO', 'TYPE', 'TASK', 'TIMESTAMP', 'STATUS', 'PRIORITY', 'DEADLINE', 'ID', 'REF'] as const;
type Field = (typeof FIELDS)[number];
const PROPERTY = {
  FROM: 'from',
  TO: 'to',
  TYPE: 'type',
  TASK: 'task',
  TIMESTAMP: 'timestamp',
  STATUS: 'status',
  PRIORITY: 'priority',
  DEADLINE: 'deadline',
  ID: 'id',
  REF: 'ref',
} as const satisfies Record<Field, keyof Message>;

const DASHES = /^---[ \t]*$/;
const FIELD_LINE = /^(FROM|TO|TYPE|TASK|TIMESTAMP|STATUS|PRIORITY|DEADLINE|ID|REF|MESSAGE):/;
/** Lines that would end the block or pass for a field, with or without backslashes before them. */
const RISKY = /^\\*(?:---[ \t]*$|(?:FROM|TO|TYPE|TASK|TIMESTAMP|STATUS|PRIORITY|DEADLINE|ID|REF|MESSAGE):)/;

function oneLine(value: string): string {
  return value.replace(/\s+/g, ' ').trim();
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}

function guarded(text: string): string {
  const lines = text.split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => !isBlank(line));
  const last = lines.findLastIndex((line) => !isBlank(line));
  const guard = (line: string, index: number): string => {
    const atAnEnd = isBlank(line) && (first === -1 || index < first || index > last);
    return atAnEnd || RISKY.test(line) || /^\\+\s*$/.test(line) ? `\\${line}` : line;
  };
  return lines.map(guard).join('\n');
}

function unguarded(lines: readonly string[]): string {
  const first = lines.findIndex((line) => !isBlank(line));
  const last = lines.findLastIndex((line) => !isBlank(line));
  if (first === -1) return '';
  return lines
    .slice(first, last + 1)
    .map((line) => (line.startsWith('\\') && (RISKY.test(line) || /^\\+\s*$/.test(line)) ? line.slice(1) : line))
    .join('\n');
}

/** The lines between two lines of dashes; `line` is the 1-based number of the first of them. */
interface Block {
  readonly line: number;
  readonly lines: readonly string[];
}

/**
 * Dashes open a block when a field follows; the next dashes close it, and may open another. Everything else is free text, in which
 * code fences and comments are skipped. Inside a block they are not, so that one that is never closed cannot swallow the messages below.
 */
function blocksIn(lines: readonly string[]): { readonly blocks: readonly Block[]; readonly problems: Problem[] } {
  const blocks: Block[] = [];
  const problems: Problem[] = [];
  let hiding: Hiding | undefined;
  let hiddenFrom = 0;
  let stray = false;
  for (let at = 0; at < lines.length; at += 1) {
    const text = lines[at] ?? '';
    const seen = look(text, hiding);
    if (seen.hiding !== hiding) hiddenFrom = at + 1;
    hiding = seen.hiding;
    if (seen.kind !== 'plain' || isBlank(text)) continue;
    if (!DASHES.test(text) || !fieldFollows(lines, at + 1)) {
      const allowed = blocks.length === 0 || DASHES.test(text) || /^ {0,3}#/.test(text);
      if (!allowed && !stray) problems.push(strayProblem(at + 1));
      stray = !allowed;
      continue;
    }
    stray = false;
    const end = nextDashes(lines, at + 1);
    if (end === undefined) {
      problems.push({ line: at + 1, what: NO_END, fix: 'close it with a line "---"' });
      break;
    }
    blocks.push({ line: at + 2, lines: lines.slice(at + 1, end) });
    at = end - 1; // the closing dashes are looked at again: they may open the next block
  }
  if (hiding !== undefined) problems.push(hiddenProblem(hiding, hiddenFrom));
  return { blocks, problems };
}

function fieldFollows(lines: readonly string[], from: number): boolean {
  let at = from;
  while (at < lines.length && isBlank(lines[at] ?? '')) at += 1;
  return FIELD_LINE.test(lines[at] ?? '');
}

function nextDashes(lines: readonly string[], from: number): number | undefined {
  let at = from;
  while (at < lines.length && !DASHES.test(lines[at] ?? '')) at += 1;
  return at < lines.length ? at : undefined;
}

function hiddenProblem(hiding: Hiding, line: number): Problem {
  const what = hiding.kind === 'code' ? 'code fence' : 'comment or HTML block';
  return { line, what: `the ${what} is never closed and hides every message below it`, fix: 'close it' };
}

function strayProblem(line: number): Problem {
  return {
    line,
    what: 'text outside of any message',
    fix: 'put it between "---" lines with its fields, or write "\\---" where a message has dashes of its own',
  };
}

type Fields = ReadonlyMap<Field, { readonly value: string; readonly line: number }>;

function readBlock(block: Block): { readonly message?: Message; readonly problems: readonly Problem[] } {
  const { fields, text, problems } = fieldsAndText(block);
  const valueOf = (field: Field): string => fields.get(field)?.value ?? '';
  const report = (field: Field, what: string, fix: string): void => {
    problems.push({ line: fields.get(field)?.line ?? block.line, what, fix });
  };
  const oneOf = <Word extends string>(field: Field, words: readonly Word[]): Word | undefined => {
    const value = valueOf(field);
    const known = words.find((word) => word === value);
    if (known === undefined && value !== '') report(field, `unknown ${field} "${value}"`, didYouMean(value, words));
    return known;
  };

  for (const field of ['FROM', 'TO', 'TYPE', 'TIMESTAMP', 'STATUS'] as const) {
    if (valueOf(field) === '') report(field, `the message has no ${field}`, `add a line "${field}: ..."`);
  }
  const type = oneOf('TYPE', MESSAGE_TYPES);
  const status = oneOf('STATUS', MESSAGE_STATUSES);
  const priority = oneOf('PRIORITY', MESSAGE_PRIORITIES);
  const [task, timestamp, deadline] = [valueOf('TASK'), valueOf('TIMESTAMP'), valueOf('DEADLINE')];
  const [id, ref] = [valueOf('ID'), valueOf('REF')];
  if (task !== '' && !/^T[1-9][0-9]*$/.test(task)) report('TASK', `bad task id "${task}"`, 'use T and a number, as in T1');
  if (timestamp !== '' && !isMoment(timestamp)) {
    report('TIMESTAMP', `bad time "${timestamp}"`, 'write it as in 2026-01-10T12:00:00Z');
  }
  if (text === undefined) problems.push({ line: block.line, what: 'the message has no MESSAGE', fix: 'add a line "MESSAGE: ..."' });
  if (problems.length > 0 || type === undefined || status === undefined || text === undefined) return { problems };

  const message: Message = {
    from: valueOf('FROM'),
    to: valueOf('TO'),
    type,
    ...(task === '' ? {} : { task: taskId(task) }),
    timestamp,
    status,
    ...(priority === undefined ? {} : { priority }),
    ...(deadline === '' ? {} : { deadline }),
    ...(id === '' ? {} : { id }),
    ...(ref === '' ? {} : { ref }),
    text,
  };
  return { message, problems };
}

/** Fields up to MESSAGE, or up to the first line that is none; before the first gap an unknown `KEY:` is skipped. */
function fieldsAndText({ line: firstLine, lines }: Block): {
  readonly fields: Fields;
  readonly text: string | undefined;
  readonly problems: Problem[];
} {
  const fields = new Map<Field, { readonly value: string; readonly line: number }>();
  const problems: Problem[] = [];
  let gap = false;
  for (const [at, content] of lines.entries()) {
    const line = firstLine + at;
    const name = FIELD_LINE.exec(content)?.[1];
    if (name === 'MESSAGE') {
      const first = content.slice('MESSAGE:'.length).replace(/^ /, '');
      return { fields, text: unguarded([first, ...lines.slice(at + 1)]), problems };
    }
    if (name !== undefined) {
      const field = name as Field;
      if (fields.has(field)) problems.push({ line, what: `the message has two fields ${field}`, fix: 'keep one of them' });
      fields.set(field, { value: content.slice(name.length + 1).trim(), line });
    } else if (isBlank(content)) {
      gap = true;
    } else if (gap || !/^[A-Z][A-Z _-]*:/.test(content)) {
      return { fields, text: unguarded(lines.slice(at)), problems };
    }
  }
  return { fields, text: undefined, problems };
}

/** ISO 8601 date and time; the offset may be left out, as people do. */
function isMoment(text: string): boolean {
  const form = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?$/;
  return form.test(text) && !Number.isNaN(Date.parse(text));
}
