/** Task lists in Markdown: `- [x] MUST the tests pass`, for the check that every item which has to be ticked is. */
import type { Level } from '../core/check.ts';
import { comparable } from './headings.ts';
import type { Outcome } from './outcome.ts';
import { count, quoted } from './outcome.ts';
import { visibleLines } from './visible-lines.ts';

interface ListItem {
  /** 1-based. */
  readonly line: number;
  readonly level: Level;
  readonly ticked: boolean;
  readonly text: string;
}

const ITEM = /^\s*(?:>\s*)*(?:[-*+]|\d{1,9}[.)])\s+\[([ xX])\]\s+(.*\S)\s*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)(?:\s+#+)?\s*$/;
const LEVEL = /^(?:\*\*|__)?(MUST|SHOULD|NICE)(?![\p{L}\p{N}_])/iu;

/** The items below a heading (and those below it), or all; undefined when there is no such heading. Items without a level are MUST. */
function taskListOf(text: string, heading?: string): readonly ListItem[] | undefined {
  const items: ListItem[] = [];
  const wanted = heading === undefined ? undefined : comparable(heading);
  let found = wanted === undefined;
  let depth: number | undefined;
  for (const { line, text: content } of visibleLines(text).lines) {
    const [, marks, title] = HEADING.exec(content) ?? [];
    if (marks !== undefined) {
      if (depth !== undefined && marks.length <= depth) depth = undefined;
      if (depth === undefined && wanted !== undefined && comparable(title ?? '') === wanted) {
        depth = marks.length;
        found = true;
      }
      continue;
    }
    const [, tick, said] = ITEM.exec(content) ?? [];
    if (said === undefined || (wanted !== undefined && depth === undefined)) continue;
    const word = LEVEL.exec(said)?.[1]?.toLowerCase();
    items.push({ line, level: word === 'should' || word === 'nice' ? word : 'must', ticked: tick !== ' ', text: said });
  }
  return found ? items : undefined;
}

/** Judges that every MUST item is ticked; a list without items fails: nothing was looked at. */
export function checklistOutcome(text: string, heading: string | undefined): Outcome {
  const items = taskListOf(text, heading);
  const where = heading === undefined ? '' : ` below ${quoted(heading)}`;
  if (items === undefined) return { pass: false, what: `heading ${quoted(heading ?? '')} is missing`, measured: 'missing' };
  const must = items.filter((item) => item.level === 'must');
  if (must.length === 0) return { pass: false, what: `there is no MUST item to tick${where}`, measured: 0 };
  const open = must.filter((item) => !item.ticked);
  const others = items.filter((item) => item.level !== 'must' && !item.ticked).length;
  const measured = `${must.length - open.length} of ${must.length}`;
  const [first] = open;
  if (first !== undefined) {
    const more = open.length === 1 ? '' : `; ${open.length - 1} more ${open.length === 2 ? 'is' : 'are'} open`;
    return { pass: false, what: `not ticked: ${quoted(first.text)}${more}`, line: first.line, measured };
  }
  return { pass: true, what: `${measured} MUST items are ticked${others === 0 ? '' : `; ${count(others, 'other item')} not`}`, measured };
}
