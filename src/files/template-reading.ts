/** What is known at a place of a template while it is read: which names there are, and what kind of value each has. */
import { nameOf, type TemplateNode } from './template-node.ts';
import type { Shape } from './template-shape.ts';

/** A value as far as it is known: its shape, something that can be called, or anything. */
export type Kind = Shape | 'any' | 'macro' | 'module';
export type Scope = Map<string, Kind>;

/** What can be a name. */
export const NAME = /^[A-Za-z_]\w*$/;

/** One template that is being read. */
export interface Reading {
  /** The template that is rendered, and none of those it includes. */
  readonly main: boolean;
  /** It is meant for Jinja, too. */
  readonly jinja: boolean;
  /** Names of all templates of the folder. */
  readonly known: readonly string[];
  /** Names any of the templates read so far binds: an included one may use them. */
  readonly bound: ReadonlySet<string>;
  /** Reads a node and gives what kind of value it is. */
  readonly visit: (node: TemplateNode, scope: Scope) => Kind;
  readonly fault: (node: TemplateNode, what: string, fix: string) => void;
  readonly bind: (scope: Scope, name: string, kind: Kind) => void;
  /** Another template is used by this one. */
  readonly uses: (name: string) => void;
  /** True while a loop is read, macros in it included. */
  readonly looping: boolean;
  readonly inLoop: (read: () => void) => void;
}

/** Reads what is asked; a list without items counts as false in Jinja and as true in nunjucks. */
export function asked(reading: Reading, node: TemplateNode, scope: Scope): void {
  const kind = reading.visit(node, scope);
  if (!Array.isArray(kind)) return;
  const name = nameOf(node);
  reading.fault(node, `"${name}" is a list, and one without items counts as true`, `write ${name}.length > 0`);
}
