/** Headings are found line by line where a text is plain, and by the Markdown parser elsewhere; both have to find the same. */
import fc from 'fast-check';
import { Lexer, type Token } from 'marked';
import { describe, expect, test } from 'vitest';
import { headingsKnownIn } from '../../src/files/headings.ts';

/** Pieces that meet in one line or on neighbouring ones: markers of every block there is, and text. */
const MARKERS = '# ,## ,###,#,####### ,- ,* ,+ ,1. ,12) ,[ ] ,**,`,",(,_,[a]: ,> ,```,~~~,<b>,<!-- ,-->,---,===,| a ,|---,\\,&amp;,!'.split(
  ',',
);
const TEXTS = 'http://a.b/c,www.a.b,me@a.b,    ,  , ,\t,\f,\u00a0,\u2028,Summary,Risks,word,1.2 ,2,:,.,é,#1,x #'.split(',');
const piece = fc.constantFrom(...MARKERS, ...TEXTS);
const line = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
const body = fc.array(
  fc.oneof(
    line,
    fc.constantFrom('', '# Summary', '## 2. Risks ##', '- item', '  - below it', 'Text of it.', '1. first', '> Said before', '> - quoted'),
  ),
  { maxLength: 8 },
);
const text = fc.tuple(body, fc.constantFrom('\n', '\r\n', '\r')).map(([lines, end]) => `Text first.${end}${lines.join(end)}`);

describe('headings', () => {
  test('are the same, found line by line or by the parser', () => {
    fc.assert(
      fc.property(text, (markdown) => {
        fc.pre(isReadable(markdown));
        expect(headingsKnownIn(markdown).found).toEqual(headingsByParser(markdown));
      }),
      { numRuns: 1_000 },
    );
  });
});

function headingsByParser(markdown: string): string[] {
  const blocks = new Lexer().blockTokens(markdown.replace(/\r\n|\r/g, '\n'), []);
  return blocks.flatMap((block) => (block.type === 'heading' ? textOf(Lexer.lexInline(String(block['text']))).trim() : []));
}

function textOf(tokens: readonly Token[]): string {
  return tokens
    .map((token) =>
      token.type === 'html'
        ? ''
        : 'tokens' in token && token.tokens !== undefined
          ? textOf(token.tokens)
          : 'text' in token
            ? String(token.text)
            : '',
    )
    .join('');
}

/** The parser of this version fails at an empty quote in an item. */
function isReadable(markdown: string): boolean {
  try {
    headingsByParser(markdown);
    return true;
  } catch {
    return false;
  }
}
