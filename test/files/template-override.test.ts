import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { iterationFiles } from '../../src/files/iteration-files.ts';
import { ownTemplate } from '../../src/files/template-override.ts';
import type { PromptValues } from '../../src/files/template-values.ts';
import { newIteration } from '../rig/new-iteration.ts';

const shipped = readFileSync(path.join(import.meta.dirname, '../../templates/agent-prompt.md.njk'), 'utf8');
const iteration = newIteration({ parts: ['tax', 'rate'], issue: 'Add {{ role.body }} and {% raw %}' });

/** What every prompt of the iteration becomes with this template; problems as lines. */
function rendered(
  text: string,
  { file = 'agent-prompt.md.njk', more = {} }: { file?: string; more?: Record<string, string> } = {},
): string[] {
  const read = ownTemplate({ main: file, texts: { [file]: text, ...more }, shown: (name) => `templates/${name}` });
  if ('problems' in read) return read.problems.map(problemLine);
  const made: string[] = [];
  const render = (values: PromptValues): string => {
    const one = read.render(values);
    made.push('text' in one ? one.text : problemLine(one.problem));
    return '';
  };
  const roles = Object.fromEntries(iteration.plan.tasks.map((task) => [task.role, render]));
  iterationFiles({ ...iteration, ownTemplates: roles });
  return made;
}

const first = (text: string, more?: Record<string, string>): string => rendered(text, more === undefined ? {} : { more })[0] ?? '';

test('the shipped template, copied out, gives the same bytes', () => {
  const files = iterationFiles(iteration);
  expect(rendered(shipped)).toEqual(iteration.plan.tasks.map((task) => files[task.prompt]));
});

test('what stands in the values is text, never a template', () => {
  expect(first('{{ context.goal }}')).toBe('Add {{ role.body }} and {% raw %}\n');
});

test('a task without a verdict may be asked for one', () => {
  expect(rendered('{{ task.id }}{% if task.gate %} judges{% endif %}')).toEqual(['T1\n', 'T2\n', 'T3\n', 'T4 judges\n', 'T5\n']);
});

test('templates of the folder may be included, imported and extended, and see the values', () => {
  const more = {
    'parts/head.md.njk': '# {{ task.id }} of {{ iteration }}\n',
    'parts/forms.njk': '{% macro item(text) %}- {{ text | oneline }}\n{% endmacro %}',
    'base.njk': 'A{% block middle %}b{% endblock %}C',
  };
  const text =
    '{% include "parts/head.md.njk" %}{% import "parts/forms.njk" as forms %}{% for need in task.criteria %}{{ forms.item(need) }}{% endfor %}';
  expect(first(text, more)).toMatch(/^# T1 of 001-try\n- \\- \[ \] MUST/);
  expect(first('{% extends "base.njk" %}{% block middle %}{{ task.id }}{% endblock %}', more)).toBe('AT1C\n');
});

describe('refused, with line and column', () => {
  test.each([
    ['{{ task.titel }}', '1:4: there is no "task.titel"; did you mean "title"?'],
    ['a\n  {{ rol.body }}', '2:6: unknown name "rol"; did you mean "role"?'],
    ['{% for d in task.deliverables %}{{ d.pth }}{% endfor %}', '1:36: there is no "d.pth"; did you mean "path"?'],
    ['{% for x in task.needs if x %}{% endfor %}', '1:4: a loop with a condition gives nothing; put {% if %} into the loop'],
    ['x {% do task %}', '1:6: unknown tag "do"; use {% set %}'],
    [
      '{% for n in task.needs %}{{ loop.cycle("a", "b") }}{% endfor %}',
      '1:39: "loop.cycle" cannot be called; use loop.index0 % 2 in an {% if %}',
    ],
    ['{{ task.needs | map("upper") | join }}', '1:17: unknown filter "map"; use a {% for %} loop'],
    ['{% if task.needs %}x{% endif %}', '1:7: "task.needs" is a list, and one without items counts as true; write task.needs.length > 0'],
    ['{{ task.needs }}', '1:4: "task.needs" is a list; print its items in a {% for %}, or join them: | join(", ")'],
    ['{{ task.needs | sort }}', '1:17: "sort" is a list; print its items in a {% for %}, or join them: | join(", ")'],
    ['{{ task }}', /^templates\/agent-prompt.md.njk:1:4: "task" is no text; print one of id, title/],
    ['{{ "a" if task.gate }}', '1:4: an if inside {{ }} without else gives nothing; add: else ""'],
    ['{{ task.id is integer }}', /1:8: unknown test "is integer"; use one of defined/],
    ['{{ task.needs | join(d=", ") }}', '1:17: join does not read named arguments; give them in order, without names'],
    ['{{ tasks | selectattr("id", "equalto", "T1") | length }}', '1:12: selectattr with a test ignores the test; put {% if %} into a loop'],
    ['{{ "%s" % task.id }}', '1:4: a text with % gives no number and no text; join the texts with ~'],
    ['{{ True }}', '1:4: unknown name "True"; write true'],
    ['{% for i in range(10) %}{% endfor %}', /1:18: "range" cannot be called; loop over a list/],
    ['{{ task.id.constructor("x") }}', /"task.id.constructor" cannot be called/],
    ['{{ role.constructor }}', '1:4: "role.constructor" is not given to templates; use the values of the iteration'],
    ['{{ constructor }}', /1:4: unknown name "constructor"/],
    ['{% include "../../secret.njk" %}', /1:12: there is no template "..\/..\/secret.njk" in the folder/],
    ['{% include task.id %}', '1:12: the name of a template that is worked out; write the name as a text in quotes'],
    ['{{ task.id | indent(100000000) }}', /1:14: indent with a number that is not written out, or over 1000/],
    ['{{ r/a+/ }}', '1:4: a regular expression; compare texts with ==, in or replace'],
    ['{% call f() %}x{% endcall %}', /cannot be (?:used here|called)/],
    ['{{ task.id', /cannot be read: expected variable end/],
  ])('%s', (text, said) => {
    const lines = rendered(text);
    expect(
      lines.some((line) => (typeof said === 'string' ? line.startsWith(`templates/agent-prompt.md.njk:${said}`) : said.test(line))),
    ).toBe(true);
    expect(lines.every((line) => line.startsWith('templates/agent-prompt.md.njk'))).toBe(true);
  });

  test('in a .j2 file, a value set in a loop, which Jinja would forget', () => {
    const text = '{% set last = "" %}{% for n in tasks %}{% set last = n.id %}{% endfor %}{{ last }}';
    expect(rendered(text, { file: 'agent-prompt.md.j2' })).toEqual([expect.stringContaining('"last" is set in a loop')]);
    expect(first(text)).toBe('T5\n');
  });

  test('in a template that is included, with the name of that file', () => {
    expect(first('{% include "part.njk" %}', { 'part.njk': '\n{{ nobody }}' })).toMatch(/^templates\/part\.njk:2:4: unknown name "nobody"/);
  });

  test('everything at once', () => {
    expect(rendered('{{ a1 }}\n{{ b2 }}\n{% if task.needs %}{% endif %}')).toHaveLength(3);
  });
});

describe('kept within bounds', () => {
  const nested = (depth: number, inside: string): string =>
    `${Array.from({ length: depth }, (_, at) => `{% for v${at} in tasks %}`).join('')}${inside}${'{% endfor %}'.repeat(depth)}`;

  test.each([
    ['loops in loops', nested(12, ''), /takes more than 2000000 steps/],
    ['too much text', nested(8, '{{ role.body }}'), /writes more than 1000000 characters/],
    [
      'a text that doubles itself',
      `{% set a = role.body %}${nested(3, '{% set a = a ~ a %}')}`,
      /a value in it has more than 1000000 characters/,
    ],
    ['a macro that calls itself', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', /calls itself without end/],
    ['a template that includes itself', '{% include "agent-prompt.md.njk" %}', /include each other in a circle/],
    ['members that are worked out', '{% set k = "constructor" %}{{ role[k] }}', /a value that is not there is printed/],
    ['members of a text that are worked out', '{% set k = "constructor" %}{{ task.id[k][k] }}', /a value that is not there is printed/],
    ['members of a list that are worked out', '{% set k = "constructor" %}{{ task.needs[k] }}', /a value that is not there is printed/],
  ])('%s', (_, text, said) => {
    expect(first(text)).toMatch(said);
  });

  test('what one template used up is not missing for the next', () => {
    expect(first(nested(12, ''))).toMatch(/steps/);
    expect(first('{{ task.id }}')).toBe('T1\n');
  });
});
