/**
 * YAML written by people and agents, read without trusting it: size and depth are limited before the parser builds anything,
 * because a deep flow sequence can abort the whole process.
 */
import { isAlias, isCollection, isMap, isScalar, LineCounter, Lexer, parseAllDocuments, visit, type Document } from 'yaml';
import type { Fault } from './fault.ts';

const MAX_LENGTH = 1_048_576;
const MAX_DEPTH = 100;
const MAX_FAULTS = 20;

export interface YamlText {
  /** Empty when there is nothing or when the text is refused. */
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
  /** In the order of the text, the first 20. */
  readonly faults: readonly Fault[];
}

/** Parses YAML 1.2; errors, repeated keys, unknown aliases, more than `limit` characters (1 MB when left out) and more than 100 levels are faults. */
export function readYaml(text: string, limit = MAX_LENGTH): YamlText {
  const lines = new LineCounter();
  const refused = (line: number, what: string): YamlText => ({
    documents: [],
    lines,
    faults: [{ line, column: 1, what }],
  });
  if (text.length > limit) return refused(1, `over ${limit >= MAX_LENGTH ? '1 MB' : `${Math.round(limit / 1024)} KB`} of YAML`);
  const deep = lineTooDeep(text);
  if (deep !== undefined) return refused(deep, `nested more than ${MAX_DEPTH} levels deep`);
  // repeated keys are looked for below: the parser compares every key with every other
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  const faults = documents
    .flatMap((document) => [...document.errors.map((error) => ({ at: error.pos[0], what: error.message })), ...unusable(document)])
    .toSorted((a, b) => a.at - b.at)
    .slice(0, MAX_FAULTS)
    .map(({ at, what }): Fault => {
      const { line, col } = lines.linePos(at);
      return { line: Math.max(1, line), column: Math.max(1, col), what };
    });
  return { documents, lines, faults };
}

/** The document as plain values; aliases that multiply come back as the error they are. */
export function plainValue(document: Document | undefined): unknown {
  try {
    return document?.toJS({ maxAliasCount: 100 }) ?? {};
  } catch (error) {
    if (error instanceof ReferenceError) return error;
    throw error;
  }
}

/** Finds the line on which the text gets too deep, from its tokens alone. */
function lineTooDeep(text: string): number | undefined {
  // a level takes one of these, or the beginning of a line
  if ((text.match(/[[{:?\n-]/g)?.length ?? 0) < MAX_DEPTH) return undefined;
  const indents: number[] = [];
  let flow = 0;
  let line = 1;
  let column = 0;
  let first = true;
  let colons = 0;
  for (const token of new Lexer().lex(text)) {
    // invisible marks of the lexer: start of a document, of a scalar, a flow that breaks off
    if (token === '\u0002' || token === '\u001f' || token === '\u0018') continue;
    const blank = /^[ \t]*$/.test(token) || token === '\n' || token === '\r\n' || token.startsWith('#');
    if (token === '[' || token === '{') flow += 1;
    else if (token === ']' || token === '}') flow = Math.max(0, flow - 1);
    else if (flow === 0 && token === ':') colons += 1;
    if (flow === 0 && !blank && (first || token === '-' || token === '?')) {
      while ((indents.at(-1) ?? -1) >= column) indents.pop();
      indents.push(column);
    }
    if (indents.length + flow + colons > MAX_DEPTH) return line;
    if (!blank) first = false;
    const breaks = token.split('\n').length - 1;
    line += breaks;
    column = breaks === 0 ? column + token.length : token.length - token.lastIndexOf('\n') - 1;
    if (breaks > 0) {
      colons = 0;
      first = token.endsWith('\n');
    }
  }
  return undefined;
}

/** Repeated keys and aliases without an anchor before them: valid to the parser, useless to a reader. */
function unusable(document: Document.Parsed): { readonly at: number; readonly what: string }[] {
  const found: { at: number; what: string }[] = [];
  const anchors = new Set<string>();
  visit(document, (_, node) => {
    if (isAlias(node) && !anchors.has(node.source)) {
      found.push({
        at: node.range?.[0] ?? 0,
        what: `the alias "*${node.source}" has no anchor before it`,
      });
    }
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) anchors.add(node.anchor);
    if (!isMap(node)) return;
    const seen = new Set<unknown>();
    for (const { key } of node.items) {
      if (!isScalar(key)) continue;
      if (seen.has(key.value))
        found.push({
          at: key.range?.[0] ?? 0,
          what: `the key "${String(key.value)}" is there twice`,
        });
      seen.add(key.value);
    }
  });
  return found;
}
