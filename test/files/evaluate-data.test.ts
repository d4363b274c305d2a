/** Checks that read values: schemas, measurements, reviews, answers, ids. Judged on content handed in. */
import { expect, test } from 'vitest';
import type { Result, SourceFile } from '../../src/core/check.ts';
import { checklistItems } from '../../src/core/checklist.ts';
import { type DataCheck, evaluateData } from '../../src/files/evaluate-data.ts';
import { parseSentence } from '../../src/files/criterion.ts';

type Texts = Readonly<Record<string, string | Uint8Array>>;

function judged(
  sentence: string,
  texts: Texts,
  facts: { readonly commits?: readonly string[]; readonly paths?: readonly string[]; readonly margin?: number } = {},
): Result {
  const reading = parseSentence(sentence);
  if (reading.is !== 'criterion') throw new Error(`${sentence}: ${JSON.stringify(reading)}`);
  const check = { ...reading.criterion, id: 'x', level: 'must' } as DataCheck;
  return evaluateData(check, {
    fileAt: ({ in: place, file }: SourceFile) => {
      const text = texts[`${place === 'repository' ? '' : `${place}:`}${file}`];
      if (text === undefined) return undefined;
      return { bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text };
    },
    commits: new Set(facts.commits),
    paths: new Set(facts.paths),
    cautionMargin: facts.margin ?? 10,
    itemsOf: (file) => (file === 'listed.md' ? checklistItems({ must: ['inputs are checked'] }) : []),
  });
}

const said = (sentence: string, texts: Texts, facts?: Parameters<typeof judged>[2]): string => {
  const { pass, caution, message } = judged(sentence, texts, facts);
  return `${pass ? 'pass' : caution === true ? 'CAUTION' : 'FAIL'} ${message}`;
};

const SCHEMA = JSON.stringify({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', pattern: '^[a-z]+$' },
    parts: { type: 'array', uniqueItems: true, prefixItems: [{ type: 'number' }] },
  },
  additionalProperties: false,
});
const against = (file: string, text: string, schema = SCHEMA): string =>
  said(`file \`${file}\` fits the schema \`s.json\``, { [file]: text, 'base:s.json': schema });

test('data fits its schema, in JSON, YAML and TOML, with a BOM and Windows line ends', () => {
  expect([
    against('a.json', '\uFEFF{"name": "x",\r\n"parts": [1, {"a": 1}, {"a": 2}]}'),
    against('a.yaml', 'name: x\r\n'),
    against('a.toml', 'name = "x"'),
  ]).toEqual(['pass a.json: fits the schema s.json', 'pass a.yaml: fits the schema s.json', 'pass a.toml: fits the schema s.json']);
});

test('what does not fit is said with pointer and line', () => {
  expect([
    against('a.json', '{\n  "name": 1\n}'),
    against('a.yaml', 'name: x\nparts:\n  - y\n'),
    against('a.json', '{\n  "name": "x",\n  "nmae": 2\n}'),
    against('a.json', '{}'),
    against('a.toml', 'name = "X"'),
    against('a.json', '{"name": "x", "parts": [1, {"a": 1, "b": 2}, {"b": 2, "a": 1}]}'),
  ]).toEqual([
    'FAIL a.json:2:3: does not fit the schema s.json: /name must be string',
    'FAIL a.yaml:3:5: does not fit the schema s.json: /parts/0 must be number',
    'FAIL a.json:3:3: does not fit the schema s.json: the whole has the unknown key "nmae"',
    "FAIL a.json:1:1: does not fit the schema s.json: the whole must have required property 'name'",
    'FAIL a.toml: does not fit the schema s.json: /name must match pattern "^[a-z]+$"',
    'FAIL a.json:1:15: does not fit the schema s.json: /parts must not have the same item twice',
  ]);
});

test('data that cannot be read says where', () => {
  expect([against('a.json', '{"name":'), against('a.yaml', 'name: [x'), against('a.toml', 'name = '), against('a.txt', 'name')]).toEqual([
    'FAIL a.json:1:9: not valid json: the text ends where a value should be',
    expect.stringMatching(/^FAIL a\.yaml:1:\d+: not valid yaml: /),
    expect.stringMatching(/^FAIL a\.toml:1:\d+: not valid toml: /),
    'FAIL a.txt: is no data iter reads: .json, .yaml, .yml or .toml',
  ]);
});

test('a schema that is of no use says so, and the check fails', () => {
  const draft = (id: string): string => JSON.stringify({ $schema: id, type: 'object' });
  expect([
    said('file `a.json` fits the schema `s.json`', { 'a.json': '{}', 's.json': '{}' }),
    against('a.json', '{}', '{"type": "objekt"}'),
    against('a.json', '{}', '{"type":'),
    against('a.json', '{}', '[]'),
    against('a.json', '{}', draft('http://json-schema.org/draft-04/schema#')),
    against('a.json', '{}', draft('http://json-schema.org/draft-07/schema#')),
    against('a.json', '{}', '{"$ref": "https://example.org/other.json"}'),
    against('a.json', '{}', '{"$ref": "#"}'),
    against('a.json', '"x"', '{"pattern": "(?=x)"}'),
    against('a.json', '1', 'false'),
  ]).toEqual([
    'FAIL a.json: cannot be judged: schema base file `s.json`: no such file',
    expect.stringContaining('FAIL a.json: cannot be judged: base file `s.json`: schema is invalid'),
    expect.stringContaining('FAIL a.json: cannot be judged: base file `s.json`:1: '),
    'FAIL a.json: cannot be judged: base file `s.json`: it is no JSON Schema',
    'FAIL a.json: cannot be judged: base file `s.json`: its $schema is "http://json-schema.org/draft-04/schema#"; use draft-07 or 2020-12',
    'pass a.json: fits the schema s.json',
    expect.stringContaining('https://example.org/other.json'),
    'FAIL a.json: cannot be judged: base file `s.json` refers to itself without end',
    expect.stringContaining('pattern "(?=x)"'),
    'FAIL a.json:1:1: does not fit the schema s.json: the whole boolean schema is false',
  ]);
});

test('a schema may refer to its own parts and to the whole', () => {
  const tree =
    '{"type": "object", "properties": {"children": {"items": {"$ref": "#"}}, "name": {"$ref": "#/definitions/name"}}, "definitions": {"name": {"pattern": "^a"}}}';
  expect([against('a.json', '{"children": [{"name": "a"}]}', tree), against('a.json', '{"children": [{"name": "b"}]}', tree)]).toEqual([
    'pass a.json: fits the schema s.json',
    'FAIL a.json:1:16: does not fit the schema s.json: /children/0/name must match pattern "^a"',
  ]);
});

test('a pattern and a list that would take a comparing validator minutes answer at once', () => {
  const many = JSON.stringify(Array.from({ length: 60_000 }, (_, index) => ({ index })));
  expect(against('a.json', many, '{"uniqueItems": true}')).toBe('pass a.json: fits the schema s.json');
  expect(against('a.json', JSON.stringify(`${'a'.repeat(50_000)}!`), '{"pattern": "^(a+)+$"}')).toMatch(/^FAIL/);
});

test('front matter fits its schema, lines counted in the file', () => {
  const asked = 'iteration file `a.md` has front matter that fits the schema in iteration file `s.yaml`';
  const schema = { 'iteration:s.yaml': 'type: object\nrequired: [owner]\nproperties: {owner: {type: string}}\n' };
  const texts = ['---\nowner: Ada\n---\n# x', '---\nx: 1\nowner: 2\n---\n', '# no', '---\nowner: [\n---\n'];
  expect(texts.map((text) => said(asked, { ...schema, 'iteration:a.md': text }))).toEqual([
    'pass a.md: fits the schema s.yaml',
    'FAIL a.md:3:1: does not fit the schema s.yaml: /owner must be string',
    'FAIL a.md: has no front matter',
    expect.stringMatching(/^FAIL a\.md:[23]:\d+: not valid yaml: /),
  ]);
});

test.each([
  ['p50` of file `b.json` is at most 50', '50', '55', '55.1'],
  ['p50` of file `b.json` is at most 100', '100', '110', '110.1'],
  ['p50` of file `b.json` is at most 200', '200', '220', '220.1'],
  ['p50` of file `b.json` is at least 1000', '1000', '900', '899.9'],
  ['p50` of file `b.json` is below 0.3', '0.29999', '0.3', '0.33001'],
  ['p50` of file `b.json` is above 80', '80.1', '80', '71.9'],
  ['p50` of file `b.json` is exactly 3', '3', '3.3', '3.31'],
  ['p50` of file `b.json` is at most -10', '-10', '-9', '-8.9'],
])('metric `%s: %s passes, %s is a caution, %s a failure', (asked, good, near, bad) => {
  const outcome = (value: string): string => said(`metric \`${asked}`, { 'b.json': `{"p50": ${value}}` }).split(' ')[0] ?? '';
  expect([good, near, bad].map(outcome)).toEqual(['pass', 'CAUTION', 'FAIL']);
});

test('no lint errors means none: there is no near miss of 0, and none of "not"', () => {
  expect([
    said('metric `errors` of file `l.json` is at most 0', { 'l.json': '{"errors": 1}' }),
    said('metric `errors` of file `l.json` is not 1', { 'l.json': '{"errors": 1}' }),
  ]).toEqual(['FAIL l.json: errors is 1; at most 0 wanted', 'FAIL l.json: errors is 1; not 1 wanted']);
});

test('the margin of a check counts before that of the workflow', () => {
  const texts = { 'b.json': '{"p50": 53}' };
  expect([
    said('metric `p50` of file `b.json` is at most 50', texts, { margin: 5 }),
    said('metric `p50` of file `b.json` is at most 50, with 6% for a caution', texts, { margin: 5 }),
  ]).toEqual(['FAIL b.json: p50 is 53; at most 50 wanted', 'CAUTION b.json: p50 is 53; at most 50 wanted; missed by no more than 6%']);
});

test('an improvement is measured against the base, or against another file', () => {
  const at = (now: number, before: number): string =>
    said('metric `ms` of file `b.json` is lower than at the base by at least 20%', {
      'b.json': `{"ms": ${now}}`,
      'base:b.json': `{"ms": ${before}}`,
    });
  expect([at(80, 100), at(80.1, 100), at(88, 100), at(88.1, 100), at(100, 100), at(120, 100), at(0, 0)]).toEqual([
    'pass b.json: ms is 80, before 100 (-20%)',
    'CAUTION b.json: ms is 80.1, before 100 (-19.9%); lower by at least 20% wanted; missed by no more than 10%',
    'CAUTION b.json: ms is 88, before 100 (-12%); lower by at least 20% wanted; missed by no more than 10%',
    'FAIL b.json: ms is 88.1, before 100 (-11.9%); lower by at least 20% wanted',
    'FAIL b.json: ms is 100, before 100 (0%); lower by at least 20% wanted',
    'FAIL b.json: ms is 120, before 100 (+20%); lower by at least 20% wanted',
    'FAIL b.json: ms is 0, before 0; lower by at least 20% wanted',
  ]);
  const reports = { 'iteration:a.md': '---\nbefore_ms: 40\n---\n', 'iteration:b.md': '---\nafter_ms: 12\n---\n' };
  const other = 'metric `after_ms` of iteration file `b.md` is lower than metric `before_ms` of iteration file `a.md`';
  expect(said(other, reports)).toBe('pass b.md: after_ms is 12, before 40 (-70%)');
  expect(said(other.replace('a.md', 'c.md'), reports)).toBe(
    'FAIL b.md: after_ms is 12; nothing to compare with: iteration file `c.md`: no such file',
  );
});

const LCOV = 'TN:\nSF:a.js\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nBRF:4\nBRH:3\nend_of_record\nSF:b.js\nDA:1,1\nDA:2,1\nLF:2\nLH:2\nend_of_record\n';
const JUNIT =
  '<?xml version="1.0"?>\n<testsuites>\n<testsuite name="a" tests="3" failures="1" skipped="1" time="0.1"><testcase name="x"/></testsuite>\n<testsuite tests="2" errors="1" time="0.2"/></testsuites>';
const COBERTURA =
  '<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd"><coverage line-rate="0.29" branch-rate="0.5" lines-covered="8" lines-valid="10" version="1"><packages/></coverage>';
const JACOCO =
  '<report name="r"><counter type="LINE" missed="1" covered="3"/><counter type="BRANCH" missed="0" covered="0"/><package name="p"><counter type="LINE" missed="9" covered="1"/></package></report>';

test.each([
  ['a.json', '{"total": {"lines": {"pct": 80.5}}}', 'total.lines.pct', 80.5],
  ['a.json', '{"runs": [{"mean": 1}, {"mean": 2}]}', 'runs[1].mean', 2],
  ['a.json', '{"benchmarks": [{"name": "a", "p95": 1}, {"name": "search all", "p95": 7}]}', 'benchmarks[name=search all].p95', 7],
  ['a.json', '{"a.b": {"c": "12.5"}}', '"a.b".c', 12.5],
  ['a.json', '[3]', '[0]', 3],
  ['a.yaml', 'p50: 4\n', 'p50', 4],
  ['a.toml', '[x]\ny = 1.5\n', 'x.y', 1.5],
  ['lcov.info', LCOV, 'lines', 75],
  ['lcov.info', LCOV, 'branches', 75],
  ['lcov.info', LCOV, 'lines_found', 4],
  ['lcov.info', 'SF:a\nDA:1,0\nDA:2,5\nDA:3,1\nend_of_record', 'lines', 66.6666666667],
  ['junit.xml', JUNIT, 'tests', 5],
  ['junit.xml', JUNIT, 'passed', 2],
  ['junit.xml', JUNIT, 'time', 0.3],
  ['junit.xml', JUNIT, 'testsuites.testsuite[name=a].@tests', undefined],
  ['junit.xml', JUNIT, 'testsuites.testsuite[@name=a].@tests', 3],
  ['junit.xml', JUNIT, 'testsuites.testsuite[0].testcase[0].@name', undefined],
  ['cobertura.xml', COBERTURA, 'lines', 80],
  ['cobertura.xml', COBERTURA, 'branches', 50],
  ['jacoco.xml', JACOCO, 'lines', 75],
  ['jacoco.xml', JACOCO, 'branches', undefined],
  ['a.json', '{"a": 1}', 'constructor', undefined],
  ['a.json', '{"a": null}', 'a', undefined],
  ['a.json', '{"a": {"b": 1}}', 'a', undefined],
] as const)('%s %#', (file, text, path, wanted) => {
  const { measured } = judged(`metric \`${path}\` of file \`${file}\` is at least -1`, { [file]: text });
  expect(measured).toBe(wanted ?? 'unknown');
});

test('reports that give no number say why', () => {
  const of = (file: string, text: string): string => said(`metric \`lines\` of file \`${file}\` is at least 1`, { [file]: text });
  expect([
    of('a.json', '{"x": 1}'),
    of('a.json', '{"lines": "many"}'),
    of('a.json', '{"lines": [1]}'),
    of('a.json', '{'),
    of('junit.xml', JUNIT),
    of('a.xml', '<a><b></a>'),
    of('lcov.info', ''),
    of('a.md', '# x'),
    of('a.txt', '1'),
    said('metric `lines` of file `gone.json` is at least 1', {}),
  ]).toEqual([
    'FAIL a.json: has no "lines"',
    'FAIL a.json: "lines" is "many", no number',
    'FAIL a.json: "lines" is no number but a group of values',
    expect.stringMatching(/^FAIL a\.json:1:\d: /),
    'FAIL junit.xml: has no "lines"; there are tests, passed, failures, errors, skipped, time',
    expect.stringMatching(/^FAIL a\.xml:1:\d+: not valid xml: /),
    'FAIL lcov.info: has no LCOV records (SF: … end_of_record)',
    'FAIL a.md: has no front matter',
    'FAIL a.txt: is no report iter reads numbers from: .json, .yaml, .toml, .xml, .info, .lcov or .md with front matter',
    'FAIL gone.json: no such file',
  ]);
});

test('entities and depth cannot blow up', () => {
  const bomb = `<!DOCTYPE a [<!ENTITY x "${'y'.repeat(100)}"><!ENTITY z "&x;&x;&x;">]><a><b>&z;</b></a>`;
  expect(said('metric `a.b` of file `a.xml` is at least 1', { 'a.xml': bomb })).toMatch(/^FAIL/);
  expect(said('metric `a` of file `a.json` is at least 1', { 'a.json': '['.repeat(100_000) })).toBe(
    'FAIL a.json:1:1: nested more than 200 levels deep',
  );
  expect(said('metric `a` of file `a.xml` is at least 1', { 'a.xml': `${'<a>'.repeat(5000)}${'</a>'.repeat(5000)}` })).toMatch(
    /^FAIL a\.xml/,
  );
});

const review = (verdict: string, ...levels: string[]): string =>
  `---\nverdict: ${verdict}\nfindings:${levels.length === 0 ? ' []' : levels.map((level, index) => `\n  - {id: F${index + 1}, level: ${level}, title: x}`).join('')}\n---\n`;

test('a verdict is recomputed before it counts', () => {
  const asked = 'file `r.md` says approved or approved_with_suggestions with at most 0 open MUST and 1 open SHOULD findings';
  const of = (text: string): string => said(asked, { 'r.md': text });
  expect([
    of(review('approved')),
    of(review('approved', 'should')),
    of(review('approved', 'should', 'should', 'nice')),
    of(review('approved', 'must')),
    of('# none'),
  ]).toEqual([
    'pass r.md: says approved with 0 open MUST and 0 open SHOULD findings',
    'pass r.md: says approved_with_suggestions with 0 open MUST and 1 open SHOULD finding (written: approved)',
    'FAIL r.md: says approved_with_suggestions with 0 open MUST and 2 open SHOULD findings (written: approved); at most 1 open SHOULD wanted',
    'FAIL r.md: says changes_requested with 1 open MUST and 0 open SHOULD finding (written: approved); approved or approved_with_suggestions wanted; at most 0 open MUST wanted',
    'FAIL r.md:1: is no review: the review has no front matter',
  ]);
});

test('a checklist answered with no counts as a finding', () => {
  const asked = 'iteration file `listed.md` says approved with at most 0 open MUST findings';
  const of = (answer: string): string => {
    const [item] = checklistItems({ must: ['inputs are checked'] });
    const list = `checklist:\n  - { id: ${item?.id ?? ''}, answer: ${answer}, note: because }\n---`;
    return said(asked, { 'iteration:listed.md': review('approved').replace(/---\n$/, `${list}\n`) });
  };
  expect([of('yes'), of('no')]).toEqual([
    'pass listed.md: says approved with 0 open MUST and 0 open SHOULD findings',
    'FAIL listed.md: says changes_requested with 1 open MUST and 0 open SHOULD finding (written: approved); approved wanted; at most 0 open MUST wanted',
  ]);
});

const ANSWERS = `---
dispositions:
  - { finding: F1, as: fixed, commit: 1a2b3c4 }
  - { finding: F2, as: documented, path: docs/a.md }
  - { finding: F3, as: deferred, issue: "#12" }
  - { finding: F4, as: overridden, by: Ada }
---
`;
const answered = (
  answers: string,
  asked = 'fixed, documented, deferred or overridden',
  facts: Parameters<typeof judged>[2] = { commits: ['1a2b3c4'], paths: ['docs/a.md'] },
): string =>
  said(
    `file \`a.md\` answers the MUST and SHOULD findings of file \`r.md\` as ${asked}`,
    { 'a.md': answers, 'r.md': review('approved', 'must', 'must', 'should', 'should', 'nice') },
    facts,
  );

test('every finding of the levels is answered, each in its own way', () => {
  expect([
    answered(ANSWERS),
    answered(ANSWERS, undefined, {}),
    answered(ANSWERS, 'fixed or documented'),
    answered(ANSWERS.replace(', by: Ada', '').replace(', issue: "#12"', '')),
    answered(ANSWERS.replace('fixed', 'done').replace(/.*F4.*\n/, '')),
    answered('---\nx: 1\n---\n'),
    answered('# none'),
  ]).toEqual([
    'pass a.md: 4 of 4 findings are answered',
    'FAIL a.md:3: MUST F1 is fixed by "1a2b3c4", which is no commit of this work, MUST F2 is documented in "docs/a.md", which is no file',
    'FAIL a.md:5: SHOULD F3 is deferred; only fixed, documented will do, SHOULD F4 is overridden; only fixed, documented will do',
    'FAIL a.md:5: SHOULD F3 is deferred, but names no issue, SHOULD F4 is overridden, but names no person (by:)',
    'FAIL a.md:3: MUST F1 is "done", which is none of fixed, documented, deferred, overridden, SHOULD F4 has no disposition',
    'FAIL a.md:1: has no list of dispositions in its front matter',
    'FAIL a.md:1: has no front matter with dispositions',
  ]);
});

test('ids of one file are mentioned in the other', () => {
  const of = (design: string, tests: string, pattern = 'REQ-[0-9]+'): string =>
    said(`file \`t.md\` mentions every \`/${pattern}/\` of file \`d.md\``, { 'd.md': design, 't.md': tests });
  expect([
    of('REQ-1 REQ-12 REQ-1', 'for REQ-12 and REQ-1'),
    of('REQ-1 REQ-12', 'REQ-12'),
    of('nothing', 'REQ-1'),
    of('id: a\nid: b', 'id: b', 'id: (\\w+)'),
    said('file `t.md` mentions every `/x/` of base file `d.md`', { 't.md': 'x' }),
  ]).toEqual([
    'pass t.md: mentions 2 of 2 ids of d.md',
    'FAIL t.md: does not mention "REQ-1" of d.md: 1 id missing',
    'FAIL t.md: nothing to trace: file `d.md` has no /REQ-[0-9]+/',
    'FAIL t.md: does not mention "a" of d.md: 1 id missing',
    'FAIL t.md: cannot be judged: base file `d.md`: no such file',
  ]);
});

test('binary files and files over 10 MB are refused by every kind', () => {
  const sentences = [
    'metric `a` of file `a.json` is at least 1',
    'file `a.json` fits the schema `s.json`',
    'file `a.json` says approved with at most 0 open MUST',
  ];
  expect(sentences.map((one) => said(one, { 'a.json': Uint8Array.of(0, 1) }))).toEqual(
    sentences.map(() => 'FAIL a.json: is not UTF-8 text'),
  );
  expect(said(sentences[0] ?? '', { 'a.json': new Uint8Array(10 * 1_048_576 + 1).fill(32) })).toBe(
    'FAIL a.json: is over 10 MB, too much to read as text',
  );
});
