/**
 * JSON Schemas a repository brings: draft-07 (also without `$schema`) and 2020-12. Patterns are read as RE2, so that none can hang;
 * `format` is a remark, as 2020-12 has it; nothing is fetched, a reference to another file is a fault of the schema.
 */
import { Ajv, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { Fault } from './fault.ts';
import { compilePattern } from './pattern.ts';
import { readStructured, type DataFormat } from './structured.ts';

/** A fault is one of the text, a problem one of what it says. */
export type CompiledSchema = { readonly validate: ValidateFunction } | { readonly problem: string } | { readonly fault: Fault };

const MAX_KEPT = 200;
const compiled: Readonly<Record<DataFormat, Map<string, CompiledSchema>>> = { json: new Map(), yaml: new Map(), toml: new Map() };

/** Reads and compiles the schema with this text, once for each text. */
export function compileSchema(text: string, format: DataFormat): CompiledSchema {
  const known = compiled[format].get(text);
  if (known !== undefined) return known;
  const read = readStructured(text, format);
  const made = 'fault' in read ? read : compile(read.value);
  if (compiled[format].size < MAX_KEPT) compiled[format].set(text, made);
  return made;
}

function compile(schema: unknown): CompiledSchema {
  if (typeof schema !== 'boolean' && (typeof schema !== 'object' || schema === null || Array.isArray(schema)))
    return { problem: 'it is no JSON Schema' };
  const { $schema: said } = Object(schema) as { readonly $schema?: unknown };
  const draft = said === undefined ? DRAFT_07 : typeof said === 'string' ? said.replace(/^http:/, 'https:').replace(/#$/, '') : '';
  if (draft !== DRAFT_07 && draft !== DRAFT_2020) return { problem: `its $schema is ${JSON.stringify(said)}; use draft-07 or 2020-12` };
  if (typeof schema === 'object' && '$async' in schema) return { problem: '"$async" is not for files' };
  const ajv = draft === DRAFT_2020 ? new Ajv2020(OPTIONS) : new Ajv(OPTIONS);
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    error: { message: 'must not have the same item twice' },
    // one look at each item: comparing every pair takes minutes for a long list
    validate: (wanted: boolean, items: readonly unknown[]) => !wanted || new Set(items.map(canonical)).size === items.length,
  });
  try {
    return { validate: ajv.compile(schema) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { problem: error.message.split('\n')[0] ?? 'it does not compile' };
  }
}

const DRAFT_07 = 'https://json-schema.org/draft-07/schema';
const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';

const OPTIONS: Options = {
  strict: false,
  allErrors: false,
  validateFormats: false,
  logger: false,
  code: { regExp: regularExpression() },
};

function regularExpression(): NonNullable<NonNullable<Options['code']>['regExp']> {
  const engine = (pattern: string): { test: (text: string) => boolean; toString: () => string } => {
    const made = compilePattern(pattern);
    if ('problem' in made) throw new Error(`pattern ${JSON.stringify(pattern)}: ${made.problem}`);
    // ajv keeps patterns by their text
    return { test: (text) => made.regex.matcher(text).find(), toString: () => `/${pattern}/` };
  };
  return Object.assign(engine, { code: 'regularExpression' });
}

/** The same text for values JSON Schema calls equal: keys in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inside]) => `${JSON.stringify(key)}:${canonical(inside)}`).join(',')}}`;
}
