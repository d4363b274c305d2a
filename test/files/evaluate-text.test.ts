/** The checks on one text that came after the first six: absence, placeholders, summary, checklist, and further formats. */
import { expect, test } from 'vitest';
import { evaluateFile, type FileCheck } from '../../src/files/evaluate.ts';
import { parseSentence } from '../../src/files/criterion.ts';

function said(sentence: string, text: string): string {
  const reading = parseSentence(sentence);
  if (reading.is !== 'criterion') throw new Error(`${sentence}: ${JSON.stringify(reading)}`);
  const { pass, message } = evaluateFile({ ...reading.criterion, id: 'x', level: 'must' } as FileCheck, {
    bytes: new TextEncoder().encode(text),
  });
  return `${pass ? 'pass' : 'FAIL'} ${message}`;
}

test('what must not be there is found with its line', () => {
  expect([
    said('file `a` does not contain `debugger`, `fit`', 'x\nfitness debuggers'),
    said('file `a` does not contain `debugger`, `fit`', 'x\r\ny fit\n'),
    said('file `a` does not match `/^todo/im`', 'a\nb\nTodo'),
    said('file `a` does not match `/^todo/`', 'a'),
  ]).toEqual([
    'pass a: does not contain "debugger", "fit"',
    'FAIL a:2: contains "fit"',
    'FAIL a:3: matches /(?im)^todo/, which must not be there',
    'pass a: does not match /^todo/',
  ]);
});

test('a text the Markdown parser fails at is said to be so, and only where it has to be parsed', () => {
  const text = '# Summary\n\n1. first\n   > *\nand on\n';
  expect([
    said('file `a` has the headings `Summary`', text),
    said('file `a` has a summary of at most 500 tokens', text),
    said('file `a` is valid markdown', `${text}\n~~~\nx\n~~~\n`),
    said('file `a` is valid markdown', text),
  ]).toEqual([
    'FAIL a: cannot be read: the Markdown parser fails at it',
    'FAIL a: cannot be read: the Markdown parser fails at it',
    'FAIL a: cannot be read: the Markdown parser fails at it',
    'pass a: is valid markdown',
  ]);
});

test.each([
  ['TODO: write this', 'TODO'],
  ['the date is TBD.', 'TBD'],
  ['(FIXME)', 'FIXME'],
  ['Lorem ipsum dolor', 'Lorem ipsum'],
  ['Dear {{ name }},', '{{ name }}'],
  ['by <your name>', '<your name>'],
  ['see <insert link here>', '<insert link here>'],
  ['<PROJECT NAME> is', '<PROJECT NAME>'],
  ['and <…> so', '<…>'],
])('%s is still to be filled in', (text, word) => {
  expect(said('file `a.md` has no placeholders', `# x\n\n${text}\n`)).toBe(`FAIL a.md:3: "${word}" is still to be filled in`);
});

test.each([
  ['TODOs and mastodon', 'a.md'],
  ['run `TODO` or `{{ x }}`', 'a.md'],
  ['```\nTODO\n```', 'a.md'],
  ['<!-- TODO -->', 'a.md'],
  ['[the list](docs/TODO.md)', 'a.md'],
  ['a <br> and <details open> and <https://example.org>', 'a.md'],
  ['Array<T>, if (a <b && c> d)', 'a.js'],
])('%s is no placeholder', (text, file) => {
  expect(said(`file \`${file}\` has no placeholders`, text)).toBe(`pass ${file}: no placeholders are left`);
});

test('in code every line counts', () => {
  expect(said('file `a.js` has no placeholders', 'x\n// `TODO`\n// FIXME')).toBe(
    'FAIL a.js:2: "TODO" is still to be filled in; 1 more in the file',
  );
});

test('a summary is there, says something, and is short enough', () => {
  const at = (text: string): string => said('file `a.md` has a summary of at most 9 tokens', text);
  expect([
    at('# Title\n\n## 1. Summary\n\nShort and true.\n\n### Detail\n\nyes\n\n## Rest\n\nlong '.repeat(1)),
    at('## Summary\n\nThis is a summary that goes on and on for longer than anybody wanted it to.'),
    at('## Summary\n\n## Rest'),
    at('# Title'),
  ]).toEqual([
    expect.stringMatching(/^pass a\.md: the summary has about \d tokens$/),
    expect.stringMatching(/^FAIL a\.md: the summary has about \d+ tokens; at most 9 tokens wanted$/),
    'FAIL a.md: the summary is empty',
    'FAIL a.md: heading "Summary" is missing',
  ]);
});

test('the bound of a summary is part of it', () => {
  const text = '## Summary\n\none two three four';
  const [, tokens = ''] = /about (\d+) tokens/.exec(said('file `a.md` has a summary of at most 999 tokens', text)) ?? [];
  expect(said(`file \`a.md\` has a summary of at most ${tokens} tokens`, text)).toMatch(/^pass/);
  expect(said(`file \`a.md\` has a summary of at most ${Number(tokens) - 1} tokens`, text)).toMatch(/^FAIL/);
});

const LIST =
  '# A\n\n- [x] MUST tests pass\n- [ ] SHOULD be short\n\n## Security\n\n* [X] no secrets\n  1. [ ] **MUST** inputs are checked\n\n### Deeper\n- [ ] MUST too\n\n## Rest\n\n- [ ] later\n';

test('every MUST item of a checklist is ticked; items without a level are MUST', () => {
  const at = (where: string, text: string): string => said(`file \`a.md\` has its checklist${where} ticked`, text);
  expect([
    at('', LIST),
    at(' `security`', LIST),
    at(' `security`', LIST.replaceAll('[ ] **MUST', '[x] **MUST').replace('[ ] MUST too', '[x] MUST too')),
    at('', LIST.replaceAll('[ ]', '[x]').replace('[x] SHOULD', '[ ] SHOULD')),
    at(' `Legal`', LIST),
    at('', '# no list\n```\n- [ ] x\n```'),
    at('', '- [x] SHOULD only'),
  ]).toEqual([
    'FAIL a.md:9: not ticked: "**MUST** inputs are checked"; 2 more are open',
    'FAIL a.md:9: not ticked: "**MUST** inputs are checked"; 1 more is open',
    'pass a.md: 3 of 3 MUST items are ticked',
    'pass a.md: 5 of 5 MUST items are ticked; 1 other item not',
    'FAIL a.md: heading "Legal" is missing',
    'FAIL a.md: there is no MUST item to tick',
    'FAIL a.md: there is no MUST item to tick',
  ]);
});

const OPENAPI = `openapi: 3.0.3
info: { title: Tax, version: "1" }
paths:
  /rates:
    get:
      responses:
        "200": { description: all rates }
        default: { $ref: "#/components/responses/Fault" }
`;

test.each([
  ['toml', 'a = 1\n[b]\nc = 2020-01-01\n', 'pass'],
  ['toml', '', 'pass'],
  ['toml', 'a = 1\na = 2\n', 'FAIL a:2:'],
  ['jsonl', '{"a": 1}\n[2]\n3\n', 'pass'],
  ['jsonl', '', 'pass'],
  ['jsonl', '\uFEFF{"a": 1}\r\n{"b": 2}\r\n', 'pass'],
  ['jsonl', '{"a": 1}\n\n{"b": 2}\n', 'FAIL a:2:1: not valid jsonl: the line is empty'],
  ['jsonl', '{"a": 1}\n{"b": }\n', 'FAIL a:2:7:'],
  ['csv', 'a,b\r\n1,"x, ""y""\nz"\r\n,\r\n', 'pass'],
  ['csv', 'a', 'pass'],
  ['csv', '', 'FAIL a:1:1: not valid csv: there is no header'],
  ['csv', 'a,b\n1,2,3\n', 'FAIL a:2:1: not valid csv: 3 fields where the header has 2'],
  ['csv', 'a,b\n1\n', 'FAIL a:2:1: not valid csv: 1 field where the header has 2'],
  ['csv', 'a,b\n"x\ny",1\n2\n', 'FAIL a:4:1: not valid csv: 1 field where the header has 2'],
  ['csv', 'a\n"b', 'FAIL a:2:1: not valid csv: the quoted field that starts here is never closed'],
  ['csv', 'a\n"b"c', 'FAIL a:2:4: not valid csv: text after a closing quote'],
  ['csv', 'a\nb"c', 'FAIL a:2:2: not valid csv: a quote inside a field that is not quoted'],
  ['openapi', OPENAPI, 'pass'],
  ['openapi', '{"openapi": "3.1.0", "info": {"title": "x", "version": "1"}, "webhooks": {}}', 'pass'],
  ['openapi', OPENAPI.replace('3.0.3', '3.2.0'), 'FAIL a:1:1: not valid openapi: /openapi must match pattern'],
  ['openapi', OPENAPI.replace('title: Tax, ', ''), "FAIL a:2:1: not valid openapi: /info must have required property 'title'"],
  ['openapi', OPENAPI.replace('/rates', 'rates'), 'FAIL a:4:3: not valid openapi: /paths has the key "rates", which must match pattern'],
  ['openapi', OPENAPI.replace('get:', 'fetch:'), 'FAIL a:5:5: not valid openapi: /paths/~1rates/fetch boolean schema is false'],
  [
    'openapi',
    OPENAPI.replace('"200"', '"20"'),
    'FAIL a:7:9: not valid openapi: /paths/~1rates/get/responses has the key "20", which must match pattern',
  ],
  [
    'openapi',
    OPENAPI.replace('description: all rates', 'x: 1'),
    "FAIL a:7:9: not valid openapi: /paths/~1rates/get/responses/200 must have required property 'description'",
  ],
  [
    'openapi',
    '{"openapi": "3.0.0", "info": {"title": "x", "version": "1"}}',
    "FAIL a:1:1: not valid openapi: the whole must have required property 'paths'",
  ],
  [
    'openapi',
    '{"openapi": "3.1.0", "info": {"title": "x", "version": "1"}}',
    'FAIL a:1:1: not valid openapi: the whole must have required property',
  ],
  ['openapi', 'x: [', 'FAIL a:1:'],
])('%s text %#', (format, text, wanted) => {
  const answer = said(`file \`a\` is valid ${format}`, text);
  expect(wanted === 'pass' ? answer : answer.slice(0, wanted.length)).toBe(wanted === 'pass' ? `pass a: is valid ${format}` : wanted);
});
