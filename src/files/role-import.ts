/**
 * Reads agent files written for other tools into roles, without losing a byte of the body or a key of the front matter.
 * Many such files are not valid YAML (colons and quotes in plain text, examples over several lines, tabs), so the front matter
 * is cut into keys line by line first, and YAML is asked key by key. Lists of agents in one YAML file are `role-lists.ts`.
 */
import { isMap, isScalar } from 'yaml';
import type { Problem } from '../core/problem.ts';
import { slugOf, stemOf } from '../core/slug.ts';
import { readYaml } from './yaml-text.ts';

/** A key of the front matter that stays as it is. */
export interface RoleKey {
  readonly key: string;
  /** Undefined for lists and maps, which `yaml` holds. */
  readonly value: unknown;
  /** As written, when it can stand so; else it is written anew from the value. */
  readonly yaml?: string;
}

/** A role on its way between forms; `exportRole` writes it. */
export interface PortableRole {
  readonly name: string;
  readonly description: string;
  /** A tier where the file names a model that stands for one. */
  readonly model?: string;
  /** All other keys, in the order of the file. */
  readonly keys: readonly RoleKey[];
  readonly body: string;
}

/** Claude Code's three models and the tiers they stand for; its name for "as the caller" and full model names stay. */
export const TIERS = { strong: 'opus', standard: 'sonnet', fast: 'haiku' } as const;

const MAX_LENGTH = 1_048_576;

/** Reads one agent file (Markdown with front matter); the role is there exactly when there are no problems. */
export function importRole(text: string, file: string): { readonly role?: PortableRole; readonly problems: readonly Problem[] } {
  if (text.length > MAX_LENGTH) return { problems: [{ file, what: 'is over 1 MB', fix: 'give an agent file: front matter and a prompt' }] };
  const cut = cutFrontMatter(text);
  if (cut === undefined) {
    const fix = 'it has to start with "---", name: and description:, and "---"';
    return { problems: [{ file, line: 1, what: 'no front matter', fix }] };
  }
  const { keys, problems } = readKeys(cut.lines, file);
  const find = (key: string): RoleKey | undefined => keys.find((one) => one.key === key);
  const written = textOf(find('name')?.value) ?? '';
  const name = slugOf(written === '' ? stemOf(file) : written);
  const description = textOf(find('description')?.value) ?? '';
  const more: Problem[] = [];
  if (name === '') more.push({ file, line: 1, what: `the name "${written}" has no letter from a to z`, fix: 'choose one with --as' });
  if (description === '')
    more.push({ file, line: 1, what: 'the key "description" is missing', fix: 'add a sentence: what the role is for' });
  if (cut.body.trim() === '') more.push({ file, line: cut.lines.length + 2, what: 'the agent has no text below its front matter' });
  const all = [...problems, ...more];
  if (all.length > 0) return { problems: all };
  const model = textOf(find('model')?.value);
  const rest = keys.filter(({ key }) => !['name', 'description', 'model'].includes(key));
  const renamed = written !== '' && written !== name && find('iter') === undefined;
  return {
    role: {
      name,
      description,
      ...(model === undefined || model === '' ? {} : { model: tierOf(model) }),
      keys: renamed ? [...rest, { key: 'iter', value: { aka: [written] } }] : rest,
      body: cut.body,
    },
    problems: [],
  };
}

function tierOf(model: string): string {
  return Object.entries(TIERS).find(([, name]) => name === model)?.[0] ?? model;
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return (typeof value === 'string' ? value : JSON.stringify(value)).trim();
}

interface Cut {
  /** Of the front matter, each with its line end. */
  readonly lines: readonly string[];
  readonly body: string;
}

const DASHES = /^---[ \t]*(?:\r\n|\n|\r|$)/;

/** Cuts at the second line of dashes; without one, where the keys end. */
function cutFrontMatter(text: string): Cut | undefined {
  const [first = '', ...lines] = text.replace(/^\uFEFF/, '').split(/(?<=\r\n|\n|\r(?!\n))/);
  if (!DASHES.test(first)) return undefined;
  const closing = lines.findIndex((line) => DASHES.test(line));
  const end = endOfKeys(lines);
  // dashes far below may be a rule in the text of a file that forgot to close its front matter
  const closed = closing !== -1 && (!lines.slice(end, closing).some(isHeading) || isYaml(lines.slice(0, closing).join('')));
  if (closed) return { lines: lines.slice(0, closing), body: lines.slice(closing + 1).join('') };
  return { lines: lines.slice(0, end), body: lines.slice(end).join('') };
}

function isHeading(line: string): boolean {
  return /^#{1,6}[ \t]+\S/.test(line);
}

function isYaml(text: string): boolean {
  const { documents, faults } = readYaml(text);
  return faults.length === 0 && documents.length === 1 && isMap(documents[0]?.contents);
}

/** The line at which the text starts when nothing closes the front matter: a heading, or after a blank line what is neither indented nor a key in small letters. */
function endOfKeys(lines: readonly string[]): number {
  let examples = 0;
  for (const [index, line] of lines.entries()) {
    examples = openExamples(examples, line);
    if (examples > 0) continue;
    if (isHeading(line)) return index;
    if (line.trim() !== '') continue;
    const next = lines.slice(index).find((one) => one.trim() !== '') ?? '';
    if (!/^[ \t]|^<example/.test(next) && !(KEY.test(next) && /^\p{Ll}/u.test(next))) return index;
  }
  return lines.length;
}

function openExamples(open: number, line: string): number {
  const opened = line.match(/<example\b/g)?.length ?? 0;
  const closed = line.match(/<\/example>/g)?.length ?? 0;
  return Math.max(0, open + opened - closed);
}

const KEY = /^([\p{L}_][\p{L}\p{N}_-]*)[ \t]*:(?=[ \t\r\n]|$)/u;
/** Of which we may be sure that a line starting with one is a key, whatever surrounds it. */
const AGENT_KEY = /^(name|description|tools|disallowedTools|model|color|permissionMode|skills|iter)[ \t]*:/;

/** The keys with their values; a line that can be no key of its own belongs to the key above it. */
function readKeys(lines: readonly string[], file: string): { keys: readonly RoleKey[]; problems: readonly Problem[] } {
  const starts = startsOfKeys(lines);
  const problems: Problem[] = [];
  const keys: RoleKey[] = [];
  const before = lines.slice(0, starts[0]?.line ?? lines.length);
  const stray = before.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
  if (stray !== -1)
    problems.push({ file, line: stray + 2, what: 'a line of the front matter stands before any key', fix: 'remove it or give it a key' });
  for (const [index, { key, line }] of starts.entries()) {
    const written = lines.slice(line, starts[index + 1]?.line).join('');
    if (keys.some((one) => one.key === key))
      problems.push({ file, line: line + 2, what: `the key "${key}" is there twice`, fix: 'keep one of them' });
    keys.push(readKey(key, written));
  }
  return { keys, problems };
}

interface KeyStart {
  readonly key: string;
  readonly line: number;
}

function startsOfKeys(lines: readonly string[]): KeyStart[] {
  const valid = validStarts(lines);
  if (valid !== undefined) return valid;
  const starts: KeyStart[] = [];
  let examples = 0;
  for (const [line, text] of lines.entries()) {
    const key = (AGENT_KEY.exec(text) ?? (examples === 0 ? KEY.exec(text) : null))?.[1];
    if (key !== undefined) {
      starts.push({ key, line });
      examples = 0;
    }
    examples = openExamples(examples, text);
  }
  return starts;
}

/** The starts as YAML sees them, when it sees a map with each key on a line of its own. */
function validStarts(lines: readonly string[]): KeyStart[] | undefined {
  const { documents, faults, lines: counter } = readYaml(lines.join(''));
  const top = documents[0]?.contents;
  if (faults.length > 0 || documents.length !== 1 || !isMap(top) || top.flow === true) return undefined;
  const starts = top.items.map(({ key }) => {
    const at = isScalar(key) ? key.range?.[0] : undefined;
    const { line, col } = counter.linePos(at ?? 0);
    return { key: isScalar(key) ? String(key.value) : '', line: line - 1, column: col };
  });
  return starts.every(({ key, column }) => key !== '' && column === 1) ? starts : undefined;
}

/** The value as YAML reads it, with tabs as indentation if it must be, else as plain text. */
function readKey(key: string, written: string): RoleKey {
  const yaml = /[\r\n]$/.test(written) ? written : `${written}\n`;
  for (const attempt of [yaml, yaml.replaceAll(/^\t+/gm, (tabs) => '  '.repeat(tabs.length))]) {
    const { documents, faults } = readYaml(attempt);
    const top = documents[0]?.contents;
    if (faults.length > 0 || documents.length !== 1 || !isMap(top) || top.items.length !== 1) continue;
    const node = top.items[0]?.value;
    return { key, value: isScalar(node) ? node.value : undefined, yaml: attempt };
  }
  return { key, value: plainText(written.slice(written.indexOf(':') + 1)) };
}

function plainText(written: string): string {
  const text = written.trim().replace(/^[|>][+-]?[ \t]*(?:\r\n|\n|\r)\s*/, '');
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return text;
  if (text.length > 1 && text.endsWith(quote)) return text.slice(1, -1);
  // a quote that never closes quotes nothing; one that closes inside belongs to the sentence
  return text.indexOf(quote, 1) === -1 ? text.slice(1) : text;
}
