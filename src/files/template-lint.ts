/** Reads a person's template for prompts and those it names, and says what in them cannot be used, with line and column. Runs nothing of them. */
import type { Problem } from '../core/problem.ts';
import { TemplateReader } from './template-reader.ts';
import type { Shape } from './template-shape.ts';

export interface TemplateTexts {
  /** The template to render, among `texts`. */
  readonly main: string;
  /** By name below the folder of templates; what `include`, `import` and `extends` may name. */
  readonly texts: Readonly<Record<string, string>>;
  /** The path of a name as a person would type it. */
  readonly shown: (name: string) => string;
}

/** Everything wrong with a template and those it names, in the order of the texts. */
export function lintTemplate({ main, texts, shown }: TemplateTexts, shape: Shape): Problem[] {
  const problems: Problem[] = [];
  const names = [main];
  const bound = new Set<string>();
  const uses = new Map<string, readonly string[]>();
  // the list grows while it is walked
  for (const name of names) {
    const jinja = name.endsWith('.j2');
    const reader = new TemplateReader({ file: shown(name), main: name === main, jinja, known: Object.keys(texts), bound });
    problems.push(...reader.read(texts[name] ?? '', shape));
    for (const other of reader.named) if (!names.includes(other)) names.push(other);
    uses.set(name, reader.named);
  }
  return deepest(main, uses) <= DEEPEST ? problems : [...problems, { file: shown(main), ...TOO_DEEP }];
}

/** Templates in templates: one more doubles the work of telling a mistake in the innermost. */
const DEEPEST = 6;
const TOO_DEEP = {
  what: `templates include each other in a circle, or more than ${DEEPEST} deep`,
  fix: 'put the text of one into the other',
};

/** How many templates deep a template goes; one more than allowed for a circle. */
function deepest(name: string, uses: ReadonlyMap<string, readonly string[]>, depth = 0): number {
  if (depth > DEEPEST) return depth;
  return Math.max(depth, ...[...new Set(uses.get(name))].map((other) => deepest(other, uses, depth + 1)));
}
