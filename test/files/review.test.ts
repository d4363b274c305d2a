/** Reviews: the spellings reviewers use are understood, and what is wrong is said with its line. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { VERDICTS } from '../../src/core/review.ts';
import { parseReview } from '../../src/files/review.ts';

const read = (...yaml: string[]) => parseReview(['---', ...yaml, '---', '', '## Summary', 'Prose.'].join('\n'), 'r.md');
const problems = (...yaml: string[]) => read(...yaml).problems.map(problemLine);

test('a review is its verdict and its findings', () => {
  const { review } = read(
    'verdict: changes_requested',
    'subject: {step: build, task: T2}',
    'findings:',
    '  - id: F1',
    '    level: must',
    '    task: T2',
    '    where: src/tax.js:3',
    '    title: "Rounding: half cents are lost"',
    '  - {id: 2, level: nice, title: Shorter names, task: null}',
  );
  expect(review).toEqual({
    verdict: 'changes_requested',
    findings: [
      {
        id: 'F1',
        level: 'must',
        title: 'Rounding: half cents are lost',
        task: 'T2',
        where: 'src/tax.js:3',
      },
      { id: '2', level: 'nice', title: 'Shorter names' },
    ],
  });
});

test.each([
  ['APPROVED', 'approved'],
  ['Approved with suggestions', 'approved_with_suggestions'],
  ['APPROVED_WITH-SUGGESTIONS', 'approved_with_suggestions'],
  ['"changes  requested"', 'changes_requested'],
  ['Rejected', 'rejected'],
])('the verdict %s is %s', (written, verdict) => {
  expect(read(`verdict: ${written}`).review).toEqual({ verdict, findings: [] });
});

test('old and upper-case names of levels are understood', () => {
  const levels = ['MUST', 'Should', 'nice', 'Critical', 'WARNING', 'suggestion'];
  const { review } = read(
    'verdict: rejected',
    'findings:',
    ...levels.map((level, index) => `- {id: F${index}, level: ${level}, title: t}`),
  );
  expect(review?.findings.map((finding) => finding.level)).toEqual(['must', 'should', 'nice', 'must', 'should', 'nice']);
});

test('everything wrong is said at once, with its line', () => {
  const wrong = [
    'verdict: maybe',
    'findings:',
    '  - id: F1',
    '    level: constructor',
    '    title: t',
    '    task: t2',
    '  - {id: F2, level: must}',
    '  - text',
    '  - {id: F3, level: nice, title: [a], where: {a: b}}',
    '  - {id: F4, level: nice, title: a}',
    '  - {id: F4, level: nice, title: b}',
  ];
  expect(problems(...wrong)).toEqual([
    'r.md:2: unknown verdict "maybe"; use one of approved, approved_with_suggestions, changes_requested, rejected',
    'r.md:5: unknown level "constructor" of finding 1; use must, should or nice',
    'r.md:7: "t2" is no task id; task ids are T1, T2, …',
    'r.md:8: finding 2 has no title; write id, level and title',
    'r.md:9: finding 3 is no entry with keys; write id, level and title',
    'r.md:10: the title of finding 4 is no text',
    'r.md:10: the where of finding 4 is no text',
    'r.md:12: the finding id "F4" is used twice; give each finding its own id',
  ]);
  expect(read(...wrong).review).toBeUndefined();
});

test('a file without usable front matter is no review', () => {
  const lines = (text: string) => parseReview(text, 'r.md').problems.map(problemLine);
  const form = 'start the file with "---", "verdict: approved", "findings: []", "---"';
  expect([
    lines('verdict: approved'),
    lines('---\nverdict: approved\n'),
    lines('---\n---\n'),
    lines('---\n- a\n---\n'),
    lines('---\nfindings: []\n---\n'),
    lines('---\nverdict: rejected\nfindings: none\n---\n'),
    lines('---\nverdict: [\n---\n').map((line) => line.slice(0, 24)),
  ]).toEqual([
    [`r.md:1: the review has no front matter; ${form}`],
    [`r.md:1: the review has no front matter; ${form}`],
    [`r.md:2: the front matter has no keys; ${form}`],
    [`r.md:2: the front matter has no keys; ${form}`],
    ['r.md:2: the verdict is missing; use one of approved, approved_with_suggestions, changes_requested, rejected'],
    ['r.md:3: the findings are no list; write "- id: …" for each, or "findings: []"'],
    ['r.md:3:1: not valid yaml'],
  ]);
});

test('Windows line ends, a byte order mark and a bare front matter are fine', () => {
  expect(parseReview('\uFEFF---\r\nverdict: approved\r\nfindings:\r\n---', 'r.md').review).toEqual({
    verdict: 'approved',
    findings: [],
  });
});

test('every review written as JSON values in front matter is read as it is', () => {
  const title = fc
    .string()
    .map((text) => text.trim())
    .filter((text) => text !== '');
  const findings = fc.uniqueArray(
    fc.record(
      {
        id: title,
        level: fc.constantFrom('must', 'should', 'nice'),
        title,
        task: fc.constantFrom('T1', 'T20'),
        where: title,
      },
      { requiredKeys: ['id', 'level', 'title'] },
    ),
    { selector: (finding) => finding.id, maxLength: 5 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...VERDICTS), findings, (verdict, list) => {
      const { review, problems: wrong } = read(`verdict: ${verdict}`, `findings: ${JSON.stringify(list)}`);
      expect([review, wrong]).toEqual([{ verdict, findings: list }, []]);
    }),
  );
});
