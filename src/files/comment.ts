/** A comment a person leaves in `feedback/`: Markdown, and in its front matter whom it is for (`to: T2`, `to: [builder, review]`); nobody named means everybody. */
import { parse } from 'yaml';
import { splitFrontMatter } from './front-matter.ts';

export interface Comment {
  /** In lower case; empty for everybody. */
  readonly to: readonly string[];
  readonly text: string;
}

/** Reads a comment; front matter that cannot be read is part of the text, so that nothing a person says is lost. */
export function readComment(text: string): Comment {
  const { yaml, body } = splitFrontMatter(text);
  if (yaml === undefined) return { to: [], text: body.trim() };
  const to = addressees(yaml);
  return to === undefined ? { to: [], text: text.trim() } : { to, text: body.trim() };
}

/** True when one of the names is meant. */
export function isFor({ to }: Comment, names: readonly string[]): boolean {
  return to.length === 0 || to.includes('all') || names.some((name) => to.includes(name.toLowerCase()));
}

function addressees(yaml: string): string[] | undefined {
  try {
    const values: unknown = parse(yaml) ?? {};
    if (typeof values !== 'object' || values === null || Array.isArray(values)) return undefined;
    const { to } = values as { readonly to?: unknown };
    const names: readonly unknown[] = Array.isArray(to) ? to : typeof to === 'string' ? to.split(',') : [];
    return names.map((name) => String(name).trim().toLowerCase()).filter((name) => name !== '');
  } catch {
    return undefined;
  }
}
