/** Typed outputs of a deliverable, read from its front matter. */

/** A kind of value, or the list of words it may be. */
export type FieldType = 'string' | 'number' | 'boolean' | 'list' | readonly string[];
export type FieldValue = string | number | boolean | readonly string[];
export type Fields = Readonly<Record<string, FieldType>>;

/** What a field has when nobody has filled it. */
export function emptyValue(type: FieldType): FieldValue {
  switch (type) {
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'list':
      return [];
    default:
      return '';
  }
}

/** Says what a field takes, for prompts and messages. */
export function fieldText(type: FieldType): string {
  return typeof type === 'string' ? `a ${type}` : `one of ${type.join(', ')}`;
}

/** The declared fields out of front matter, and a sentence for each that is missing or of the wrong kind. */
export function readFields(
  fields: Fields,
  found: Readonly<Record<string, unknown>>,
): { readonly values: Readonly<Record<string, FieldValue>>; readonly faults: readonly string[] } {
  const values: Record<string, FieldValue> = {};
  const faults: string[] = [];
  for (const [name, type] of Object.entries(fields)) {
    const value = Object.hasOwn(found, name) ? found[name] : undefined;
    if (fits(value, type)) values[name] = value;
    else if (value === undefined) faults.push(`front matter has no "${name}"; write ${fieldText(type)}`);
    else faults.push(`front matter "${name}" is "${typeof value === 'string' ? value : JSON.stringify(value)}"; write ${fieldText(type)}`);
  }
  return { values, faults };
}

function fits(value: unknown, type: FieldType): value is FieldValue {
  if (type === 'list') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (typeof type === 'string') return typeof value === type;
  return typeof value === 'string' && type.includes(value);
}
