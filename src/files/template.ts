/** Turns a template and its values into text. Values are data: filters keep them from becoming headings, table rows or comments. Writes no file. */
import nunjucks from 'nunjucks/browser/nunjucks-slim.js';
import { templates } from '../generated/templates.js';
import { codeSpan } from './code-span.ts';
import { escaped } from './table.ts';
import type { TemplateValues } from './template-values.ts';

export type TemplateName = keyof TemplateValues;

/** The text of a template with these values; throws when it prints a value that is not there, which is a fault of ours. */
export function render<Name extends TemplateName>(name: Name, values: TemplateValues[Name]): string {
  const text = environment().render(name in templates ? name : `${name}.njk`, values);
  return tidied(text);
}

/** A text without the empty lines that tags leave behind. */
export function tidied(text: string): string {
  return `${text.replaceAll(/\n{3,}/g, '\n\n').trimEnd()}\n`;
}

/** The value on one line that starts no block of its own, pipes escaped: fit for a list item, a heading or a cell. */
export function oneline(value: unknown): string {
  const line = withoutComments(collapsed(value));
  // what would open a heading, a list, a quote, a fence or a rule when it stands first
  return escaped(line)
    .replace(/^(?:#{1,6}(?=\s|$)|[-+*>](?=\s|$)|-{3,}|\*{3,}|_{3,}|~{3,}|`{3,})/, '\\$&')
    .replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2');
}

/** The value as a block quote, every line of it. */
export function quote(value: unknown): string {
  const lines = withoutComments(String(value))
    .trim()
    .split(/\r\n|\n|\r/);
  return lines.map((line) => `> ${line}`.trimEnd()).join('\n');
}

/** The value on one line as a code span, whatever back-ticks are in it. */
export function code(value: unknown): string {
  const line = collapsed(value);
  return line === '' ? '(empty)' : codeSpan(line);
}

type Environment = InstanceType<typeof nunjucks.Environment>;
let made: Environment | undefined;

function environment(): Environment {
  if (made !== undefined) return made;
  made = new nunjucks.Environment(new nunjucks.PrecompiledLoader(templates), {
    autoescape: false,
    throwOnUndefined: true,
  });
  for (const [name, filter] of Object.entries({ oneline, quote, code })) made.addFilter(name, filter);
  return made;
}

function collapsed(value: unknown): string {
  return String(value)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** A comment that is never closed would hide the rest of the file from every reader. */
function withoutComments(text: string): string {
  return text.replaceAll('<!--', '&lt;!--');
}
