/** What stands where a template uses a value: names, members, filters, calls and tests, with what of them cannot be used. */
import { didYouMean } from '../core/nearest.ts';
import { callFix, FILTERS, filterFix, LARGEST_MEASURE, LITERALS, MEASURED, TESTS } from './template-dialect.ts';
import { argumentsOf, isNode, nameOf, part, saidBy, type TemplateNode } from './template-node.ts';
import { asked, NAME, type Kind, type Reading, type Scope } from './template-reading.ts';
import type { Shape } from './template-shape.ts';

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

export function symbol(reading: Reading, node: TemplateNode, scope: Scope): Kind {
  const name = saidBy(node);
  const kind = scope.get(name);
  if (kind !== undefined) return kind;
  if (NAME.test(name) && !reading.main && reading.bound.has(name)) return 'any';
  const literal = Object.hasOwn(LITERALS, name) ? LITERALS[name] : undefined;
  reading.fault(node, `unknown name "${name}"`, literal === undefined ? didYouMean(name, [...scope.keys()]) : `write ${literal}`);
  return 'any';
}

export function lookup(reading: Reading, node: TemplateNode, scope: Scope): Kind {
  const from = reading.visit(part(node, 'target'), scope);
  const key = part(node, 'val');
  if (key.typename !== 'Literal') {
    reading.visit(key, scope);
    return Array.isArray(from) ? ((from as readonly [Shape])[0] ?? 'any') : 'any';
  }
  const name = saidBy(key);
  if (from === 'macro' || from === 'module') return from;
  if (FORBIDDEN.has(name)) {
    reading.fault(node, `"${nameOf(node)}" is not given to templates`, 'use the values of the iteration');
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
  reading.fault(node, `there is no "${nameOf(node)}"`, didYouMean(name, there));
  return 'any';
}

export function inlineIf(reading: Reading, node: TemplateNode, scope: Scope): Kind {
  asked(reading, part(node, 'cond'), scope);
  const kind = reading.visit(part(node, 'body'), scope);
  const otherwise = node['else_'];
  if (isNode(otherwise)) reading.visit(otherwise, scope);
  else reading.fault(part(node, 'body'), 'an if inside {{ }} without else gives nothing', 'add: else ""');
  return kind;
}

/** Filters that give as many of the same as they get, and those of which it is not known what they give; others give a text or a number. */
const KEEP: ReadonlySet<string> = new Set(['reverse', 'sort', 'list', 'select', 'reject', 'selectattr', 'rejectattr', 'default', 'd']);
const TAKE: ReadonlySet<string> = new Set(['batch', 'slice', 'first', 'last']);

export function filter(reading: Reading, node: TemplateNode, scope: Scope): Kind {
  const name = saidBy(part(node, 'name'));
  const { inOrder, named } = argumentsOf(node);
  const [value, ...more] = inOrder;
  const kind = value === undefined ? 'any' : reading.visit(value, scope);
  if (!FILTERS.has(name)) reading.fault(node, `unknown filter "${name}"`, filterFix(name));
  if (/^(?:select|reject)attr$/.test(name) && more.length + Math.min(named.length, 1) > 1)
    reading.fault(node, `${name} with a test ignores the test`, 'put {% if %} into a loop');
  if (named.length > 0 && name !== 'sort')
    reading.fault(node, `${name} does not read named arguments`, 'give them in order, without names');
  for (const argument of [...more, ...named.map((pair) => part(pair, 'value'))]) reading.visit(argument, scope);
  const measure = more[0] ?? named[0];
  if (MEASURED.has(name) && measure !== undefined && !(Number(measure['value']) <= LARGEST_MEASURE))
    reading.fault(node, `${name} with a number that is not written out, or over ${LARGEST_MEASURE}`, 'write a small number');
  if (KEEP.has(name)) return kind;
  return TAKE.has(name) ? 'any' : true;
}

export function call(reading: Reading, node: TemplateNode, scope: Scope): Kind {
  const called = part(node, 'name');
  const name = nameOf(called);
  const member = called.typename === 'LookupVal';
  const root = member ? part(called, 'target') : called;
  const known = root.typename === 'Symbol' ? scope.get(saidBy(root)) : undefined;
  const shared = !reading.main && known === undefined && root.typename === 'Symbol' && reading.bound.has(saidBy(root));
  if ((known !== (member ? 'module' : 'macro') && !shared) || FORBIDDEN.has(name.split('.').at(-1) ?? ''))
    reading.fault(node, `"${name}" cannot be called`, callFix(name));
  const { inOrder, named } = argumentsOf(node);
  for (const argument of [...inOrder, ...named.map((pair) => part(pair, 'value'))]) reading.visit(argument, scope);
  return true;
}

export function test(reading: Reading, node: TemplateNode, scope: Scope): Kind {
  const test = part(node, 'right');
  const call = test.typename === 'FunCall';
  const name = saidBy(call ? part(test, 'name') : test).toLowerCase();
  if (!TESTS.has(name)) reading.fault(node, `unknown test "is ${name}"`, `use one of ${[...TESTS].join(', ')}`);
  if (call) reading.visit(part(test, 'args'), scope);
  // `x is defined` may ask about a name there is not
  const about = part(node, 'left');
  if (!(about.typename === 'Symbol' && (name === 'defined' || name === 'undefined'))) reading.visit(about, scope);
  return true;
}
