/** Writes a document that meets the checks on it. Pure. */
import type { Check } from '../core/check.ts';

export interface DeliverableRequest {
  readonly file: string;
  readonly checks: readonly Check[];
  readonly task: string;
  readonly changed: readonly string[];
  /** Lines `name: value` its front matter has to have. */
  readonly fields: readonly string[];
  /** For a review: what has to change; an empty list approves. */
  readonly review?: readonly { readonly task: string; readonly title: string }[];
  /** Leaves out the last heading that is asked for. */
  readonly incomplete: boolean;
}

/** The text of the deliverable; the same request gives the same bytes. */
export function deliverableText(request: DeliverableRequest): string {
  const format = request.checks.find((check) => check.check === 'format');
  const words = request.checks.flatMap((check) => (check.check === 'contains' ? check.words : []));
  const literals = request.checks.flatMap((check) => (check.check === 'matches' ? literalOf(check.pattern) : []));
  const text =
    format?.format === 'json' || format?.format === 'yaml'
      ? dataText(request, format.format, [...words, ...literals])
      : documentText(request, [...words, ...literals]);
  return padded(text, request.checks, format?.format);
}

function documentText(request: DeliverableRequest, words: readonly string[]): string {
  const asked = request.checks.flatMap((check) => (check.check === 'headings' ? check.headings : []));
  const headings = request.incomplete ? asked.slice(0, -1) : asked;
  const sections = (headings.length === 0 ? ['Summary'] : headings).map((heading) => `## ${heading}\n\n${paragraph(heading, request)}\n`);
  const said = words.length === 0 ? '' : `\n${words.map((word) => `- ${word}`).join('\n')}\n`;
  return `${frontMatter(request)}# ${request.task}: ${request.file}\n\n${sections.join('\n')}${said}`;
}

function frontMatter({ review, fields }: DeliverableRequest): string {
  const lines = [...(review === undefined ? [] : [verdictText(review)]), ...fields];
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

function dataText(request: DeliverableRequest, format: 'json' | 'yaml', words: readonly string[]): string {
  const value = { task: request.task, summary: 'written by the rehearsal agent', words };
  if (format === 'json') return `${JSON.stringify(value, undefined, 2)}\n`;
  return `task: ${value.task}\nsummary: ${value.summary}\nwords: [${words.map((word) => JSON.stringify(word)).join(', ')}]\n`;
}

/** A pattern without anything special in it is its own match; for others nothing can be promised. */
function literalOf(pattern: string): string[] {
  return /[\\^$.*+?()[\]{}|]/.test(pattern) ? [] : [pattern];
}

function padded(text: string, checks: readonly Check[], format: string | undefined): string {
  const least = Math.max(0, ...checks.map((check) => (check.check === 'size' ? (check.min ?? 0) : 0)));
  const missing = least - Buffer.byteLength(text);
  if (missing <= 0) return text;
  const line =
    format === 'yaml'
      ? '# more of the same, to reach the size that is asked for\n'
      : 'More of the same, to reach the size that is asked for.\n';
  return format === 'json'
    ? text + ' '.repeat(missing)
    : text + (format === 'yaml' ? '' : '\n') + line.repeat(Math.ceil(missing / line.length));
}
