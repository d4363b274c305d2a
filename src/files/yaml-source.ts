/** Reads YAML that people write: checked against one of our schemas, every fault at its line and column. */
import type { ErrorObject } from 'ajv';
import { isAlias, isMap, isScalar, isSeq, visit, type Document, type Node } from 'yaml';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { plainValue, readYaml } from './yaml-text.ts';

/** Keys and list indexes that lead to a value. */
export type YamlPath = readonly (string | number)[];

/** Where at a path: its key in place of its value, or the first place of these words inside the value. */
export type Spot = 'key' | { readonly words: string };

/** Made by `ajv`: true for a value that fits, else the errors are on the function. */
export interface Validator {
  (value: unknown): boolean;
  errors?: ErrorObject[] | null;
}

export interface SourceRequest {
  readonly text: string;
  /** Path as the person would type it. */
  readonly file: string;
  readonly validator: Validator;
  /** 1-based; 1 when left out. */
  readonly firstLine?: number;
}

export interface YamlSource {
  /** Present when the text could be read and its shape is sound enough to look further. */
  readonly value?: unknown;
  readonly problems: readonly Problem[];
  /** A problem at a value of this text, or more precisely. */
  readonly problemAt: (path: YamlPath, problem: Pick<Problem, 'what' | 'fix'>, spot?: Spot) => Problem;
}

/** Reads `text`; `firstLine` is the line of `file` at which it starts. An empty text is an empty map. */
export function readYamlSource({ text, file, validator, firstLine = 1 }: SourceRequest): YamlSource {
  const source = text.replace(/^\uFEFF/, '');
  const { documents, lines, faults } = readYaml(source, MAX_LENGTH);
  const line = (inText: number): number => inText + firstLine - 1;
  const [document, second] = documents;
  const place = (offset: number): Pick<Problem, 'file' | 'line' | 'column'> => {
    const { line: inText, col } = lines.linePos(offset);
    return { file, line: line(Math.max(1, inText)), column: Math.max(1, col) };
  };
  const problemAt: YamlSource['problemAt'] = (path, problem, spot) => ({
    ...place(offsetOf({ document, source }, path, spot)),
    ...problem,
  });
  const broken = faults.map((fault): Problem => ({ file, line: line(fault.line), column: fault.column, what: fault.what }));
  if (second !== undefined) {
    broken.push({ ...place(second.range[0]), what: 'a second document starts here', fix: 'keep one document in the file' });
  }
  for (const warning of document?.warnings ?? []) broken.push({ ...place(warning.pos[0]), what: warning.message });
  if (broken.length > 0) return { problems: broken, problemAt };
  const value = plainValue(document);
  if (value instanceof ReferenceError) {
    const where = place(firstAlias(document));
    return { problems: [{ ...where, what: 'an alias (*name) repeats too much of the file', fix: 'write the value out' }], problemAt };
  }
  const { problems, sound } = shapeProblems(value, { file, validator, problemAt });
  return sound ? { value, problems, problemAt } : { problems, problemAt };
}

/** What a schema has against a value, and whether its shape is sound enough to look further. */
export function shapeProblems(
  value: unknown,
  { file, validator, problemAt }: Pick<SourceRequest, 'file' | 'validator'> & Pick<YamlSource, 'problemAt'>,
): { readonly problems: readonly Problem[]; readonly sound: boolean } {
  validator(value);
  const errors = (validator.errors ?? []).filter(({ keyword }) => keyword !== 'propertyNames' && keyword !== 'if');
  const problems = errors.slice(0, MAX_PROBLEMS).map((error) => faultOf(error, problemAt));
  if (errors.length > MAX_PROBLEMS) problems.push({ file, what: `${errors.length - MAX_PROBLEMS} more of these` });
  return { problems, sound: !errors.some(misshapes) };
}

function firstAlias(document: Document | undefined): number {
  let first = 0;
  visit(document ?? null, {
    Alias: (_, alias) => {
      first = startOf(alias) ?? 0;
      return visit.BREAK;
    },
  });
  return first;
}

/** Characters; people write less, and each costs time at every start. */
const MAX_LENGTH = 262_144;

/** More than a person reads; each costs a search for its place. */
const MAX_PROBLEMS = 100;

/** True for what would make a value another kind of thing than who looks further expects, or too much of it. */
function misshapes({ keyword }: ErrorObject): boolean {
  return ['type', 'required', 'maxItems', 'maxProperties'].includes(keyword);
}

/** Where a value stands; the nearest thing around it when it is not written out. */
function offsetOf(
  { document, source }: { readonly document: Document | undefined; readonly source: string },
  path: YamlPath,
  spot?: Spot,
): number {
  let node: unknown = document?.contents;
  let offset = startOf(node) ?? 0;
  path.forEach((part, index) => {
    if (isAlias(node) && document !== undefined) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
      node = pair?.value;
      const wantsKey = spot === 'key' && index === path.length - 1;
      offset = (wantsKey ? undefined : startOf(node)) ?? startOf(pair?.key) ?? offset;
    } else {
      node = isSeq(node) ? node.items[Number(part)] : undefined;
      offset = startOf(node) ?? offset;
    }
  });
  if (typeof spot !== 'object') return offset;
  const words = new RegExp(spot.words.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll(/\s+/g, String.raw`\s*`));
  return offset + Math.max(0, source.slice(offset, (node as Node | undefined | null)?.range?.[1] ?? offset).search(words));
}

function startOf(node: unknown): number | undefined {
  return (node as Node | undefined | null)?.range?.[0];
}

/** An `ajv` error as a problem: what stands there, and what may stand there. */
function faultOf(error: ErrorObject, problemAt: YamlSource['problemAt']): Problem {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const name = path.findLast((part) => !/^\d+$/.test(part)) ?? 'the file';
  const rules = (error.parentSchema ?? {}) as { properties?: object; description?: string };
  const wanted = rules.description === undefined ? undefined : `expected: ${rules.description}`;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params['additionalProperty']);
      const fix = didYouMean(key, Object.keys(rules.properties ?? {}));
      return problemAt([...path, key], { what: `unknown key "${key}"`, fix }, 'key');
    }
    case 'required': {
      const key = String(error.params['missingProperty']);
      const where = path.length === 0 ? '' : ` in "${name}"`;
      return problemAt(path, { what: `the key "${key}" is missing${where}`, fix: 'add it' });
    }
    case 'enum':
      return problemAt(path, {
        what: quote(name, error.data),
        fix: didYouMean(String(error.data), (error.schema as unknown[]).map(String)),
      });
    case 'const':
      return problemAt(path, { what: quote(name, error.data), fix: `write ${String(error.schema)}` });
    case 'type':
      return problemAt(path, { what: quote(name, error.data), fix: `write ${typeWords(error.schema)}` });
    case 'pattern':
      if (error.propertyName !== undefined) {
        const fix = `names match ${String(error.schema)}`;
        return problemAt([...path, error.propertyName], { what: `"${error.propertyName}" is no name for one of "${name}"`, fix }, 'key');
      }
      return problemAt(path, { what: quote(name, error.data), fix: wanted ?? `it must match ${String(error.schema)}` });
    case 'minimum':
    case 'maximum':
    case 'exclusiveMinimum':
      return problemAt(path, {
        what: quote(name, error.data),
        fix: `it must be ${String(error.params['comparison'])} ${String(error.params['limit'])}`,
      });
    case 'maxItems':
    case 'maxProperties':
      return problemAt(
        path,
        { what: `"${name}" has more than ${String(error.params['limit'])} entries`, fix: 'take some out, or make it several files' },
        'key',
      );
    case 'minItems':
    case 'minProperties':
      return problemAt(path, { what: `"${name}" is empty`, fix: 'put something in or remove the key' });
    default:
      return problemAt(path, { what: `"${name}" ${error.message ?? 'is wrong'}` });
  }
}

function quote(name: string, value: unknown): string {
  if (value === null || value === undefined) return `"${name}" is empty`;
  if (Array.isArray(value)) return `"${name}" is a list`;
  if (typeof value === 'object') return `"${name}" is a map of keys`;
  return `"${name}" is "${typeof value === 'string' ? value : JSON.stringify(value)}"`;
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'a map of keys',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'nothing',
};

function typeWords(types: unknown): string {
  return [types]
    .flat()
    .map((type) => TYPE_WORDS[String(type)] ?? String(type))
    .join(' or ');
}
