/** COMPLETION_CRITERIA.md under a person's hand: what a line means after an edit is what the person meant, or a problem with its number. */
import { expect, test } from 'vitest';
import type { Check } from '../../src/core/check.ts';
import { problemLine } from '../../src/core/problem.ts';
import { criterionLine, parseCriteria } from '../../src/files/criteria.ts';
import { processorSeconds } from '../rig/processor-time.ts';

const FILE = 'COMPLETION_CRITERIA.md';
const read = (line: string) => parseCriteria(`# Criteria\n\n## T1 Build\n\n${line}\n`, FILE);
const only = (line: string): Check => {
  const { checks, problems } = read(line);
  if (checks.length !== 1 || problems.length > 0) throw new Error(`${line}: ${JSON.stringify({ checks, problems })}`);
  return checks[0] as Check;
};

/** One sentence of every kind, in the words iter writes. */
const SENTENCES = [
  'file `a.md` exists',
  'iteration file `a.md` is at least 1 KB',
  'file `a.md` has the headings `Summary`, `Risks`',
  'file `a.md` contains `rate`',
  'file `a.md` does not contain `debugger`',
  'file `a.md` matches `/(?i)x+/`',
  'file `a.md` does not match `/(?i)x+/`',
  'file `a.toml` is valid toml',
  'file `a.json` fits the schema `schemas/a.json`',
  'file `a.md` has front matter that fits the schema in iteration file `a.json`',
  'metric `p50` of file `bench.json` is at most 50',
  'metric `after_ms` of iteration file `b.md` is lower than metric `before_ms` of iteration file `a.md` by at least 5%',
  'metric `lines` of file `lcov.info` is higher than at the base, with 5% for a caution',
  'file `a.md` has its checklist `Security` ticked',
  'iteration file `r.md` says approved or approved_with_suggestions with at most 0 open MUST and 3 open SHOULD findings',
  'iteration file `a.md` answers the MUST and SHOULD findings of iteration file `r.md` as fixed or deferred',
  'iteration file `a.md` has a summary of at most 300 tokens',
  'file `a.md` has no placeholders',
  'file `tests.md` mentions every `/REQ-[0-9]+/` of iteration file `design.md`',
  'branch adds no secrets',
  'command `npm test` exits 0 within 10m',
  'branch has at least 2 commits',
  'branch changes only `src/**` and nothing in `src/generated/**`',
  'no open blockers of severity high or worse',
  'checkout is clean and work goes together with `main`',
  'disk has at least 5 GB free',
  'tools `git`, `node >= 20.19` are there',
  'expression `steps.review.rejections < 3` is true',
] as const;

/** Edits that change nothing: what a person does to a line without meaning anything by it. */
const HARMLESS: readonly (readonly [string, (line: string) => string])[] = [
  ['another bullet', (line) => line.replace('- [ ]', '* [ ]')],
  ['a numbered item', (line) => line.replace('- [ ]', '3) [ ]')],
  ['deeper', (line) => `   ${line}`],
  ['spaces', (line) => line.replace('- [ ] MUST ', '-   [ ]   **MUST**:   ')],
  ['a full stop', (line) => `${line}.`],
  ['a tick', (line) => line.replace('- [ ]', '- [x]')],
  ['blanks at the end', (line) => `${line}  \t`],
];

const variants = SENTENCES.flatMap((sentence) => HARMLESS.map(([name, edit]) => ({ sentence, name, edit })));

test('there are 196 harmless edits to try', () => {
  expect(variants).toHaveLength(196);
});

test.each(variants)('$name does not change: $sentence', ({ sentence, edit }) => {
  const line = `- [ ] MUST \`T1.it\` ${sentence}`;
  const before = only(line);
  expect(only(edit(line))).toEqual(before);
  expect(criterionLine(before)).toBe(line);
});

test.each([
  ['a threshold', 'metric `p50` of file `b.json` is at most 50', 'metric `p50` of file `b.json` is at most 60', { op: '<=', value: 60 }],
  ['a sign for a word', 'metric `p50` of file `b.json` is at most 50', 'metric `p50` of file `b.json` is < 50', { op: '<', value: 50 }],
  [
    'the caution',
    'metric `p50` of file `b.json` is 50',
    'metric `p50` of file `b.json` is exactly 50 with 2.5 % for a caution',
    { op: '==', caution: 2.5 },
  ],
  ['a size', 'file `a` is at least 1 KB', 'file `a` is at least 2 KB', { min: 2048 }],
  ['a number of tokens', 'file `a` has a summary of at most 300 tokens', 'file `a` has a summary of at most 1 token', { tokens: 1 }],
  ['the verdicts', '', 'file `r` says approved with at most 1 open must finding', { verdicts: ['approved'], openMust: 1 }],
  [
    'and for or',
    '',
    'file `a` answers the must, should and nice findings of file `r` as fixed, deferred',
    { levels: ['must', 'should', 'nice'], allowed: ['fixed', 'deferred'] },
  ],
  ['no severity', '', 'no open blockers', { open: 0, severity: 'low' }],
  ['a number of blockers', '', 'at most 2 open blockers of severity medium or higher', { open: 2, severity: 'medium' }],
  ['an article', '', 'the checkout is clean', { clean: true }],
  ['one tool', '', 'tool `git` is there', { tools: ['git'] }],
  [
    'a baseline file',
    '',
    'metric `p50` of file `b.json` is lower than base file `old.json` by at least 3 %',
    { baseline: { in: 'base', file: 'old.json', path: 'p50' }, by: 3 },
  ],
])('%s edited is another check', (_, __, after, wanted) => {
  expect(only(`- [ ] ${after}`)).toMatchObject(wanted);
});

test('an id reworded, and a line added, are taken as they stand', () => {
  const { checks, problems } = read('- [ ] MUST `my-own` branch adds no secrets\n- [ ] SHOULD file `README.md` has no placeholders');
  expect(problems).toEqual([]);
  expect(checks.map((check) => [check.id, check.level, check.check, check.line])).toEqual([
    ['my-own', 'must', 'secrets', 5],
    ['T1.placeholders-readme-md', 'should', 'placeholders', 6],
  ]);
});

test('two metrics of one file get ids of their own', () => {
  const { checks } = read('- [ ] metric `p50` of file `b.json` is below 5\n- [ ] metric `p95` of file `b.json` is below 9');
  expect(checks.map((check) => check.id)).toEqual(['T1.metric-b-json-p50', 'T1.metric-b-json-p95']);
});

test.each([
  ['- [ ] MUST `T1.a` file `a` exists — because `b` needs it', 'because `b` needs it'],
  ['- [ ] MUST `T1.a` file `a` exists -- later is too late', 'later is too late'],
  ["- [ ] MUST `T1.a` file `a` exists – don't forget the ` key", "don't forget the ` key"],
])('what stands behind the dash is the hint: %s', (line, hint) => {
  expect(only(line)).toEqual({ check: 'exists', in: 'repository', file: 'a', id: 'T1.a', task: 'T1', level: 'must', line: 5, hint });
});

const waived = { by: 'Ada Lovelace', reason: 'the vendor (Acme) fixes it in May' };

test.each([
  '- [x] MUST `T1.a` branch adds no secrets (waived by Ada Lovelace: the vendor (Acme) fixes it in May)',
  '* [X] must `T1.a` branch adds no secrets   ( waived by Ada Lovelace :  the vendor (Acme) fixes it in May ).',
  '- [x] MUST `T1.a` branch adds no secrets. (Waived by Ada Lovelace: the vendor (Acme) fixes it in May)',
])('a waiver names a person and a reason: %s', (line) => {
  expect(only(line)).toEqual({ check: 'secrets', id: 'T1.a', task: 'T1', level: 'must', line: 5, waived });
});

test('a waiver and a hint may stand in either order', () => {
  const wanted = { check: 'secrets', hint: 'see docs', waived: { by: 'Ada', reason: 'ok' } };
  expect(only('- [x] branch adds no secrets — see docs (waived by Ada: ok)')).toMatchObject(wanted);
  expect(only('- [x] branch adds no secrets (waived by Ada: ok) — see docs')).toMatchObject(wanted);
});

test('a line in plain words can be waived, too', () => {
  expect(only('- [x] MUST people like it (waived by Ada: nobody asked)')).toMatchObject({
    check: 'unreadable',
    text: 'people like it',
    waived: { by: 'Ada', reason: 'nobody asked' },
  });
});

test('a line of a megabyte that is full of waivers is refused in time', () => {
  const spent = processorSeconds(() => {
    const { problems } = read(`- [x] branch adds no secrets ${'(waived by A: x) '.repeat(60_000)}`);
    expect(problems.map((problem) => problem.what)).toEqual(['more than 2000 characters around a waiver']);
  });
  expect(spent).toBeLessThan(20);
});

test('words in back-ticks waive nothing', () => {
  expect(only('- [x] file `a` contains `(waived by Ada: x)`')).toEqual({
    check: 'contains',
    in: 'repository',
    file: 'a',
    words: ['(waived by Ada: x)'],
    id: 'T1.contains-a',
    task: 'T1',
    level: 'should',
    line: 5,
  });
});

test.each([
  [
    '- [x] MUST branch adds no secrets (waived)',
    'a waiver without a name or without a reason; write (waived by NAME: reason) at the end of the line',
  ],
  [
    '- [x] MUST branch adds no secrets (waived by Ada)',
    'a waiver without a name or without a reason; write (waived by NAME: reason) at the end of the line',
  ],
  [
    '- [x] MUST branch adds no secrets (waived by : later)',
    'a waiver without a name or without a reason; write (waived by NAME: reason) at the end of the line',
  ],
  [
    '- [x] MUST branch adds no secrets (waived by Ada: )',
    'a waiver without a name or without a reason; write (waived by NAME: reason) at the end of the line',
  ],
  [
    '- [x] MUST people like it (waived by Ada)',
    'a waiver without a name or without a reason; write (waived by NAME: reason) at the end of the line',
  ],
  [
    '- [ ] MUST branch adds no secrets (waived by Ada: later)',
    'the waiver of Ada stands on a line without a tick; tick the box to waive the check: - [x]',
  ],
  [
    '- [ ] MUST metric `p50` of file `b.json` is at most fast',
    '"metric `p50` of file `b.json` is at most fast" is not a complete check; write metric `total.lines.pct` of file `coverage.json` is at least 80',
  ],
  [
    '- [ ] MUST metric `a..b` of file `b.json` is below 5',
    '"a..b" is no path to a number; write it like total.lines.pct, runs[0].mean or benchmarks[name=search].p95; write metric `total.lines.pct` of file `coverage.json` is at least 80',
  ],
  [
    '- [ ] MUST file `a.json` fits the schema `../a.json`',
    'the path "../a.json" leaves its folder with ".."; write file `path` fits the schema `schemas/report.json`',
  ],
  [
    '- [ ] MUST file `r` says fine with at most 0 open MUST',
    '"fine" is none of approved, approved_with_suggestions, changes_requested, rejected; write file `path` says approved or approved_with_suggestions with at most 0 open MUST findings',
  ],
  [
    '- [ ] MUST tools `rm -rf /` are there',
    '"rm -rf /" is no tool; write a name on PATH, or a name and a version: node >= 20.19; write tools `git`, `node >= 20.19` are there',
  ],
  ['- [ ] MUST work goes together with `a..b`', '"a..b" is no branch name; write checkout is clean, or: work goes together with `main`'],
  ['- [ ] MUST disk has at least 5 PB free', '"5 PB" is no size in B, KB, MB or GB; write disk has at least 5 GB free'],
  [
    '- [ ] MUST no open blockers of severity bad',
    'unknown severity "bad"; use one of critical, high, medium, low; write no open blockers of severity high or worse',
  ],
  ['- [ ] MUST expression `1 +` is true', expect.stringContaining('"1 +" is no CEL expression')],
])('%s is said to be wrong, with its line', (line, words) => {
  const { checks, problems } = read(line);
  expect(checks).toEqual([]);
  expect(problems.map(problemLine)).toEqual([typeof words === 'string' ? `${FILE}:5: ${words}` : words]);
});
