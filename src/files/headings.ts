/** The headings of a Markdown text, and whether two headings say the same. Does not look into lists and quotes. */
import { Lexer, type Token } from 'marked';
import { splitFrontMatter } from './front-matter.ts';

/** A heading so long is compared as it stands: its inline markup is not worth reading. */
const MAX_INLINE = 1000;

/** Lists the text of every heading in order, without inline markup; code fences, comments and front matter hold none. */
function headingsOf(text: string): string[] {
  const { body } = splitFrontMatter(text);
  const sources = headingsOfPlain(body) ?? blocksOf(body).flatMap((token) => (token.type === 'heading' ? String(token['text']) : []));
  return sources.map((source) => (source.length > MAX_INLINE ? source : withoutMarkup(source).trim()));
}

/** Nothing but text, by itself, in items of lists or in quotes: whatever stands around such a line, it opens no fence, table or HTML, and underlines nothing. */
const PLAIN_LINE = /^[ \t]*(?:(?:(?:[-*+>]|\d{1,9}[.)])[ \t]+)*(?:\[[ xX]\] )?(?:\*\*|["`(])?[\p{L}\p{N}].*)?$/u;
const HEADING_LINE = /^#{1,6}[ \t]+(.*[^#\s])[ \t]*$/u;

/** The sources of the headings of a text that has no other blocks than headings, lists and quotes, as most have; undefined for any other, which the parser has to read. */
function headingsOfPlain(body: string): string[] | undefined {
  const sources: string[] = [];
  for (const line of body.split(/\r\n|\r|\n/)) {
    const source = HEADING_LINE.exec(line)?.[1];
    if (source !== undefined) sources.push(source);
    else if (!PLAIN_LINE.test(line)) return undefined;
  }
  return sources;
}

/** The headings of a text as written, and as they are compared; the text looked at last is remembered, because several checks ask about one file. */
export function headingsKnownIn(text: string): { readonly found: readonly string[]; readonly known: ReadonlySet<string> } {
  if (last?.text === text) return last;
  const found = headingsOf(text);
  last = { text, found, known: new Set(found.map(comparable)) };
  return last;
}

let last: { readonly text: string; readonly found: readonly string[]; readonly known: ReadonlySet<string> } | undefined;

/** The form in which headings are compared: without numbering, final colons, case and extra space. */
export function comparable(heading: string): string {
  return withoutMarkup(heading.slice(0, MAX_INLINE))
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(?:\d+(?:\.\d+)*[.)]|\d+(?:\.\d+)+) /, '')
    .replace(/[\s:]+$/, '')
    .toLowerCase();
}

/** The parser has a fault of its own with this text. */
export class UnreadableMarkdown extends Error {
  override readonly name = 'UnreadableMarkdown';
}

/** Cuts a Markdown text into its blocks; inline markup is left unread, which keeps hostile text cheap. Throws UnreadableMarkdown where the parser fails, as marked 18 does at an empty item in a quote in an item. */
export function blocksOf(text: string): Token[] {
  try {
    return new Lexer().blockTokens(text.replace(/\r\n|\r/g, '\n'), []);
  } catch (error) {
    throw new UnreadableMarkdown('the Markdown parser fails at it', { cause: error });
  }
}

/** True for text so nested that a Markdown parser could run out of stack: 50 markers at one line start, or a bullet 100 deep. */
export function isNestedTooDeeply(text: string): boolean {
  return /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))){50}|^[ \t]{100,}(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])/m.test(text);
}

/** Characters that are never markup, wherever they stand on a line. */
const NO_MARKUP = /^[\p{L}\p{N} ,.:;()'"/?%+=-]*$/u;

function withoutMarkup(source: string): string {
  return NO_MARKUP.test(source) ? source : plainText(Lexer.lexInline(source));
}

function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      if (token.type === 'html') return '';
      if ('tokens' in token && Array.isArray(token.tokens)) return plainText(token.tokens);
      return 'text' in token && typeof token.text === 'string' ? token.text : '';
    })
    .join('');
}
