/** Data in a text, as JSON, YAML or TOML, with the place of every value in it. What the data has to look like is the caller's. */
import { parse as parseToml, TomlError } from 'smol-toml';
import { isMap, isSeq, type LineCounter, type Document } from 'yaml';
import type { Fault } from './fault.ts';
import { jsonFault } from './json-fault.ts';
import { plainValue, readYaml } from './yaml-text.ts';

export type DataFormat = 'json' | 'yaml' | 'toml';

export interface Structured {
  readonly value: unknown;
  /** Where the value at these keys stands; undefined in TOML and in JSON over 1 MB, where nobody looks for places. */
  readonly placeOf: (path: readonly string[]) => { readonly line: number; readonly column: number } | undefined;
}

const MAX_DEPTH = 200;

/** Reads a text; a BOM is accepted, a second YAML document is a fault. */
export function readStructured(text: string, format: DataFormat): Structured | { readonly fault: Fault } {
  const plain = text.replace(/^\uFEFF/, '');
  switch (format) {
    case 'json':
      return readJson(plain);
    case 'toml':
      return readToml(plain);
    default: {
      const { documents, lines, faults } = readYaml(plain);
      const [fault] = faults;
      if (fault !== undefined) return { fault };
      if (documents.length > 1)
        return { fault: { line: lines.linePos(documents[1]?.range[0] ?? 0).line, column: 1, what: 'a second document starts here' } };
      const value = documents[0] === undefined ? undefined : plainValue(documents[0]);
      if (value instanceof ReferenceError)
        return { fault: { line: 1, column: 1, what: 'its aliases multiply beyond reason; write the values out' } };
      return { value, placeOf: (path) => placeIn(documents[0], lines, path) };
    }
  }
}

/** The fault of a text that could not be read. */
export function faultIn(read: Structured | { readonly fault: Fault }): Fault | undefined {
  return 'fault' in read ? read.fault : undefined;
}

/** The format the name of a file stands for. */
export function formatOf(file: string): DataFormat | undefined {
  const ending = /\.([A-Za-z]+)$/.exec(file)?.[1]?.toLowerCase();
  if (ending === 'json') return 'json';
  if (ending === 'toml') return 'toml';
  return ending === 'yaml' || ending === 'yml' ? 'yaml' : undefined;
}

function readJson(text: string): Structured | { readonly fault: Fault } {
  const deep = tooDeep(text);
  if (deep !== undefined) return { fault: deep };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { fault: jsonFault(text) ?? { line: 1, column: 1, what: error.message } };
  }
  return {
    value,
    placeOf: (path) => {
      // JSON is YAML, and only YAML knows places
      const { documents, lines } = readYaml(text);
      return placeIn(documents[0], lines, path);
    },
  };
}

/** Nesting outside of strings: what walks over the value later does so by recursion. */
function tooDeep(text: string): Fault | undefined {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    if (depth > MAX_DEPTH)
      return { line: text.slice(0, index).split('\n').length, column: 1, what: `nested more than ${MAX_DEPTH} levels deep` };
  }
  return undefined;
}

function readToml(text: string): Structured | { readonly fault: Fault } {
  try {
    return { value: parseToml(text, { maxDepth: MAX_DEPTH }), placeOf: () => undefined };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // the message is followed by a drawing of the place
    const [first = ''] = error.message.split('\n');
    return { fault: { line: error.line, column: error.column, what: first.replace(/^Invalid TOML document: /, '') } };
  }
}

function placeIn(
  document: Document | undefined,
  lines: LineCounter,
  path: readonly string[],
): { readonly line: number; readonly column: number } | undefined {
  let node: unknown = document?.contents;
  let offset = startOf(node);
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String((item.key as { readonly value?: unknown } | null)?.value) === key);
      offset = startOf(pair?.key) ?? offset;
      node = pair?.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = startOf(node) ?? offset;
    } else break;
  }
  if (offset === undefined) return undefined;
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function startOf(node: unknown): number | undefined {
  return (node as { readonly range?: readonly number[] } | null | undefined)?.range?.[0];
}
