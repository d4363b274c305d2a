/**
 * A blocker as seed 004 writes it: lines `**Severity:**`, `**Blocker Type:**`, `**Description:**`, `**Required Resolution:**`, `**Escalation:**` and, once it is
 * cleared, `**Resolution:**`. They stand in a message of type Blocker, or in the plan below a heading `### T2 - agent - time`. The order is free.
 */
import { taskId } from '../core/ids.ts';
import { didYouMean } from '../core/nearest.ts';
import type { BlockerKind, BlockerSeverity, RaisedBlocker } from '../core/open-blockers.ts';
import { BLOCKER_KINDS, BLOCKER_SEVERITIES } from '../core/open-blockers.ts';
import type { Problem } from '../core/problem.ts';
import { contentId } from './message-threads.ts';
import type { MalformedBlock, Message } from './messages.ts';
import { linesOf } from './table.ts';

export type BlockerWords = Omit<RaisedBlocker, 'id' | 'task' | 'by'>;

/** The lines, the description first and without its label, so that a list of messages begins with what matters. */
export function blockerText({ severity, kind, text, needed, escalate }: BlockerWords): string {
  return [
    text,
    '',
    `**Severity:** ${severity.slice(0, 1).toUpperCase()}${severity.slice(1)}`,
    `**Blocker Type:** ${kind}`,
    `**Required Resolution:** ${needed}`,
    `**Escalation:** ${escalate ? 'Yes' : 'No'}`,
  ].join('\n');
}

/** `legible`: what could be read in spite of the problems, the rest as if it had not been said. */
type Read<Value> = { readonly value: Value } | { readonly problems: readonly Problem[]; readonly legible: Value };

/** Reads the blocker in a message of that type; what it does not say is medium, Technical and no escalation. */
export function blockerIn(message: Message): Read<BlockerWords> {
  const lines = message.text.split('\n');
  const first = lines.findIndex((line) => LABEL.test(line));
  const before = (first === -1 ? lines : lines.slice(0, first)).join('\n').trim();
  return wordsOf(labelled(lines), before, message.priority);
}

/** A blocker in the plan, and how it was cleared when it says so. */
export interface PlanBlocker extends RaisedBlocker {
  readonly how?: string;
}

/** The blockers below the heading "Notes and Blockers" of a plan; a block that breaks the form is left out and told apart. */
export function planBlockers(
  text: string,
  file: string,
): { readonly blockers: readonly PlanBlocker[]; readonly malformed: readonly MalformedBlock[] } {
  const blockers: PlanBlocker[] = [];
  const malformed: MalformedBlock[] = [];
  for (const { line, heading, body } of blocksBelow(text)) {
    const [, task, by = '', time = ''] = /^###\s+(T[1-9]\d*)\s+[-\u2013\u2014]\s+(\S+)\s+[-\u2013\u2014]\s+(.+?)\s*$/.exec(heading) ?? [];
    const fields = labelled(body);
    if (fields.size === 0) continue;
    const read = wordsOf(fields, '', undefined);
    const problems: Problem[] = [
      ...(task === undefined
        ? [
            {
              what: `the heading "${heading.slice(0, 80)}" names no task, agent and time`,
              fix: 'write "### T2 - agent - 2026-01-10 14:30"',
            },
          ]
        : []),
      ...(fields.has('severity') ? [] : [{ what: 'the blocker has no severity', fix: 'add a line "**Severity:** High"' }]),
      ...('problems' in read ? read.problems : []),
    ];
    if (problems.length > 0 || 'problems' in read || task === undefined) {
      malformed.push({ text: [heading, ...body].join('\n'), problems: problems.map((problem) => ({ file, line, ...problem })) });
      continue;
    }
    const how = fields.get('resolution')?.trim();
    blockers.push({
      ...read.value,
      id: contentId([task, by, time].join('\u0000')).replace('m-', 'p-'),
      task: taskId(task),
      by,
      ...(how === undefined || how === '' ? {} : { how }),
    });
  }
  return { blockers, malformed };
}

const LABEL = /^\s*\*\*(Severity|Blocker Type|Description|Required Resolution|Escalation|Resolution):\*\*[ \t]*(.*)$/i;

/** The labelled values, by label in lower case; lines behind one belong to it. */
function labelled(lines: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let label: string | undefined;
  for (const line of lines) {
    const [, name, value = ''] = LABEL.exec(line) ?? [];
    if (name !== undefined) {
      label = name.toLowerCase();
      values.set(label, value);
    } else if (label !== undefined) values.set(label, `${values.get(label) ?? ''}\n${line}`);
  }
  return values;
}

function wordsOf(fields: ReadonlyMap<string, string>, before: string, priority: string | undefined): Read<BlockerWords> {
  const problems: Problem[] = [];
  const oneOf = <Word extends string>(name: string, words: readonly Word[], otherwise: Word): Word => {
    const given = firstWord(fields.get(name));
    if (given === '') return otherwise;
    const found = words.find((word) => word.toLowerCase() === given.toLowerCase());
    if (found === undefined) problems.push({ what: `unknown ${name} "${given}"`, fix: didYouMean(given, words) });
    return found ?? otherwise;
  };
  const usual = BLOCKER_SEVERITIES.find((one) => one === priority?.toLowerCase()) ?? 'medium';
  const severity: BlockerSeverity = oneOf('severity', BLOCKER_SEVERITIES, usual);
  const kind: BlockerKind = oneOf('blocker type', BLOCKER_KINDS, 'Technical');
  const escalation = oneOf('escalation', ['Yes', 'No'], 'No');
  const text = before === '' ? (fields.get('description') ?? '').trim() : before;
  if (text === '') problems.push({ what: 'the blocker says not what stands in the way', fix: 'add a line "**Description:** ..."' });
  const value = { severity, kind, text, needed: (fields.get('required resolution') ?? '').trim(), escalate: escalation === 'Yes' };
  if (problems.length > 0) return { problems, legible: text === '' ? { ...value, text: 'it does not say what stands in the way' } : value };
  return { value };
}

/** `Yes - business decision required` says Yes. */
function firstWord(text: string | undefined): string {
  return /^\s*([A-Za-z]+)/.exec(text ?? '')?.[1] ?? (text ?? '').trim();
}

interface Block {
  /** 1-based. */
  readonly line: number;
  readonly heading: string;
  readonly body: readonly string[];
}

function blocksBelow(text: string): Block[] {
  const blocks: { line: number; heading: string; body: string[] }[] = [];
  let inside = false;
  for (const line of linesOf(text)) {
    if (line.kind !== 'plain') continue;
    if (/^##?\s/.test(line.text)) inside = /^##?\s.*notes and blockers/i.test(line.text);
    else if (inside && /^###\s/.test(line.text)) blocks.push({ line: line.number, heading: line.text, body: [] });
    else if (inside) blocks.at(-1)?.body.push(line.text);
  }
  return blocks;
}
