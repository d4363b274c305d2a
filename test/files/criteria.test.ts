/** COMPLETION_CRITERIA.md: what people write becomes checks; what is wrong is said with its line. */
import { expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { criterionLine, parseCriteria } from '../../src/files/criteria.ts';
import { processorSeconds } from '../rig/processor-time.ts';

const FILE = 'COMPLETION_CRITERIA.md';
const checks = (...lines: string[]) => parseCriteria(lines.join('\n'), FILE).checks;
const problems = (...lines: string[]) => parseCriteria(lines.join('\n'), FILE).problems.map(problemLine);

test('every kind of check is read below the heading of its task', () => {
  const read = checks(
    '# Completion criteria',
    '## T2 — Tax function',
    'Prose is prose.',
    '- [ ] MUST `T2.report` iteration file `context/build.md` exists',
    '- [ ] MUST `T2.size` iteration file `context/build.md` is at least 1 KB',
    '- [ ] MUST `T2.max` file `a` is at most 1.5 KB',
    '- [ ] MUST `T2.both` file `a` is between 300 B and 2 MB',
    '- [ ] MUST `T2.headings` iteration file `context/build.md` has the headings `Summary`, `How to verify`',
    '- [ ] SHOULD `T2.words` file `src/tax.js` contains `export`, `rate`',
    '- [ ] NICE `T2.pattern` file `src/tax.js` matches `/export function \\w+/im`',
    '- [ ] MUST `T2.yaml` iteration file `context/tasks.yaml` is valid yaml',
    '- [ ] MUST `T2.tests` command `npm test` exits 0 within 90s',
    '- [ ] MUST `T2.commits` branch has at least 1 commit',
    '- [ ] SHOULD `T2.only` branch changes only `src/**`, `test/**`',
    '- [ ] MUST `T2.nothing` branch changes nothing in `iterations/**`, `.git*`',
    '- [ ] MUST `T2.joined` branch changes only `a` and nothing in `b`, `c`',
    '## Everything',
    '- [ ] MUST `all.tests` command `npm test` exits 0',
  );
  const build = { in: 'iteration', file: 'context/build.md' };
  const must = { task: 'T2', level: 'must' };
  expect(read.map((check) => ({ ...check, line: undefined }))).toEqual([
    { ...must, id: 'T2.report', check: 'exists', ...build },
    { ...must, id: 'T2.size', check: 'size', ...build, min: 1024 },
    { ...must, id: 'T2.max', check: 'size', in: 'repository', file: 'a', max: 1536 },
    {
      ...must,
      id: 'T2.both',
      check: 'size',
      in: 'repository',
      file: 'a',
      min: 300,
      max: 2_097_152,
    },
    {
      ...must,
      id: 'T2.headings',
      check: 'headings',
      ...build,
      headings: ['Summary', 'How to verify'],
    },
    {
      ...must,
      level: 'should',
      id: 'T2.words',
      check: 'contains',
      in: 'repository',
      file: 'src/tax.js',
      words: ['export', 'rate'],
    },
    {
      ...must,
      level: 'nice',
      id: 'T2.pattern',
      check: 'matches',
      in: 'repository',
      file: 'src/tax.js',
      pattern: '(?im)export function \\w+',
    },
    {
      ...must,
      id: 'T2.yaml',
      check: 'format',
      in: 'iteration',
      file: 'context/tasks.yaml',
      format: 'yaml',
    },
    { ...must, id: 'T2.tests', check: 'command', run: 'npm test', timeout: 90_000 },
    { ...must, id: 'T2.commits', check: 'commits', min: 1 },
    {
      ...must,
      level: 'should',
      id: 'T2.only',
      check: 'scope',
      allow: ['src/**', 'test/**'],
      deny: [],
    },
    { ...must, id: 'T2.nothing', check: 'scope', allow: [], deny: ['iterations/**', '.git*'] },
    { ...must, id: 'T2.joined', check: 'scope', allow: ['a'], deny: ['b', 'c'] },
    { id: 'all.tests', level: 'must', check: 'command', run: 'npm test', timeout: 600_000 },
  ]);
});

test('a check knows its line', () => {
  expect(checks('', '## T1', '', '- [ ] MUST file `a` exists').map((check) => check.line)).toEqual([4]);
});

test('a heading that names no task ends the task; deeper headings do not', () => {
  const read = checks(
    '## T3 Rates',
    '### More',
    '- [ ] file `a` exists',
    '## Notes',
    '- [ ] file `b` exists',
    '##',
    '- [ ] file `c` exists',
  );
  expect(read.map((check) => check.task)).toEqual(['T3', undefined, undefined]);
});

test('without an id a check gets a stable one of its own, never one that is written down elsewhere', () => {
  const read = checks(
    '- [ ] file `src/tax.js` exists',
    '## T2',
    '- [ ] file `src/tax.js` exists',
    '- [ ] iteration file `src/Tax.JS` exists',
    '- [ ] MUST `T2.exists-src-tax-js-2` file `x` exists',
    '- [ ] command `npm test` exits 0',
    '- [ ] branch has at least 2 commits',
    '- [ ] MUST the docs are good',
  );
  expect(read.map((check) => check.id)).toEqual([
    'all.exists-src-tax-js',
    'T2.exists-src-tax-js',
    'T2.exists-src-tax-js-3',
    'T2.exists-src-tax-js-2',
    'T2.command-npm-test',
    'T2.commits',
    'T2.unreadable-the-docs-are-good',
  ]);
});

test.each([
  '- [x] MUST `T1.a` file `a` exists',
  '* [X] MUST `T1.a` file `a` exists',
  '+ [ ]  MUST  `T1.a`  File  `a`  exists.',
  '      - [ ] **MUST** `T1.a` file `a` exists',
  '\t- [ ] must: `T1.a` file `a` exists   ',
  '1. [ ] MUST `T1.a` file `a` exists',
  '-[] MUST `T1.a` file `a` exists',
  '- [✓] MUST `T1.a` file `a` exists',
  '- [ ] MUST `T1.a` file ``a`` exists',
  '- [ ] MUST `T1.a` file `a` exists <!-- a remark -->',
  '- [ ] MUST `T1.a` <!-- x --> file `a` exists <!-- a remark that goes on',
])('%s is the same check however it is written', (line) => {
  const read = parseCriteria(`${line}\n-->`, FILE);
  expect(read).toEqual({
    checks: [{ check: 'exists', in: 'repository', file: 'a', id: 'T1.a', level: 'must', line: 1 }],
    problems: [],
  });
});

test.each([
  'file `a` exists',
  '- file `a` exists',
  '- [link](https://example.org) file `a` exists',
  '- [ ](x) file `a` exists',
  '- [1] file `a` exists',
  '> a quote',
])('%s is prose', (line) => {
  expect(parseCriteria(line, FILE)).toEqual({ checks: [], problems: [] });
});

test('code fences and comments hold no checks', () => {
  const box = '- [ ] MUST file `a` exists';
  const read = parseCriteria(
    ['```', box, '~~~', '```', '~~~~ md', box, '~~~', '~~~~', `<!-- ${box}`, box, '-->', '`<!--` is text', '- [ ] file `b` exists'].join(
      '\n',
    ),
    FILE,
  );
  expect(read.checks.map((check) => check.line)).toEqual([13]);
  expect(read.problems).toEqual([]);
});

test('a fence or comment that is never closed is a problem: it hides checks', () => {
  expect([...problems('a', '```', '- [ ] file `a` exists'), ...problems('<!-- a', '', 'b')]).toEqual([
    `${FILE}:2: the code fence that starts here is never closed, so no check below it counts; close it`,
    `${FILE}:1: the comment that starts here is never closed, so no check below it counts; close it`,
  ]);
});

test('Windows line ends and a byte order mark change nothing', () => {
  const lines = ['\uFEFF## T1', '', '- [ ] MUST `a` file `b` exists', ''];
  expect(parseCriteria(lines.join('\r\n'), FILE)).toEqual(parseCriteria(lines.join('\n'), FILE));
  expect(checks(...lines)).toHaveLength(1);
  expect(checks(...lines)[0]?.task).toBe('T1');
});

test('a box that is no check is kept as unreadable, with its level', () => {
  const read = checks(
    '## T1',
    '- [ ] MUST `README.md` mentions taxes',
    '- [ ] nice Works on Windows',
    '- [ ] All endpoints are documented',
    '- [ ] MUST `T1.extra` be fast',
    '- [ ] file uploads work',
  );
  expect(read.map((check) => [check.level, check.check === 'unreadable' ? check.text : '', check.id])).toEqual([
    ['must', '`README.md` mentions taxes', 'T1.unreadable-readme-md-mentions-taxes'],
    ['nice', 'Works on Windows', 'T1.unreadable-works-on-windows'],
    ['should', 'All endpoints are documented', 'T1.unreadable-all-endpoints-are-documented'],
    ['must', 'be fast', 'T1.extra'],
    ['should', 'file uploads work', 'T1.unreadable-file-uploads-work'],
  ]);
});

test.each([
  ['file `a` is at least 1 KiB', '"1 KiB" is no size in B, KB, MB or GB; write file `path` is at least 1 KB'],
  ['file `a` is between 2 KB and 1 KB', '"2 KB" is more than "1 KB"; write file `path` is at least 1 KB'],
  ['file `a` matches `/(/`', 'the pattern does not compile: missing closing ): `(`; write file `path` matches `/text/i` in RE2 syntax'],
  ['file `a` matches `/a/g`', 'unknown flag "g" after the pattern; use i, m or s; write file `path` matches `/text/i` in RE2 syntax'],
  ['file `a` matches `a`', '"a" is no pattern between slashes; write file `path` matches `/text/i` in RE2 syntax'],
  ['file `a` is valid ini', 'unknown format "ini"; write file `path` is valid markdown, yaml, json, toml, openapi, jsonl or csv'],
  ['file `` exists', 'back-ticks are empty or not closed; write file `path` exists'],
  ['file ` ` exists', 'back-ticks are empty or not closed; write file `path` exists'],
  ['file `a exists', 'back-ticks are empty or not closed; write file `path` exists'],
  ['file `a` contains `b`, ` `', 'back-ticks are empty or not closed; write file `path` contains `export`, `rate`'],
  ['file `a` contains b', '"file `a` contains b" is not a complete check; write file `path` contains `export`, `rate`'],
  ['file `a` exists and is good', '"file `a` exists and is good" is not a complete check; write file `path` exists'],
  [
    'file `/etc/passwd` exists',
    'the path "/etc/passwd" is absolute; give it from the top of the repository or iteration; write file `path` exists',
  ],
  ['file `C:\\a` exists', 'the path "C:\\a" is absolute; give it from the top of the repository or iteration; write file `path` exists'],
  ['iteration file `a/../b` exists', 'the path "a/../b" leaves its folder with ".."; write file `path` exists'],
  ['file `a\0b` exists', 'the path "a\\u0000b" holds a NUL or a line break; write file `path` exists'],
  [
    'branch changes only `../a`',
    'the path "../a" leaves its folder with ".."; write branch changes only `src/**` and nothing in `iterations/**`',
  ],
  ['branch has at least one commit', '"branch has at least one commit" is not a complete check; write branch has at least 1 commit'],
  ['command `npm test` exits 1', '"command `npm test` exits 1" is not a complete check; write command `npm test` exits 0 within 10m'],
  ['command `npm test` exits 0 within 10 minutes', '"10 minutes" is no duration; write command `npm test` exits 0 within 10m'],
  ['command `npm test` exits 0 within 25d', '"25d" is not between 1ms and 24d; write command `npm test` exits 0 within 10m'],
  [
    'command `npm ci && npm test` exits 0',
    'the command "npm ci && npm test" uses a shell operator; write sh -c \'…\' to have a shell run it; write command `npm test` exits 0 within 10m',
  ],
  ['`bad id` file `a` exists', '"bad id" is no id; use up to 120 letters, digits, ".", "_" and "-"'],
])('- [ ] MUST %s is a problem', (sentence, message) => {
  const read = parseCriteria(`\n- [ ] MUST ${sentence}`, FILE);
  expect([read.checks, read.problems.map(problemLine)]).toEqual([[], [`${FILE}:2: ${message}`]]);
});

test('all problems come at once, in the order of the file', () => {
  expect(
    problems(
      '## t2 Tax',
      '- [ ] MUST `a` file `a` exists',
      '<<<<<<< HEAD',
      '- [ ] MUST `a` file `b` exists',
      '=======',
      '>>>>>>> theirs',
      '- [ ] ',
      '- [ ] file `a` is valid xml',
      '## T02',
    ),
  ).toEqual([
    `${FILE}:1: "t2" is no task id; task ids are T1, T2, …`,
    `${FILE}:3: merge-conflict marker "<<<<<<< HEAD"; choose a side and remove the markers`,
    `${FILE}:4: the id "a" is taken by line 2; give this check another id`,
    `${FILE}:6: merge-conflict marker ">>>>>>> theirs"; choose a side and remove the markers`,
    `${FILE}:7: the check box is empty; write a check or remove the line`,
    `${FILE}:8: unknown format "xml"; write file \`path\` is valid markdown, yaml, json, toml, openapi, jsonl or csv`,
    `${FILE}:9: "T02" is no task id; task ids are T1, T2, …`,
  ]);
});

test('a file over 4 MB is one problem', () => {
  expect(problems('- [ ] file `` exists\n'.repeat(240_000))).toEqual([`${FILE}: the file is over 4 MB; keep only the criteria in it`]);
});

test('one megabyte of back-ticks and comment openers is read in time', () => {
  const spent = processorSeconds(() => {
    for (const piece of ['` ``', '<!-- --> `', '`a` <!-- ', '- [ ] `', '- [ ] file `a` contains ']) {
      parseCriteria(piece.repeat(Math.floor(1_000_000 / piece.length)), FILE);
    }
  });
  expect(spent).toBeLessThan(20);
});

test('a check that cannot stand on one line is refused when it is written', () => {
  const write = (run: string) => () => criterionLine({ check: 'command', run, timeout: 1000, id: 'a', level: 'must' });
  expect(write('a\nb')).toThrow('cannot be written as a code span on one line');
  expect(write(' ')).toThrow('cannot be written as a code span on one line');
});
