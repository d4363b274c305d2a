/**
 * COMPLETION_CRITERIA.md: check-box lines below a heading per task, made from checks and read back as the same checks.
 * A person's edit there counts; a tick in a box does not: only iter decides what is done. The sentences are in `criterion.ts`.
 */
import type { Check, Criterion, Level, Waiver } from '../core/check.ts';
import { taskId, type TaskId } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import { unreachable } from '../core/unreachable.ts';
import { codeSpan, piecesOf } from './code-span.ts';
import { criterionSentence, parseSentence } from './criterion.ts';
import { visibleLines, type VisibleLine } from './visible-lines.ts';

const MAX_LENGTH = 4 * 1_048_576;
const ID = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,119}$/u;

/** Writes a check as its line in the file; throws when a part of it cannot stand on one line. */
export function criterionLine(check: Check): string {
  const { hint, waived } = check;
  const remark = hint === undefined || check.check === 'human' || check.check === 'unreadable' ? '' : ` — ${hint}`;
  const waiver = waived === undefined ? '' : ` (waived by ${waived.by}: ${waived.reason})`;
  const box = waived === undefined ? '- [ ]' : '- [x]';
  return `${box} ${check.level.toUpperCase()} ${codeSpan(check.id)} ${criterionSentence(check)}${remark}${waiver}`;
}

/** The lines of the section of a task as they stand; empty when it has none. */
export function sectionOf(text: string, task: TaskId): string {
  const { lines } = visibleLines(text);
  const headings = lines.filter((line) => headingOf(line) !== undefined);
  const start = headings.find((line) => headingOf(line)?.task === task);
  if (start === undefined) return '';
  const end = headings.find((line) => line.line > start.line)?.line ?? Number.POSITIVE_INFINITY;
  return lines
    .filter((line) => line.line >= start.line && line.line < end)
    .map((line) => line.text.trimEnd())
    .join('\n');
}

/** Adds a section for each task that has none, before the checks on the whole; every other character stays. */
export function addSections(
  text: string,
  sections: readonly { readonly task: TaskId; readonly title: string; readonly checks: readonly Check[] }[],
): string {
  const { lines } = visibleLines(text);
  const there = new Set(lines.flatMap((line) => headingOf(line)?.task ?? []));
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const added = sections
    .filter(({ task }) => !there.has(task))
    .map(({ task, title, checks }) =>
      [
        `## ${task} ${title.replaceAll(/\s+/g, ' ').trim()}`,
        '',
        ...(checks.length === 0 ? ['(no checks of its own)'] : checks.map(criterionLine)),
        '',
        '',
      ].join(newline),
    )
    .join('');
  if (added === '') return text;
  const whole = lines.find((line) => /^ {0,3}##[ \t]+Everything[ \t]*$/i.test(line.text));
  const all = text.split(/(?<=\n)/);
  if (whole === undefined) return `${text}${text.endsWith('\n') ? '' : newline}${newline}${added}`;
  return [...all.slice(0, whole.line - 1), added, ...all.slice(whole.line - 1)].join('');
}

/** Reads every check of the file, and everything wrong with it; a check with a problem is left out of `checks`. */
export function parseCriteria(text: string, file: string): { readonly checks: readonly Check[]; readonly problems: readonly Problem[] } {
  if (text.length > MAX_LENGTH) {
    return {
      checks: [],
      problems: [{ file, what: 'the file is over 4 MB', fix: 'keep only the criteria in it' }],
    };
  }
  const { lines, unclosed } = visibleLines(text);
  const problems: Problem[] = [];
  const found: FoundCheck[] = [];
  let task: TaskId | undefined;
  for (const line of lines) {
    if (/^(?:<{7}|>{7})(?: |$)/.test(line.text)) {
      problems.push({
        file,
        line: line.line,
        what: `merge-conflict marker "${line.text.trim()}"`,
        fix: 'choose a side and remove the markers',
      });
    }
    const heading = headingOf(line);
    if (heading !== undefined) {
      task = heading.task;
      if (heading.what !== undefined) problems.push({ file, line: line.line, what: heading.what, fix: 'task ids are T1, T2, …' });
    }
    const read = readLine(line, task);
    if (read === undefined) continue;
    if ('what' in read) problems.push({ file, ...read });
    else found.push(read);
  }
  if (unclosed !== undefined) {
    const what = `the ${unclosed.what} that starts here is never closed, so no check below it counts`;
    problems.push({ file, line: unclosed.line, what, fix: 'close it' });
  }
  return withIds(found, problems, file);
}

/** A check before every check has its id. */
interface FoundCheck {
  readonly line: number;
  readonly level: Level;
  readonly criterion: Criterion;
  readonly id: string | undefined;
  readonly task: TaskId | undefined;
  readonly hint: string | undefined;
  readonly waived: Waiver | undefined;
}

function headingOf({ text }: VisibleLine): { readonly task?: TaskId; readonly what?: string } | undefined {
  const title = /^ {0,3}##(?:[ \t]+(.*))?$/.exec(text);
  if (title === null) return undefined;
  const word = /^t\d+(?![\w-])/i.exec(title[1] ?? '')?.[0];
  if (word === undefined) return {};
  return /^T[1-9]/.test(word) ? { task: taskId(word) } : { what: `"${word}" is no task id` };
}

const BULLET = /^\s*(?:[-*+]|\d{1,9}[.)])\s*/;
/** Wide on purpose: a box somebody wrote slightly wrong must not turn a criterion into prose. A link is no box. */
const BOX = /^\[(?:\s*|[xX]|\s*[^\s\w[\]]\s*)\](?![([:])\s*/u;
const LEVEL = /^(?:\*\*|__)?(MUST|SHOULD|NICE):?(?:\*\*|__)?:?(?:\s+([^]*))?$/i;
const LEVELS: readonly Level[] = ['must', 'should', 'nice'];

function readLine({ line, text }: VisibleLine, task: TaskId | undefined): FoundCheck | (Problem & { readonly what: string }) | undefined {
  const item = text.replace(BULLET, '');
  const afterBox = item.replace(BOX, '');
  if (item === text || afterBox === item) return undefined;
  const [, word, afterLevel = ''] = LEVEL.exec(afterBox) ?? [undefined, undefined, afterBox];
  const level = LEVELS.find((candidate) => candidate === word?.toLowerCase()) ?? 'should';
  const sentence = afterLevel.trimEnd();
  if (sentence === '') return { line, what: 'the check box is empty', fix: 'write a check or remove the line' };
  const lead = leadingId(sentence);
  const reading = parseSentence(lead?.rest ?? sentence);
  const { remark, waived } = reading;
  if (waived !== undefined && !/^\[\s*x/i.test(item)) {
    return { line, what: `the waiver of ${waived.by} stands on a line without a tick`, fix: 'tick the box to waive the check: - [x]' };
  }
  const found = (criterion: Criterion, id?: string): FoundCheck => ({ line, level, task, hint: remark, waived, id, criterion });
  switch (reading.is) {
    case 'wrong':
      return { line, what: reading.what, fix: reading.fix };
    case 'criterion':
      if (lead === undefined) return found(reading.criterion);
      if (ID.test(lead.id)) return found(reading.criterion, lead.id);
      return {
        line,
        what: `"${lead.id}" is no id`,
        fix: 'use up to 120 letters, digits, ".", "_" and "-"',
      };
    case 'prose':
      // in a line that is no check, a leading code span is more likely a file name than an id
      if (lead !== undefined && lead.rest !== '' && /^(?:T[1-9]\d*|all)\./.test(lead.id) && ID.test(lead.id)) {
        return found({ check: 'unreadable', text: reading.text }, lead.id);
      }
      return found({
        check: 'unreadable',
        text: lead === undefined ? reading.text : sentence.slice(0, sentence.length - lead.rest.length) + reading.text,
      });
    default:
      return unreachable(reading);
  }
}

/** A code span at the very start, and what follows it. */
function leadingId(sentence: string): { readonly id: string; readonly rest: string } | undefined {
  if (!sentence.startsWith('`')) return undefined;
  const first = piecesOf(sentence)[0];
  return first?.kind === 'span' ? { id: first.text, rest: sentence.slice(first.raw.length).trimStart() } : undefined;
}

/** Gives every check without an id one made from its task and content; written ids come first, and only one line may have each. */
function withIds(
  found: readonly FoundCheck[],
  earlier: readonly Problem[],
  file: string,
): { readonly checks: readonly Check[]; readonly problems: readonly Problem[] } {
  const lineOf = new Map<string, number>();
  const problems = [...earlier];
  const kept = found.filter(({ id, line }) => {
    if (id === undefined) return true;
    const first = lineOf.get(id);
    if (first === undefined) lineOf.set(id, line);
    else
      problems.push({
        file,
        line,
        what: `the id "${id}" is taken by line ${first}`,
        fix: 'give this check another id',
      });
    return first === undefined;
  });
  const checks = kept.map((one): Check => {
    const id = one.id ?? freeId(derivedId(one.task, one.criterion), lineOf);
    lineOf.set(id, one.line);
    return checkOf(one, id);
  });
  return { checks, problems: problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

type Draft<Whole> = { -readonly [Key in keyof Whole]: Whole[Key] };

/** Assigned key by key, as there may be fifty thousand; in the order in which verdicts are bound to them. */
function checkOf({ criterion, line, level, task, hint, waived }: FoundCheck, id: string): Check {
  const check = { ...criterion, line, level } as Criterion & Draft<Omit<Check, 'check'>>;
  if (task !== undefined) check.task = task;
  if (hint !== undefined) check.hint = hint;
  if (waived !== undefined) check.waived = waived;
  check.id = id;
  return check;
}

function derivedId(task: TaskId | undefined, criterion: Criterion): string {
  const about = aboutOf(criterion);
  const slug = about
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, 60)
    .replace(/^-|-$/g, '');
  return `${task ?? 'all'}.${criterion.check}${slug === '' ? '' : `-${slug}`}`;
}

/** The part of a criterion that tells it from others of its kind. */
function aboutOf(criterion: Criterion): string {
  if ('path' in criterion) return `${criterion.file} ${criterion.path}`;
  if ('file' in criterion) return criterion.file;
  if ('run' in criterion) return criterion.run;
  return 'text' in criterion ? criterion.text : '';
}

function freeId(wanted: string, taken: ReadonlyMap<string, number>): string {
  let id = wanted;
  for (let count = 2; taken.has(id); count += 1) id = `${wanted}-${count}`;
  return id;
}
