/** Reads one template node by node: which kind of node is judged how, and what may not stand in a template at all. */
import nunjucks from 'nunjucks/browser/nunjucks.js';
import type { Problem } from '../core/problem.ts';
import { tagFix } from './template-dialect.ts';
import { call, filter, inlineIf, lookup, symbol, test } from './template-expressions.ts';
import { isNode, isText, nameOf, part, placeOf, type TemplateNode, typeWords } from './template-node.ts';
import { asked, type Kind, type Reading, type Scope } from './template-reading.ts';
import type { Shape } from './template-shape.ts';
import { imported, loop, macro, set, template } from './template-statements.ts';

/** How templates are read; the shipped ones, too. */
export const READING = { autoescape: false, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true } as const;

export interface TemplateFile {
  readonly file: string;
  readonly main: boolean;
  readonly jinja: boolean;
  /** Names of all templates of the folder. */
  readonly known: readonly string[];
  /** Grows by the names this template binds. */
  readonly bound: Set<string>;
}

export class TemplateReader implements Reading {
  readonly main: boolean;
  readonly jinja: boolean;
  readonly known: readonly string[];
  readonly bound: Set<string>;
  /** The other templates it names, in order. */
  readonly named: string[] = [];
  readonly #file: string;
  readonly #problems: Problem[] = [];
  #loops = 0;

  constructor({ file, main, jinja, known, bound }: TemplateFile) {
    this.#file = file;
    this.main = main;
    this.jinja = jinja;
    this.known = known;
    this.bound = bound;
  }

  /** What is wrong with a template that is given values of a shape, in the order of its text. */
  read(text: string, shape: Shape): Problem[] {
    const scope: Scope = new Map(typeof shape === 'object' && !Array.isArray(shape) ? Object.entries(shape) : []);
    try {
      this.visit(nunjucks.parser.parse(text, [], READING) as TemplateNode, scope);
    } catch (error) {
      this.#problems.push(parseProblem(error, this.#file));
    }
    return this.#problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  }

  get looping(): boolean {
    return this.#loops > 0;
  }

  inLoop(read: () => void): void {
    this.#loops += 1;
    read();
    this.#loops -= 1;
  }

  uses(name: string): void {
    this.named.push(name);
  }

  fault(node: TemplateNode, what: string, fix: string): void {
    this.#problems.push({ file: this.#file, ...placeOf(node), what, fix });
  }

  bind(scope: Scope, name: string, kind: Kind): void {
    scope.set(name, kind);
    this.bound.add(name);
  }

  visit(node: TemplateNode, scope: Scope): Kind {
    switch (node.typename) {
      case 'TemplateData':
      case 'Super':
        return true;
      case 'Literal':
        if (node['value'] instanceof RegExp) this.fault(node, 'a regular expression', 'compare texts with ==, in or replace');
        return true;
      case 'Root':
      case 'NodeList':
      case 'Array':
        this.#all(node.children ?? [], scope);
        return 'any';
      case 'Group':
        return node.children?.map((child) => this.visit(child, scope)).at(-1) ?? 'any';
      case 'Output':
        for (const child of node.children ?? []) this.#printed(child, this.visit(child, scope));
        return true;
      case 'Capture':
        this.visit(part(node, 'body'), scope);
        return true;
      case 'Symbol':
        return symbol(this, node, scope);
      case 'LookupVal':
        return lookup(this, node, scope);
      case 'InlineIf':
        return inlineIf(this, node, scope);
      case 'Filter':
        return filter(this, node, scope);
      case 'FunCall':
        return call(this, node, scope);
      case 'Is':
        return test(this, node, scope);
      case 'Not':
        asked(this, part(node, 'target'), scope);
        return true;
      case 'And':
      case 'Or':
        asked(this, part(node, 'left'), scope);
        asked(this, part(node, 'right'), scope);
        return 'any';
      case 'Mod':
        if (isText(part(node, 'left'))) this.fault(node, 'a text with % gives no number and no text', 'join the texts with ~');
        return this.#both(node, scope);
      case 'In':
      case 'Add':
      case 'Sub':
      case 'Mul':
      case 'Div':
      case 'FloorDiv':
      case 'Concat':
        return this.#both(node, scope);
      case 'Neg':
      case 'Pos':
        return this.visit(part(node, 'target'), scope);
      case 'Compare':
        this.visit(part(node, 'expr'), scope);
        for (const operand of node['ops'] as readonly TemplateNode[]) this.visit(part(operand, 'expr'), scope);
        return true;
      case 'If':
        asked(this, part(node, 'cond'), scope);
        this.#all([node['body'], node['else_']], scope);
        return 'any';
      case 'For':
        loop(this, node, scope);
        return 'any';
      case 'Set':
        set(this, node, scope);
        return 'any';
      case 'Macro':
        macro(this, node, scope);
        return 'any';
      case 'Block':
        this.visit(part(node, 'body'), scope);
        return 'any';
      case 'Include':
      case 'Extends':
        template(this, part(node, 'template'));
        return 'any';
      case 'Import':
      case 'FromImport':
        imported(this, node, scope);
        return 'any';
      default:
        this.fault(node, `${typeWords(node)} cannot be used here`, 'write it with if, for, set and macro');
        return 'any';
    }
  }

  #all(nodes: readonly unknown[], scope: Scope): void {
    for (const node of nodes) if (isNode(node)) this.visit(node, scope);
  }

  #both(node: TemplateNode, scope: Scope): Kind {
    this.visit(part(node, 'left'), scope);
    this.visit(part(node, 'right'), scope);
    return true;
  }

  #printed(node: TemplateNode, kind: Kind): void {
    if (Array.isArray(kind)) this.fault(node, `"${nameOf(node)}" is a list`, 'print its items in a {% for %}, or join them: | join(", ")');
    else if (typeof kind === 'object') this.fault(node, `"${nameOf(node)}" is no text`, `print one of ${Object.keys(kind).join(', ')}`);
  }
}

function parseProblem(error: unknown, file: string): Problem {
  const { message, lineno, colno } = error as Error & { readonly lineno?: number; readonly colno?: number };
  const place = lineno === undefined || colno === undefined ? {} : { line: lineno, column: colno };
  const tag = /^unknown block tag: (\S+)/.exec(message)?.[1];
  if (tag !== undefined) return { file, ...place, what: `unknown tag "${tag}"`, fix: tagFix(tag) };
  return {
    file,
    ...place,
    what: `cannot be read: ${message.replace(/^parse\w+: /, '')}`,
    fix: 'see docs/templates.md for what a template may hold',
  };
}
