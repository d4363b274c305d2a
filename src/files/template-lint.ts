/** Reads a person's template for prompts and says what in it cannot be used, with line and column. Runs nothing of it. */
import nunjucks from 'nunjucks/browser/nunjucks.js';
import { didYouMean } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { callFix, FILTERS, filterFix, LARGEST_MEASURE, LITERALS, MEASURED, tagFix, TESTS } from './template-dialect.ts';
import type { Shape } from './template-shape.ts';

/** How templates are read; the shipped ones, too. */
export const READING = { autoescape: false, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true } as const;

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
    const reader = new Reader({ file: shown(name), jinja: name.endsWith('.j2'), known: Object.keys(texts), bound });
    problems.push(...reader.read(texts[name] ?? '', shape, name === main));
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

/** A value as far as it is known: its shape, something that can be called, or anything. */
type Kind = Shape | 'any' | 'macro' | 'module';
type Scope = Map<string, Kind>;

/** A node of nunjucks' tree; lines and columns are 0-based. */
interface TemplateNode {
  readonly typename: string;
  readonly lineno?: number;
  readonly colno?: number;
  readonly children?: readonly TemplateNode[];
  readonly [field: string]: unknown;
}

const LOOP: Shape = { index: true, index0: true, revindex: true, revindex0: true, first: true, last: true, length: true };
const NAME = /^[A-Za-z_]\w*$/;

interface Reading {
  readonly file: string;
  readonly jinja: boolean;
  /** Names of all templates of the folder. */
  readonly known: readonly string[];
  /** Names any of the templates read so far binds: an included one may use them. */
  readonly bound: Set<string>;
}

class Reader {
  readonly named: string[] = [];
  readonly #reading: Reading;
  readonly #problems: Problem[] = [];
  #main = true;
  #loops = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  read(text: string, shape: Shape, main: boolean): Problem[] {
    this.#main = main;
    const scope: Scope = new Map(typeof shape === 'object' && !Array.isArray(shape) ? Object.entries(shape) : []);
    try {
      this.#visit(nunjucks.parser.parse(text, [], READING) as TemplateNode, scope);
    } catch (error) {
      this.#problems.push(parseProblem(error, this.#reading.file));
    }
    return this.#problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  }

  #fault(node: TemplateNode, what: string, fix: string): void {
    const place = placeOf(node);
    this.#problems.push({ file: this.#reading.file, ...place, what, fix });
  }

  #bind(scope: Scope, name: string, kind: Kind): void {
    scope.set(name, kind);
    this.#reading.bound.add(name);
  }

  #all(nodes: readonly unknown[], scope: Scope): void {
    for (const node of nodes) if (isNode(node)) this.#visit(node, scope);
  }

  /** Reads a node and gives what kind of value it is. */
  #visit(node: TemplateNode, scope: Scope): Kind {
    const field = (name: string): TemplateNode => node[name] as TemplateNode;
    switch (node.typename) {
      case 'TemplateData':
        return true;
      case 'Literal':
        if (node['value'] instanceof RegExp) this.#fault(node, 'a regular expression', 'compare texts with ==, in or replace');
        return true;
      case 'Root':
      case 'NodeList':
        this.#all(node.children ?? [], scope);
        return 'any';
      case 'Group':
        return node.children?.map((child) => this.#visit(child, scope)).at(-1) ?? 'any';
      case 'Array':
        this.#all(node.children ?? [], scope);
        return 'any';
      case 'Output':
        for (const child of node.children ?? []) this.#printed(child, this.#visit(child, scope));
        return true;
      case 'Capture':
        this.#visit(field('body'), scope);
        return true;
      case 'Symbol':
        return this.#symbol(node, scope);
      case 'LookupVal':
        return this.#lookup(node, scope);
      case 'If':
        this.#condition(field('cond'), scope);
        this.#all([field('body'), field('else_')], scope);
        return 'any';
      case 'InlineIf':
        return this.#inlineIf(node, scope);
      case 'For':
        return this.#loop(node, scope);
      case 'Set':
        return this.#set(node, scope);
      case 'Macro':
        return this.#macro(node, scope);
      case 'Filter':
        return this.#filter(node, scope);
      case 'FunCall':
        return this.#call(node, scope);
      case 'Is':
        return this.#test(node, scope);
      case 'Not':
        this.#condition(field('target'), scope);
        return true;
      case 'And':
      case 'Or':
        this.#condition(field('left'), scope);
        this.#condition(field('right'), scope);
        return 'any';
      case 'Mod':
        if (isText(field('left'))) this.#fault(node, 'a text with % gives no number and no text', 'join the texts with ~');
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
        return this.#visit(field('target'), scope);
      case 'Compare':
        this.#visit(field('expr'), scope);
        for (const operand of node['ops'] as readonly TemplateNode[]) this.#visit(operand['expr'] as TemplateNode, scope);
        return true;
      case 'Block':
        this.#visit(field('body'), scope);
        return 'any';
      case 'Super':
        return true;
      case 'Include':
      case 'Extends':
        this.#names(field('template'));
        return 'any';
      case 'Import':
        this.#names(field('template'));
        this.#bind(scope, String(field('target')['value']), 'module');
        return 'any';
      case 'FromImport':
        this.#names(field('template'));
        for (const one of field('names').children ?? []) {
          const target = one.typename === 'Pair' ? (one['value'] as TemplateNode) : one;
          this.#bind(scope, String(target['value']), 'macro');
        }
        return 'any';
      default:
        this.#fault(node, `${words(node.typename)} cannot be used here`, 'write it with if, for, set and macro');
        return 'any';
    }
  }

  #both(node: TemplateNode, scope: Scope): Kind {
    this.#visit(node['left'] as TemplateNode, scope);
    this.#visit(node['right'] as TemplateNode, scope);
    return true;
  }

  #printed(node: TemplateNode, kind: Kind): void {
    if (Array.isArray(kind)) this.#fault(node, `"${nameOf(node)}" is a list`, 'print its items in a {% for %}, or join them: | join(", ")');
    else if (typeof kind === 'object') this.#fault(node, `"${nameOf(node)}" is no text`, `print one of ${Object.keys(kind).join(', ')}`);
  }

  /** A list without items counts as false in Jinja and as true in nunjucks. */
  #condition(node: TemplateNode, scope: Scope): void {
    const kind = this.#visit(node, scope);
    if (!Array.isArray(kind)) return;
    const name = nameOf(node);
    this.#fault(node, `"${name}" is a list, and one without items counts as true`, `write ${name}.length > 0`);
  }

  #symbol(node: TemplateNode, scope: Scope): Kind {
    const name = String(node['value']);
    const kind = scope.get(name);
    if (kind !== undefined) return kind;
    if (NAME.test(name) && !this.#main && this.#reading.bound.has(name)) return 'any';
    const literal = Object.hasOwn(LITERALS, name) ? LITERALS[name] : undefined;
    this.#fault(node, `unknown name "${name}"`, literal === undefined ? didYouMean(name, [...scope.keys()]) : `write ${literal}`);
    return 'any';
  }

  #lookup(node: TemplateNode, scope: Scope): Kind {
    const from = this.#visit(node['target'] as TemplateNode, scope);
    const key = node['val'] as TemplateNode;
    if (key.typename !== 'Literal') {
      this.#visit(key, scope);
      return Array.isArray(from) ? ((from as readonly [Shape])[0] ?? 'any') : 'any';
    }
    const name = String(key['value']);
    if (from === 'macro' || from === 'module') return from;
    if (FORBIDDEN.has(name)) {
      this.#fault(node, `"${nameOf(node)}" is not given to templates`, 'use the values of the iteration');
      return 'any';
    }
    if (from === 'any') return 'any';
    if (Array.isArray(from)) {
      if (name === 'length') return true;
      if (/^\d+$/.test(name)) return (from as readonly [Shape])[0];
    } else if (from === true) {
      if (name === 'length') return true;
    } else if (Object.hasOwn(from, name)) return (from as Readonly<Record<string, Shape>>)[name] ?? 'any';
    const there = Array.isArray(from) || from === true ? ['length'] : Object.keys(from);
    this.#fault(node, `there is no "${nameOf(node)}"`, didYouMean(name, there));
    return 'any';
  }

  #inlineIf(node: TemplateNode, scope: Scope): Kind {
    this.#condition(node['cond'] as TemplateNode, scope);
    const kind = this.#visit(node['body'] as TemplateNode, scope);
    const otherwise = node['else_'];
    if (isNode(otherwise)) this.#visit(otherwise, scope);
    else this.#fault(node['body'] as TemplateNode, 'an if inside {{ }} without else gives nothing', 'add: else ""');
    return kind;
  }

  #loop(node: TemplateNode, scope: Scope): Kind {
    const list = node['arr'] as TemplateNode;
    if (list.typename === 'InlineIf') {
      this.#fault(node, 'a loop with a condition gives nothing', 'put {% if %} into the loop');
      return 'any';
    }
    const kind = this.#visit(list, scope);
    const inside: Scope = new Map(scope);
    const name = node['name'] as TemplateNode;
    const items = name.typename === 'Array' ? (name.children ?? []) : [name];
    const item = Array.isArray(kind) && items.length === 1 ? (kind as readonly [Shape])[0] : 'any';
    for (const one of items) this.#bind(inside, String(one['value']), item);
    inside.set('loop', LOOP);
    this.#loops += 1;
    this.#visit(node['body'] as TemplateNode, inside);
    this.#loops -= 1;
    this.#all([node['else_']], scope);
    return 'any';
  }

  #set(node: TemplateNode, scope: Scope): Kind {
    const value = node['value'];
    const kind = isNode(value) ? this.#visit(value, scope) : true;
    if (isNode(node['body'])) this.#visit(node['body'], scope);
    for (const target of node['targets'] as readonly TemplateNode[]) {
      const name = String(target['value']);
      if (target.typename !== 'Symbol' || !NAME.test(name)) this.#fault(target, 'a part of a value cannot be set', 'set a name of its own');
      else if (this.#reading.jinja && this.#loops > 0 && scope.has(name)) {
        const what = `"${name}" is set in a loop: in Jinja it keeps its value outside of it, here it loses it`;
        this.#fault(target, what, 'choose another name, or call the file .njk when that is meant');
      } else this.#bind(scope, name, kind);
    }
    return 'any';
  }

  #macro(node: TemplateNode, scope: Scope): Kind {
    const inside: Scope = new Map(scope);
    this.#bind(scope, String((node['name'] as TemplateNode)['value']), 'macro');
    inside.set(String((node['name'] as TemplateNode)['value']), 'macro');
    for (const argument of (node['args'] as TemplateNode).children ?? []) {
      if (argument.typename === 'Symbol') inside.set(String(argument['value']), 'any');
      for (const pair of argument.typename === 'KeywordArgs' ? (argument.children ?? []) : []) {
        this.#visit(pair['value'] as TemplateNode, scope);
        inside.set(String((pair['key'] as TemplateNode)['value']), 'any');
      }
    }
    this.#visit(node['body'] as TemplateNode, inside);
    return 'any';
  }

  #filter(node: TemplateNode, scope: Scope): Kind {
    const name = String((node['name'] as TemplateNode)['value']);
    const [value, ...more] = (node['args'] as TemplateNode).children ?? [];
    const kind = value === undefined ? 'any' : this.#visit(value, scope);
    if (!FILTERS.has(name)) this.#fault(node, `unknown filter "${name}"`, filterFix(name));
    if (/^(?:select|reject)attr$/.test(name) && more.length > 1)
      this.#fault(node, `${name} with a test ignores the test`, 'put {% if %} into a loop');
    for (const argument of more) {
      if (argument.typename === 'KeywordArgs') {
        if (name !== 'sort') this.#fault(node, `${name} does not read named arguments`, 'give them in order, without names');
        for (const pair of argument.children ?? []) this.#visit(pair['value'] as TemplateNode, scope);
      } else this.#visit(argument, scope);
    }
    const measure = more[0];
    if (MEASURED.has(name) && measure !== undefined && !(Number(measure['value']) <= LARGEST_MEASURE))
      this.#fault(node, `${name} with a number that is not written out, or over ${LARGEST_MEASURE}`, 'write a small number');
    return ['reverse', 'sort', 'list', 'select', 'reject', 'selectattr', 'rejectattr', 'default', 'd'].includes(name)
      ? kind
      : name === 'batch' || name === 'slice' || name === 'first' || name === 'last'
        ? 'any'
        : true;
  }

  #call(node: TemplateNode, scope: Scope): Kind {
    const called = node['name'] as TemplateNode;
    const name = nameOf(called);
    const root = called.typename === 'LookupVal' ? (called['target'] as TemplateNode) : called;
    const wanted = called.typename === 'LookupVal' ? 'module' : 'macro';
    const known = root.typename === 'Symbol' ? scope.get(String(root['value'])) : undefined;
    const shared = !this.#main && known === undefined && root.typename === 'Symbol' && this.#reading.bound.has(String(root['value']));
    if ((known !== wanted && !shared) || FORBIDDEN.has(name.split('.').at(-1) ?? ''))
      this.#fault(node, `"${name}" cannot be called`, callFix(name));
    for (const argument of (node['args'] as TemplateNode).children ?? []) {
      if (argument.typename !== 'KeywordArgs') this.#visit(argument, scope);
      else for (const pair of argument.children ?? []) this.#visit(pair['value'] as TemplateNode, scope);
    }
    return true;
  }

  #test(node: TemplateNode, scope: Scope): Kind {
    const test = node['right'] as TemplateNode;
    const call = test.typename === 'FunCall';
    const name = String((call ? (test['name'] as TemplateNode) : test)['value']).toLowerCase();
    if (!TESTS.has(name)) this.#fault(node, `unknown test "is ${name}"`, `use one of ${[...TESTS].join(', ')}`);
    if (call) this.#visit(test['args'] as TemplateNode, scope);
    // `x is defined` may ask about a name there is not
    const asked = node['left'] as TemplateNode;
    if (!(asked.typename === 'Symbol' && (name === 'defined' || name === 'undefined'))) this.#visit(asked, scope);
    return true;
  }

  #names(template: TemplateNode): void {
    const name = template['value'];
    if (template.typename !== 'Literal' || typeof name !== 'string') {
      this.#fault(template, 'the name of a template that is worked out', 'write the name as a text in quotes');
      return;
    }
    if (this.#reading.known.includes(name)) this.named.push(name);
    else this.#fault(template, `there is no template "${name}" in the folder`, didYouMean(name, this.#reading.known));
  }
}

/** What leads from a value to the program that made it. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  '__proto__',
  'constructor',
  'prototype',
  '__defineGetter__',
  '__lookupGetter__',
  'caller',
  'callee',
]);

function isNode(value: unknown): value is TemplateNode {
  return typeof value === 'object' && value !== null && 'typename' in value;
}

function isText(node: TemplateNode): boolean {
  return node.typename === 'Literal' && typeof node['value'] === 'string';
}

/** A name as it stands in the template: `task.title`. */
function nameOf(node: TemplateNode): string {
  if (node.typename === 'LookupVal') {
    const key = node['val'] as TemplateNode;
    return `${nameOf(node['target'] as TemplateNode)}.${key.typename === 'Literal' ? String(key['value']) : '…'}`;
  }
  if (node.typename === 'FunCall' || node.typename === 'Filter') return nameOf(node['name'] as TemplateNode);
  return node.typename === 'Symbol' || node.typename === 'Literal' ? String(node['value']) : words(node.typename);
}

/** Where a node begins: nunjucks gives a member the place of its dot. */
function placeOf(node: TemplateNode): Pick<Problem, 'line' | 'column'> {
  if (node.typename === 'LookupVal') return placeOf(node['target'] as TemplateNode);
  if (node.lineno === undefined || node.colno === undefined) return {};
  return { line: node.lineno + 1, column: node.colno + 1 };
}

function words(typename: string): string {
  return `"${typename.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()}"`;
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
