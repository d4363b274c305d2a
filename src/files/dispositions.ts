/**
 * Answers to the findings of a review, in the front matter of a deliverable:
 * `dispositions: [{finding: F1, as: fixed, commit: 1a2b3c4}, {finding: F2, as: documented, path: docs/limits.md},
 * {finding: F3, as: deferred, issue: "#12"}, {finding: F4, as: overridden, by: Ada, reason: …}]`.
 */
import { isMap, isScalar, isSeq } from 'yaml';
import type { Disposition } from '../core/check.ts';
import { DISPOSITIONS } from '../core/check.ts';
import type { Fault } from './fault.ts';
import { splitFrontMatter } from './front-matter.ts';
import { shown } from './quoted.ts';
import { readYaml } from './yaml-text.ts';

/** What an answer may refer to. */
export interface AnswerFacts {
  /** Commits, as the answers write them, that are part of the work and not of what it started from. */
  readonly commits: ReadonlySet<string>;
  /** Paths, as the answers write them, that are files. */
  readonly paths: ReadonlySet<string>;
}

export interface Answer {
  readonly finding: string;
  /** 1-based, in the file. */
  readonly line: number;
  /** What the answer says about each, as text. */
  readonly said: Readonly<Partial<Record<'as' | 'commit' | 'path' | 'issue' | 'by' | 'reason', string>>>;
  /** What is wrong with it; undefined when it counts. */
  readonly fault: (allowed: readonly Disposition[], facts: AnswerFacts) => string | undefined;
}

const KEYS = ['as', 'commit', 'path', 'issue', 'by', 'reason'] as const;

/** The answers of a file; a fault when there is no list of them. */
export function answersIn(text: string): { readonly answers: readonly Answer[] } | { readonly fault: Fault } {
  const { yaml } = splitFrontMatter(text);
  if (yaml === undefined) return { fault: { line: 1, column: 1, what: 'has no front matter with dispositions' } };
  const { documents, faults, lines } = readYaml(yaml);
  const [broken] = faults;
  if (broken !== undefined) return { fault: { ...broken, line: broken.line + 1, what: `not valid yaml: ${broken.what}` } };
  const top = documents[0]?.contents;
  const list: unknown = isMap(top) ? top.get('dispositions', true) : undefined;
  if (!isSeq(list)) return { fault: { line: 1, column: 1, what: 'has no list of dispositions in its front matter' } };
  const answers = list.items.flatMap((item): Answer[] => {
    if (!isMap(item)) return [];
    const textAt = (key: string): string | undefined => {
      const node: unknown = item.get(key, true);
      if (!isScalar(node) || node.value === null) return undefined;
      const value = (typeof node.value === 'string' ? node.value : (node.source ?? '')).trim();
      return value === '' ? undefined : value;
    };
    const said = Object.fromEntries(KEYS.flatMap((key) => (textAt(key) === undefined ? [] : [[key, textAt(key)]]))) as Answer['said'];
    const line = lines.linePos(item.range?.[0] ?? 0).line + 1;
    return [{ finding: textAt('finding') ?? textAt('id') ?? '', line, said, fault: (allowed, facts) => faultOf(said, allowed, facts) }];
  });
  return { answers };
}

function faultOf(said: Answer['said'], allowed: readonly Disposition[], facts: AnswerFacts): string | undefined {
  const as = DISPOSITIONS.find((one) => one === said.as?.toLowerCase());
  if (as === undefined)
    return said.as === undefined ? 'does not say as what' : `is "${shown(said.as)}", which is none of ${DISPOSITIONS.join(', ')}`;
  if (!allowed.includes(as)) return `is ${as}; only ${allowed.join(', ')} will do`;
  switch (as) {
    case 'fixed':
      if (said.commit === undefined) return 'is fixed, but names no commit';
      return facts.commits.has(said.commit) ? undefined : `is fixed by "${shown(said.commit)}", which is no commit of this work`;
    case 'documented':
      if (said.path === undefined) return 'is documented, but names no path';
      return facts.paths.has(said.path) ? undefined : `is documented in "${shown(said.path)}", which is no file`;
    case 'deferred':
      return said.issue === undefined ? 'is deferred, but names no issue' : undefined;
    default:
      return said.by === undefined ? 'is overridden, but names no person (by:)' : undefined;
  }
}
