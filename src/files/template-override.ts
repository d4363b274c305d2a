/**
 * A person's own template for prompts: checked, compiled and rendered with all of nunjucks, which nothing else loads.
 * It sees the values of the iteration and nothing behind them, and may do so much work and write so much text, no more.
 */
import nunjucks from 'nunjucks/browser/nunjucks.js';
import type { Problem } from '../core/problem.ts';
import { code, oneline, quote, tidied } from './template.ts';
import { FILTERS } from './template-dialect.ts';
import type { TemplateTexts } from './template-lint.ts';
import { lintTemplate } from './template-lint.ts';
import { READING } from './template-reader.ts';
import { PROMPT_SHAPE, type Shape } from './template-shape.ts';
import type { PromptValues } from './template-values.ts';

export type Rendered = { readonly text: string } | { readonly problem: Problem };

export interface OwnTemplate {
  readonly render: (values: PromptValues) => Rendered;
}

/** Characters a prompt, or one value in a template, may have. */
const LONGEST = 1_000_000;
/** Steps of work; a turn of a loop takes eight. Counted, not timed, so that the same template ends the same way on every machine. */
const MOST_WORK = 2_000_000;
/** Characters a filter goes through in one step. */
const STRIDE = 32;

/** Reads a template; either it can be rendered, or everything wrong with it is said. */
export function ownTemplate(given: TemplateTexts): OwnTemplate | { readonly problems: readonly Problem[] } {
  const problems = lintTemplate(given, PROMPT_SHAPE);
  if (problems.length > 0) return { problems };
  guard();
  const { main, texts, shown } = given;
  const loader = {
    getSource: (name: string) => (Object.hasOwn(texts, name) ? { src: texts[name] ?? '', path: name, noCache: false } : null),
  };
  const environment = new nunjucks.Environment([loader], READING);
  environment.globals = {};
  const { getTemplate } = environment;
  environment.getTemplate = (name, ...more) => {
    charge(8);
    return getTemplate.call(environment, name, ...more);
  };
  const filters: Readonly<Record<string, (...values: never[]) => unknown>> = { ...environment.filters, oneline, quote, code };
  for (const name of FILTERS) environment.addFilter(name, charged(filters[name]));
  return {
    render: (values) => {
      work = 0;
      written = 0;
      try {
        const text = environment.render(main, complete(values, PROMPT_SHAPE) as object);
        if (text.length > LONGEST) throw new LimitError(`it writes more than ${LONGEST} characters`);
        return { text: tidied(text) };
      } catch (error) {
        return { problem: renderProblem(error, shown(main)) };
      }
    },
  };
}

class LimitError extends Error {
  override readonly name = 'LimitError';
}

let work = 0;
let written = 0;
let guarded = false;

function charge(steps: number): void {
  work += steps;
  if (work > MOST_WORK) throw new LimitError(`it takes more than ${MOST_WORK} steps`);
}

function limited(value: unknown): unknown {
  if (typeof value === 'string' && value.length > LONGEST) throw new LimitError(`a value in it has more than ${LONGEST} characters`);
  return value;
}

/** Filters that walk over what they get. */
function charged(filter: ((...values: never[]) => unknown) | undefined): (...values: never[]) => unknown {
  if (filter === undefined) throw new Error('a filter of the list is not there');
  return function (this: unknown, ...values: never[]): unknown {
    for (const value of values as readonly unknown[])
      if (typeof value === 'string' || Array.isArray(value)) charge(1 + value.length / STRIDE);
    return limited(filter.apply(this, values));
  };
}

/** Puts bounds to what compiled templates call; this copy of nunjucks renders people's templates only. */
function guard(): void {
  if (guarded) return;
  guarded = true;
  const { runtime } = nunjucks;
  const { suppressValue, callWrap } = runtime;
  const { set } = runtime.Frame.prototype;
  runtime.memberLookup = member;
  runtime.suppressValue = (value, autoescape) => {
    const text = suppressValue(limited(value), autoescape);
    const { length } = String(text);
    written += length;
    charge(1 + length / STRIDE);
    if (written > LONGEST) throw new LimitError(`it writes more than ${LONGEST} characters`);
    return text;
  };
  runtime.callWrap = (called, name, context, values) => {
    charge(8);
    return callWrap(called, name, context, values);
  };
  runtime.Frame.prototype.set = function (name, value, resolveUp) {
    charge(1);
    set.call(this, name, limited(value), resolveUp);
  };
}

/** Members are what the value itself holds: never what it inherits. */
function member(from: unknown, name: unknown): unknown {
  if (from === undefined || from === null) return undefined;
  if (typeof from === 'string' && name !== 'length') return undefined;
  if (!Object.hasOwn(from, name as PropertyKey)) return undefined;
  return (from as Readonly<Record<PropertyKey, unknown>>)[name as PropertyKey];
}

/** The values with every name there can be, so that asking for what a task does not have is no mistake; and with no others. */
function complete(value: unknown, shape: Shape): unknown {
  if (value === undefined) return typeof shape === 'object' ? false : '';
  if (shape === true) return value;
  if (Array.isArray(shape)) return (value as readonly unknown[]).map((item) => complete(item, (shape as readonly [Shape])[0]));
  const record = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.entries(shape).map(([name, inner]) => [name, complete(record[name], inner)]));
}

function renderProblem(error: unknown, file: string): Problem {
  const { message } = error as Error;
  const [, line, column] = /\[Line (\d+), Column (\d+)\]/.exec(message) ?? [];
  const place = line === undefined || line === '0' ? {} : { line: Number(line), column: Number(column) };
  const why =
    message
      .split('\n')
      .at(-1)
      ?.trim()
      .replace(/^\w*Error: /, '') ?? '';
  if (/call stack/.test(why)) return { file, what: 'it calls itself without end', fix: 'take a turn out of the circle' };
  if (/null or undefined value/.test(why))
    return { file, ...place, what: 'a value that is not there is printed', fix: 'ask for it first, with {% if %}' };
  return { file, ...place, what: `cannot be rendered: ${why}`, fix: 'make the template smaller, or see docs/templates.md' };
}
