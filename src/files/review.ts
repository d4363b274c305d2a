/**
 * A review file: front matter with the verdict and the findings, then prose. Reads what the reviewer wrote;
 * what the verdict is worth is decided by `judged` in `core/review.ts`.
 */
import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { Level } from '../core/check.ts';
import { taskId } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import { VERDICTS, type Finding, type Review } from '../core/review.ts';
import { type Complain, readFrontMatterMap, textOf } from './front-matter-map.ts';
import { shown } from './quoted.ts';

const FORM = 'start the file with "---", "verdict: approved", "findings: []", "---"';
const LEVEL_WORDS: Readonly<Record<string, Level>> = {
  must: 'must',
  should: 'should',
  nice: 'nice',
  critical: 'must',
  warning: 'should',
  suggestion: 'nice',
};

/** Reads a review; there is one only when nothing is wrong with it. Keys it does not know are left to others. */
export function parseReview(text: string, file: string): { readonly review?: Review; readonly problems: readonly Problem[] } {
  const { top, complain, problems } = readFrontMatterMap(text, { file, what: 'the review', form: FORM });
  if (top === undefined) return { problems };
  const verdict = verdictIn(top, complain);
  const findings = findingsIn(top, complain);
  if (verdict === undefined || problems.length > 0) return { problems };
  return { review: { verdict, findings }, problems };
}

function verdictIn(top: YAMLMap, complain: Complain): Review['verdict'] | undefined {
  const node = top.get('verdict', true);
  const written = textOf(node);
  const word = written?.toLowerCase().replace(/[\s_-]+/g, '_');
  const verdict = VERDICTS.find((candidate) => candidate === word);
  if (verdict === undefined) {
    const what = written === undefined ? 'the verdict is missing' : `unknown verdict "${shown(written)}"`;
    complain(node ?? top, what, `use one of ${VERDICTS.join(', ')}`);
  }
  return verdict;
}

function findingsIn(top: YAMLMap, complain: Complain): Finding[] {
  const node: unknown = top.get('findings', true);
  if (node === undefined || (isScalar(node) && node.value === null)) return [];
  if (!isSeq(node)) {
    complain(node, 'the findings are no list', 'write "- id: …" for each, or "findings: []"');
    return [];
  }
  const ids = new Set<string>();
  return node.items.flatMap((item, index) => {
    const finding = findingIn(item, index + 1, complain);
    if (finding === undefined) return [];
    if (ids.has(finding.id)) complain(item, `the finding id "${shown(finding.id)}" is used twice`, 'give each finding its own id');
    ids.add(finding.id);
    return [finding];
  });
}

function findingIn(item: unknown, number: number, complain: Complain): Finding | undefined {
  if (!isMap(item)) {
    complain(item, `finding ${number} is no entry with keys`, 'write id, level and title');
    return undefined;
  }
  const read = (key: string, need: 'required' | 'optional'): string | undefined => {
    const node: unknown = item.get(key, true);
    const text = textOf(node);
    if (text !== undefined) return text;
    const blank = node === undefined || isScalar(node);
    if (!blank) complain(node, `the ${key} of finding ${number} is no text`);
    else if (need === 'required') complain(node ?? item, `finding ${number} has no ${key}`, 'write id, level and title');
    return undefined;
  };
  const id = read('id', 'required');
  const levelWord = read('level', 'required');
  const title = read('title', 'required');
  const task = read('task', 'optional');
  const where = read('where', 'optional');
  const level = Object.entries(LEVEL_WORDS).find(([word]) => word === levelWord?.toLowerCase())?.[1];
  if (levelWord !== undefined && level === undefined) {
    complain(item.get('level', true), `unknown level "${shown(levelWord)}" of finding ${number}`, 'use must, should or nice');
  }
  const taskKnown = task === undefined || /^T[1-9]\d*$/.test(task);
  if (!taskKnown) complain(item.get('task', true), `"${shown(task)}" is no task id`, 'task ids are T1, T2, …');
  if (id === undefined || level === undefined || title === undefined || !taskKnown) return undefined;
  return {
    id,
    level,
    title,
    ...(task === undefined ? {} : { task: taskId(task) }),
    ...(where === undefined ? {} : { where }),
  };
}
