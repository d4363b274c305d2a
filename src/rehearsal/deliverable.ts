/** Writes a document that meets the checks on it. Pure. */
import type { Check, Format } from '../core/check.ts';
import type { Demands } from './demands.ts';

export interface DeliverableRequest {
  readonly file: string;
  readonly checks: readonly Check[];
  readonly task: string;
  readonly changed: readonly string[];
  /** Lines `name: value` its front matter has to have. */
  readonly fields: readonly string[];
  /** What checks want besides words and headings. */
  readonly demands: Demands;
  /** For a review: what has to change; an empty list approves. */
  readonly review?: readonly { readonly task: string; readonly title: string }[];
  /** What this attempt was told to change, one line each: who is told something writes something else. */
  readonly told: readonly string[];
  /** Leaves out the last heading that is asked for. */
  readonly incomplete: boolean;
}

/** The text of the deliverable; the same request gives the same bytes. */
export function deliverableText(request: DeliverableRequest): string {
  const format = request.checks.find((check) => check.check === 'format');
  const words = request.checks.flatMap((check) => (check.check === 'contains' ? check.words : []));
  const literals = request.checks.flatMap((check) => (check.check === 'matches' ? literalOf(check.pattern) : []));
  const asked = format?.format ?? formatByName(request.file);
  const said = [...words, ...literals, ...request.demands.words];
  const text = asked === 'markdown' ? documentText(request, said) : dataText(request, asked, said);
  return padded(text, request.checks, asked);
}

/** What a file is when no check says; a report of numbers has to be what its name promises. */
function formatByName(file: string): Format {
  const ending = /\.(json|jsonl|toml|csv|ya?ml)$/.exec(file)?.[1] ?? 'markdown';
  return ending === 'yml' ? 'yaml' : (ending as Format);
}

function documentText(request: DeliverableRequest, words: readonly string[]): string {
  const asked = request.checks.flatMap((check) => (check.check === 'headings' ? check.headings : []));
  const headings = request.incomplete ? asked.slice(0, -1) : asked;
  const sections = (headings.length === 0 ? ['Summary'] : headings).map((heading) => `## ${heading}\n\n${paragraph(heading, request)}\n`);
  const said = words.length === 0 ? '' : `\n${words.map((word) => `- ${word}`).join('\n')}\n`;
  const lists = request.demands.lists.map(
    (heading) => `\n${heading === undefined ? '' : `## ${heading}\n\n`}- [x] MUST everything was looked at\n`,
  );
  const told =
    request.told.length === 0 ? '' : `\nWritten anew, because this was said:\n\n${request.told.map((line) => `> ${line}`).join('\n')}\n`;
  return `${frontMatter(request)}# ${request.task}: ${request.file}\n\n${sections.join('\n')}${said}${told}${lists.join('')}`;
}

function frontMatter({ review, fields, demands }: DeliverableRequest): string {
  const { values } = demands;
  const wanted = Object.entries(values).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const others = fields.filter((line) => !Object.hasOwn(values, line.split(':')[0] ?? ''));
  const lines = [...(review === undefined ? [] : [verdictText(review)]), ...others, ...wanted];
  return lines.length === 0 ? '' : `---\n${lines.join('\n')}\n---\n\n`;
}

function verdictText(findings: NonNullable<DeliverableRequest['review']>): string {
  if (findings.length === 0) return 'verdict: approved\nfindings: []';
  const rows = findings.map(
    (finding, index) => `  - id: F${index + 1}\n    level: must\n    task: ${finding.task}\n    title: ${JSON.stringify(finding.title)}\n`,
  );
  return `verdict: changes_requested\nfindings:\n${rows.join('').trimEnd()}`;
}

function paragraph(heading: string, request: DeliverableRequest): string {
  const files =
    request.changed.length === 0 ? 'No file of the repository was changed.' : request.changed.map((file) => `- \`${file}\``).join('\n');
  if (/file/i.test(heading)) return files;
  if (/verify|usage/i.test(heading)) return 'Run the checks of this task: each of them says what it expects.';
  if (/why/i.test(heading))
    return 'Because the plan asked for it, and a rehearsal shows whether the wiring holds before it costs anything.';
  return `The rehearsal agent did ${request.task}. It wrote this text to meet the criteria of the task, and nothing in it is meant to be read twice.`;
}

function dataText({ task, demands, checks }: DeliverableRequest, format: Exclude<Format, 'markdown'>, words: readonly string[]): string {
  // a schema may allow nothing but what it names
  const strict = checks.some((check) => check.check === 'schema');
  const value = strict ? demands.values : { task, summary: 'written by the rehearsal agent', words, ...demands.values };
  const pairs = Object.entries(value);
  switch (format) {
    case 'json':
      return `${JSON.stringify(value, undefined, 2)}\n`;
    case 'jsonl':
      return `${JSON.stringify(value)}\n`;
    case 'csv':
      return `task,summary\n${[task, ['written by the rehearsal agent', ...words].join(' ')].map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
    case 'toml':
      // strings, numbers, booleans and lists of them are written the same in JSON
      return pairs.map(([name, inside]) => `${JSON.stringify(name)} = ${tomlValue(inside)}\n`).join('');
    case 'openapi':
      return `${JSON.stringify({ openapi: '3.1.0', info: { title: task, version: '1', description: words.join(' ') }, paths: {} }, undefined, 2)}\n`;
    default:
      return pairs.map(([name, inside]) => `${JSON.stringify(name)}: ${JSON.stringify(inside)}\n`).join('');
  }
}

function tomlValue(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([name, inside]) => `${JSON.stringify(name)} = ${tomlValue(inside)}`)
    .join(', ')} }`;
}

/** A pattern without anything special in it is its own match; for others nothing can be promised. */
function literalOf(pattern: string): string[] {
  return /[\\^$.*+?()[\]{}|]/.test(pattern) ? [] : [pattern];
}

function padded(text: string, checks: readonly Check[], format: Format): string {
  const least = Math.max(0, ...checks.map((check) => (check.check === 'size' ? (check.min ?? 0) : 0)));
  const missing = least - Buffer.byteLength(text);
  if (missing <= 0) return text;
  // blanks behind the last value mean nothing
  if (format === 'json' || format === 'openapi' || format === 'jsonl') return `${text.trimEnd()}${' '.repeat(missing)}\n`;
  const more = 'more of the same, to reach the size that is asked for\n';
  const line = {
    csv: `more,"${more.trimEnd()}"\n`,
    markdown: `M${more.slice(1).replace('\n', '.\n')}`,
    yaml: `# ${more}`,
    toml: `# ${more}`,
  }[format];
  return text + (format === 'markdown' ? '\n' : '') + line.repeat(Math.ceil(missing / line.length));
}
