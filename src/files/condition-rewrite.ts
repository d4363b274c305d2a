/** Puts other names in the place of those a condition speaks of, and leaves the rest of its text as it is. */
import { parse } from '@marcbachmann/cel-js';
import { pathOf } from './condition.ts';

/** CEL that stands for the first two words of a path (`steps.review`, `inputs.issue`); undefined leaves them. */
export type Replacement = (path: readonly string[]) => string | { readonly problem: string } | undefined;

/** The condition with all replacements made; a text that is no CEL comes back as it is, for whoever judges it. */
export function rewriteCondition(
  text: string,
  replacement: Replacement,
): { readonly text: string; readonly problem?: never } | { readonly problem: string } {
  let ast: unknown;
  try {
    ast = parse(text).ast;
  } catch {
    return { text };
  }
  let rewritten = text;
  for (const { path, start, end } of namesIn(ast).toSorted((a, b) => b.start - a.start)) {
    const by = replacement(path);
    if (typeof by === 'object') return by;
    if (by !== undefined) rewritten = rewritten.slice(0, start) + by + rewritten.slice(end);
  }
  try {
    parse(rewritten);
  } catch {
    return { problem: `"${text}" cannot be carried over: write its names without parentheses inside, as in steps.review.verdict` };
  }
  return { text: rewritten };
}

interface NameIn {
  readonly path: readonly string[];
  /** The range of the first two words. */
  readonly start: number;
  readonly end: number;
}

interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly end: number;
}

function namesIn(node: unknown): NameIn[] {
  if (Array.isArray(node)) return node.flatMap(namesIn);
  if (!isNode(node)) return [];
  const path = pathOf(node);
  if (path === undefined) return namesIn(node.args);
  let named = node;
  const inside: NameIn[] = [];
  for (let inner = innerOf(named); inner !== undefined; inner = innerOf(named)) {
    // an index that is computed may speak of names of its own
    if (named.op === '[]') inside.push(...namesIn((named.args as readonly unknown[])[1]));
    if ((pathOf(inner)?.length ?? 0) < 2) break;
    named = inner;
  }
  return [{ path, start: named.start, end: named.end }, ...inside];
}

function innerOf({ op, args }: Node): Node | undefined {
  if ((op !== '.' && op !== '[]') || !Array.isArray(args)) return undefined;
  const [inner] = args as readonly unknown[];
  return isNode(inner) ? inner : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'start' in value;
}
