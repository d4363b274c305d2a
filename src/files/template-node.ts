/** The tree nunjucks reads a template into: what its nodes have, what they are called and where they begin. */
import type { Problem } from '../core/problem.ts';

/** A node of nunjucks' tree; lines and columns are 0-based. */
export interface TemplateNode {
  readonly typename: string;
  readonly lineno?: number;
  readonly colno?: number;
  readonly children?: readonly TemplateNode[];
  readonly [field: string]: unknown;
}

export function isNode(value: unknown): value is TemplateNode {
  return typeof value === 'object' && value !== null && 'typename' in value;
}

/** A part that nodes of this type always have. */
export function part(node: TemplateNode, field: string): TemplateNode {
  return node[field] as TemplateNode;
}

/** What a symbol or a literal says. */
export const saidBy = (node: TemplateNode): string => String(node['value']);

/** The arguments of a macro, a call or a filter. */
export function argumentsOf(node: TemplateNode): { readonly inOrder: readonly TemplateNode[]; readonly named: readonly TemplateNode[] } {
  const all = part(node, 'args').children ?? [];
  return {
    inOrder: all.filter((one) => one.typename !== 'KeywordArgs'),
    named: all.flatMap((one) => (one.typename === 'KeywordArgs' ? (one.children ?? []) : [])),
  };
}

export function isText(node: TemplateNode): boolean {
  return node.typename === 'Literal' && typeof node['value'] === 'string';
}

/** A name as it stands in the template: `task.title`. */
export function nameOf(node: TemplateNode): string {
  if (node.typename === 'LookupVal') {
    const key = part(node, 'val');
    return `${nameOf(part(node, 'target'))}.${key.typename === 'Literal' ? saidBy(key) : '…'}`;
  }
  if (node.typename === 'FunCall' || node.typename === 'Filter') return nameOf(part(node, 'name'));
  return node.typename === 'Symbol' || node.typename === 'Literal' ? saidBy(node) : typeWords(node);
}

/** The type of a node in words: `"call extension"`. */
export function typeWords({ typename }: TemplateNode): string {
  return `"${typename.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()}"`;
}

/** Where a node begins: nunjucks gives a member the place of its dot. */
export function placeOf(node: TemplateNode): Pick<Problem, 'line' | 'column'> {
  if (node.typename === 'LookupVal') return placeOf(part(node, 'target'));
  if (node.lineno === undefined || node.colno === undefined) return {};
  return { line: node.lineno + 1, column: node.colno + 1 };
}
