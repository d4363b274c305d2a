/** What gives names to values in a template: loops, set, macros and imports, with what of them cannot be used. */
import { didYouMean } from '../core/nearest.ts';
import { argumentsOf, isNode, part, saidBy, type TemplateNode } from './template-node.ts';
import { NAME, type Reading, type Scope } from './template-reading.ts';
import type { Shape } from './template-shape.ts';

/** What a template may use of `loop`. */
const LOOP: Shape = { index: true, index0: true, revindex: true, revindex0: true, first: true, last: true, length: true };

export function loop(reading: Reading, node: TemplateNode, scope: Scope): void {
  const list = part(node, 'arr');
  if (list.typename === 'InlineIf') {
    reading.fault(node, 'a loop with a condition gives nothing', 'put {% if %} into the loop');
    return;
  }
  const kind = reading.visit(list, scope);
  const inside: Scope = new Map(scope);
  const name = part(node, 'name');
  const items = name.typename === 'Array' ? (name.children ?? []) : [name];
  const item = Array.isArray(kind) && items.length === 1 ? (kind as readonly [Shape])[0] : 'any';
  for (const one of items) reading.bind(inside, saidBy(one), item);
  inside.set('loop', LOOP);
  reading.inLoop(() => reading.visit(part(node, 'body'), inside));
  const otherwise = node['else_'];
  if (isNode(otherwise)) reading.visit(otherwise, scope);
}

export function set(reading: Reading, node: TemplateNode, scope: Scope): void {
  const { value, body } = node;
  const kind = isNode(value) ? reading.visit(value, scope) : true;
  if (isNode(body)) reading.visit(body, scope);
  for (const target of node['targets'] as readonly TemplateNode[]) {
    const name = saidBy(target);
    if (target.typename !== 'Symbol' || !NAME.test(name)) reading.fault(target, 'a part of a value cannot be set', 'set a name of its own');
    else if (reading.jinja && reading.looping && scope.has(name)) {
      const what = `"${name}" is set in a loop: in Jinja it keeps its value outside of it, here it loses it`;
      reading.fault(target, what, 'choose another name, or call the file .njk when that is meant');
    } else reading.bind(scope, name, kind);
  }
}

export function macro(reading: Reading, node: TemplateNode, scope: Scope): void {
  reading.bind(scope, saidBy(part(node, 'name')), 'macro');
  const inside: Scope = new Map(scope);
  const { inOrder, named } = argumentsOf(node);
  for (const argument of inOrder) if (argument.typename === 'Symbol') inside.set(saidBy(argument), 'any');
  for (const pair of named) {
    reading.visit(part(pair, 'value'), scope);
    inside.set(saidBy(part(pair, 'key')), 'any');
  }
  reading.visit(part(node, 'body'), inside);
}

/** `import` binds a template, `from … import` macros of one. */
export function imported(reading: Reading, node: TemplateNode, scope: Scope): void {
  template(reading, part(node, 'template'));
  if (node.typename === 'Import') {
    reading.bind(scope, saidBy(part(node, 'target')), 'module');
    return;
  }
  for (const one of part(node, 'names').children ?? []) {
    const target = one.typename === 'Pair' ? part(one, 'value') : one;
    reading.bind(scope, saidBy(target), 'macro');
  }
}

/** The name of another template, which has to be written out and to be there. */
export function template(reading: Reading, node: TemplateNode): void {
  const name = node['value'];
  if (node.typename !== 'Literal' || typeof name !== 'string') {
    reading.fault(node, 'the name of a template that is worked out', 'write the name as a text in quotes');
    return;
  }
  if (reading.known.includes(name)) reading.uses(name);
  else reading.fault(node, `there is no template "${name}" in the folder`, didYouMean(name, reading.known));
}
