/** Whether a text is what its format asks for. Only the first faults are of interest: a check shows one. */
import type { Token } from 'marked';
import type { Format } from '../core/check.ts';
import { unreachable } from '../core/unreachable.ts';
import { validateOpenapi } from '../generated/validate-openapi.js';
import { csvFault } from './csv.ts';
import type { Fault } from './fault.ts';
import { splitFrontMatter } from './front-matter.ts';
import { blocksOf, isNestedTooDeeply } from './headings.ts';
import { jsonFault } from './json-fault.ts';
import { schemaFaults } from './schema-faults.ts';
import { faultIn, readStructured } from './structured.ts';
import { readYaml } from './yaml-text.ts';

const MAX_MARKDOWN = 1_048_576;

/** Finds the first fault of a text; undefined when it is valid. A BOM is accepted. */
export function syntaxFault(text: string, format: Format): Fault | undefined {
  const plain = text.replace(/^\uFEFF/, '');
  switch (format) {
    case 'json':
      return jsonFault(plain);
    case 'yaml':
      return readYaml(plain).faults[0];
    case 'markdown':
      return markdownFault(plain);
    case 'toml':
      return faultIn(readStructured(plain, 'toml'));
    case 'openapi':
      return openapiFault(plain);
    case 'jsonl':
      return jsonLinesFault(plain);
    case 'csv':
      return csvFault(plain);
    default:
      return unreachable(format);
  }
}

/** One JSON value per line (jsonlines.org); the last line may end without a line ending, an empty file has no values. */
function jsonLinesFault(text: string): Fault | undefined {
  if (text === '') return undefined;
  for (const [index, line] of text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') return { line: index + 1, column: 1, what: 'the line is empty' };
    const fault = jsonFault(line);
    if (fault !== undefined) return { ...fault, line: index + 1 };
  }
  return undefined;
}

/** YAML or JSON that has the structure of an OpenAPI 3.0 or 3.1 document (schemas/openapi.schema.json). */
function openapiFault(text: string): Fault | undefined {
  const read = readStructured(text, /^\s*\{/.test(text) ? 'json' : 'yaml');
  if ('fault' in read) return read.fault;
  if (validateOpenapi(read.value)) return undefined;
  const [first] = schemaFaults(validateOpenapi.errors ?? []);
  return first === undefined ? undefined : { line: 1, column: 1, ...read.placeOf(first.path), what: first.what };
}

/** Every text is Markdown, so this asks what breaks the reading: a fence left open, front matter that is no YAML. */
function markdownFault(text: string): Fault | undefined {
  const refusal = markdownRefusal(text);
  if (refusal !== undefined) return { line: 1, column: 1, what: refusal };
  const { yaml, body, bodyLine } = splitFrontMatter(text);
  const inFrontMatter = yaml === undefined ? undefined : readYaml(yaml).faults[0];
  if (inFrontMatter !== undefined) return { ...inFrontMatter, line: inFrontMatter.line + 1 };
  // the parser is heavy, and most texts have no fence at all
  const open = /`{3}|~{3}/.test(body) ? openFence(blocksOf(body)) : undefined;
  if (open === undefined) return undefined;
  // an open fence runs to the end of the file, so its first line is counted from there
  const line = bodyLine + lineCount(body) - lineCount(open);
  return { line, column: 1, what: 'the code fence that starts here is never closed' };
}

/** Why a text is not given to the Markdown parser at all. */
export function markdownRefusal(text: string): string | undefined {
  if (text.length > MAX_MARKDOWN) return 'over 1 MB of Markdown';
  return isNestedTooDeeply(text) ? 'lists or quotes nested too deeply' : undefined;
}

function openFence(blocks: readonly Token[]): string | undefined {
  const last = blocks.findLast((token) => token.type !== 'space');
  if (last === undefined) return undefined;
  if (last.type === 'list' && 'items' in last) return openFence(last.items.at(-1)?.tokens ?? []);
  if (last.type === 'blockquote' && 'tokens' in last) return openFence(last.tokens ?? []);
  const fence = last.type === 'code' ? /^ {0,3}(`{3,}|~{3,})/.exec(last.raw)?.[1] : undefined;
  if (fence === undefined) return undefined;
  const lines = last.raw.trimEnd().split('\n');
  const end = lines.length > 1 ? (lines.at(-1) ?? '').trim() : '';
  const closed = end.length >= fence.length && end === fence.charAt(0).repeat(end.length);
  return closed ? undefined : last.raw;
}

const lineCount = (text: string): number => text.trimEnd().split(/\r\n|\n|\r/).length;
