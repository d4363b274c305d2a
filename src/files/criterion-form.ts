/** What the sentences of all criteria have in common: files, lists, numbers. The sentences themselves are in `criterion-*.ts`. */
import type { Criterion, Place, Source, SourceFile } from '../core/check.ts';
import { codeSpan } from './code-span.ts';

/** How one kind of criterion is written and read; `words` below is a sentence in which every code span is a single back-tick. */
export interface Form<One extends Criterion = never> {
  /** Once a line begins like this, it must be right to its end. */
  readonly start: RegExp;
  readonly whole: RegExp;
  readonly example: string;
  /** Builds the criterion from the groups of `whole` and the contents of the spans, or says what is wrong. */
  readonly make: (groups: readonly (string | undefined)[], contents: readonly string[]) => Criterion | string;
  /** Throws when the criterion cannot be said on one line. */
  readonly write: (criterion: One) => string;
}

export type FileOf = { readonly in: Place; readonly file: string };

/** A list of code spans. */
export const LIST = '`(?:(?:, ?| and |, and )`)*';
/** A decimal number as JavaScript writes it. */
export const NUMBER = '-?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?';
/** Words that say where a file is looked for, before its code span. */
export const SOURCE = '(iteration |base )?file `';

interface FileForm<One extends Criterion> {
  readonly start: string;
  readonly predicate: string;
  readonly example: string;
  readonly make: (file: FileOf, groups: readonly (string | undefined)[], contents: readonly string[]) => Criterion | string;
  readonly write: (criterion: One) => string;
}

/** A form that begins with the file it is about. */
export function fileForm<One extends Criterion & FileOf>({ start, predicate, example, make, write }: FileForm<One>): Form<One> {
  return {
    start: new RegExp(`^(?:iteration )?file \` ?${start}`, 'i'),
    whole: new RegExp(`^(iteration )?file \` ${predicate}$`, 'i'),
    example: `file \`path\` ${example}`,
    make: ([iteration, ...groups], [file = '', ...contents]) =>
      wrongPath(file) ?? make({ in: iteration === undefined ? 'repository' : 'iteration', file }, groups, contents),
    write: (criterion) => `${fileText(criterion)} ${write(criterion)}`,
  };
}

/** A file in words: `iteration file` and its path in back-ticks. */
export function fileText({ in: place, file }: SourceFile): string {
  return `${place === 'repository' ? '' : `${place} `}file ${codeSpan(file)}`;
}

/** The place the group of `SOURCE` stands for. */
export function sourceOf(word: string | undefined): Source {
  const said = word?.trim().toLowerCase();
  return said === 'iteration' || said === 'base' ? said : 'repository';
}

/** Code spans with commas between; throws for an empty list. */
export function spans(texts: readonly string[]): string {
  if (texts.length === 0) throw new Error('an empty list cannot be written');
  return texts.map(codeSpan).join(', ');
}

/** Words with commas and a last `joint` between. */
export function wordList(words: readonly string[], joint: 'and' | 'or'): string {
  if (words.length === 0) throw new Error('an empty list cannot be written');
  return words.length === 1 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1) ?? ''}`;
}

/** The words of a list among those that are known, each once and in their order; or the first unknown one. */
export function wordsOf<Word extends string>(text: string, known: readonly Word[]): readonly Word[] | string {
  const said = text.toLowerCase().split(/,? and |,? or |, ?/);
  const unknown = said.find((word) => !known.some((one) => one === word));
  return unknown === undefined ? known.filter((word) => said.includes(word)) : `"${unknown}" is none of ${known.join(', ')}`;
}

/** Criteria look only inside the folder they are about. */
export function wrongPath(path: string): string | undefined {
  if (/[\0\r\n]/.test(path)) return `the path ${JSON.stringify(path)} holds a NUL or a line break`;
  if (/^\/|^\\\\|^[A-Za-z]:[/\\]/.test(path)) return `the path "${path}" is absolute; give it from the top of the repository or iteration`;
  if (path.split(/[/\\]/).includes('..')) return `the path "${path}" leaves its folder with ".."`;
  return undefined;
}
