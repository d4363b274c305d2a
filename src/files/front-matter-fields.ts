/** Reads declared fields out of the front matter of a deliverable. */
import type { Fields, FieldValue } from '../core/fields.ts';
import { readFields } from '../core/fields.ts';
import { splitFrontMatter } from './front-matter.ts';
import { plainValue, readYaml } from './yaml-text.ts';

/** The fields that are there and right, and a sentence for each that is not. */
export function readFrontMatterFields(
  text: string,
  fields: Fields,
): { readonly values: Readonly<Record<string, FieldValue>>; readonly faults: readonly string[] } {
  const { yaml } = splitFrontMatter(text);
  if (yaml === undefined) return { values: {}, faults: [`has no front matter; start it with --- and ${Object.keys(fields).join(', ')}`] };
  const { documents, faults } = readYaml(yaml);
  const [fault] = faults;
  if (fault !== undefined) return { values: {}, faults: [`front matter: ${fault.what}`] };
  const value = plainValue(documents[0]);
  if (value instanceof ReferenceError)
    return { values: {}, faults: ['front matter: its aliases multiply beyond reason; write the values out'] };
  return readFields(fields, typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {});
}
