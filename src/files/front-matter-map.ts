/** The front matter of a file an agent wrote, as a map whose entries know their line: what reviews and checklists are read with. */
import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import type { Problem } from '../core/problem.ts';
import { splitFrontMatter } from './front-matter.ts';
import { shown } from './quoted.ts';
import { readYaml } from './yaml-text.ts';

/** Notes a problem at a node of the front matter. */
export type Complain = (node: unknown, what: string, fix?: string) => void;

export interface FrontMatterMap {
  /** None when it cannot be read: `problems` says why. */
  readonly top?: YAMLMap;
  readonly complain: Complain;
  /** Grows with every complaint. */
  readonly problems: readonly Problem[];
}

/** Opens the front matter of a file; `what` names the file in messages, `form` says how it should begin. */
export function readFrontMatterMap(text: string, { file, what, form }: { file: string; what: string; form: string }): FrontMatterMap {
  const problems: Problem[] = [];
  const broken = (...found: Problem[]): FrontMatterMap => ({ problems: found, complain: () => {} });
  const { yaml } = splitFrontMatter(text);
  if (yaml === undefined) return broken({ file, line: 1, what: `${what} has no front matter`, fix: form });
  const { documents, faults, lines } = readYaml(yaml);
  if (faults.length > 0) {
    return broken(
      ...faults.map((fault): Problem => ({
        file,
        line: fault.line + 1,
        column: fault.column,
        what: `not valid yaml: ${shown(fault.what)}`,
      })),
    );
  }
  const top = documents[0]?.contents;
  if (!isMap(top)) return broken({ file, line: 2, what: 'the front matter has no keys', fix: form });
  const complain: Complain = (node, sentence, fix) => {
    // the first line of the front matter is line 2 of the file
    const at = startOf(node);
    const line = at === undefined ? 2 : lines.linePos(at).line + 1;
    problems.push({ file, line, what: sentence, ...(fix === undefined ? {} : { fix }) });
  };
  return { top, complain, problems };
}

/** The text of a scalar: numbers and booleans as they are written; undefined for nothing, blank text, lists and aliases. */
export function textOf(node: unknown): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  const text = (typeof node.value === 'string' ? node.value : (node.source ?? '')).trim();
  return text === '' ? undefined : text;
}

function startOf(node: unknown): number | undefined {
  if (isMap(node) || isSeq(node) || isScalar(node)) return node.range?.[0];
  return undefined;
}
