/**
 * `{{ name.path }}` in the texts of a workflow: the value takes its place, and that is all.
 * No filters, no conditions, no second round: what a value contains is never read as a placeholder.
 */

const PLACEHOLDER = /\{\{\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)\s*\}\}/g;

/** By full name: `inputs.issue`, `target`, `target.slug`. A list is written with commas. */
export type Values = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface Substituted {
  readonly text: string;
  /** Names without a value, in order, each once; they stand in the text as they were. */
  readonly missing: readonly string[];
}

/** Puts values in the place of placeholders. */
export function substitute(text: string, values: Values): Substituted {
  const missing = new Set<string>();
  const filled = text.replaceAll(PLACEHOLDER, (whole, name: string) => {
    const value = valueOf(values, name);
    if (value === undefined) {
      missing.add(name);
      return whole;
    }
    return typeof value === 'object' ? value.join(', ') : String(value);
  });
  return { text: filled, missing: [...missing] };
}

/** Fills a list of texts; one that is a single placeholder of a list gives as many texts as the list has items. */
export function substituteEach(texts: readonly string[], values: Values): string[] {
  return texts.flatMap((text) => {
    const name = wholePlaceholder(text);
    const value = name === undefined ? undefined : valueOf(values, name);
    if (typeof value === 'object') return [...value];
    const filled = substitute(text, values).text;
    return filled.trim() === '' ? [] : [filled];
  });
}

/** The name, when the text is one placeholder and nothing else. */
export function wholePlaceholder(text: string): string | undefined {
  const names = [...text.matchAll(PLACEHOLDER)];
  return names.length === 1 && names[0]?.[0] === text.trim() ? names[0][1] : undefined;
}

/** What a text asks for; `broken` is the first `{{` that is no placeholder, with what follows it. */
export function placeholdersIn(text: string): { readonly names: readonly string[]; readonly broken?: string } {
  const names = [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? '');
  // of the same length, so that places in it are places in the text
  const rest = text.replaceAll(PLACEHOLDER, (whole) => ' '.repeat(whole.length));
  const start = rest.indexOf('{{');
  if (start === -1) return { names };
  const end = rest.indexOf('}}', start);
  return { names, broken: text.slice(start, end === -1 ? start + 20 : end + 2) };
}

function valueOf(values: Values, name: string): Values[string] | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
