/** Checks judged on content handed in: what passes, and the exact words when it does not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Criterion, Result } from '../../src/core/check.ts';
import { taskId } from '../../src/core/ids.ts';
import { evaluateCommits, evaluateFile, evaluateScope, type FileCheck } from '../../src/files/evaluate.ts';

type FileCriterion = Extract<Criterion, { check: FileCheck['check'] }>;
type Asked = FileCriterion extends infer One ? (One extends FileCriterion ? Omit<One, 'in' | 'file'> : never) : never;

const file = {
  in: 'iteration',
  file: 'context/build.md',
  id: 'T2.x',
  level: 'must',
  task: taskId('T2'),
} as const;
const bytes = (text: string) => ({ bytes: new TextEncoder().encode(text) });
const judged = (asked: Asked, text: string): Result => evaluateFile({ ...asked, ...file }, bytes(text));
const said = (asked: Asked, text: string): string => {
  const result = judged(asked, text);
  return `${result.pass ? 'pass' : 'FAIL'} ${result.message}`;
};

test('a result carries the whole story of its check', () => {
  expect(judged({ check: 'format', format: 'json' }, '{\n  "a": 1,\n}')).toEqual({
    id: 'T2.x',
    task: 'T2',
    level: 'must',
    check: 'format',
    pass: false,
    message: 'context/build.md:3:1: not valid json: found "}" where a key in double quotes and a colon should be',
    file: 'context/build.md',
    line: 3,
    measured: 'not valid json',
    expected: 'valid json',
  });
});

test('a file that is not there, or is no file, fails every check with the reason', () => {
  const check = { check: 'exists', ...file } as const;
  const results = [undefined, { problem: 'is a symbolic link' }, bytes('')].map((found) => evaluateFile(check, found));
  expect(results.map(({ pass, message }) => [pass, message])).toEqual([
    [false, 'context/build.md: no such file'],
    [false, 'context/build.md: is a symbolic link'],
    [true, 'context/build.md: exists'],
  ]);
});

test('the bounds of a size are part of it', () => {
  const between = { check: 'size', min: 1024, max: 2048 } as const;
  expect([1023, 1024, 2048, 2049].map((length) => said(between, 'a'.repeat(length)))).toEqual([
    'FAIL context/build.md: has 1023 bytes; between 1 KB and 2 KB wanted',
    'pass context/build.md: has 1024 bytes',
    'pass context/build.md: has 2048 bytes',
    'FAIL context/build.md: has 2049 bytes; between 1 KB and 2 KB wanted',
  ]);
  expect(said({ check: 'size', min: 2 }, 'a')).toBe('FAIL context/build.md: has 1 byte; at least 2 B wanted');
  expect(said({ check: 'size', max: 1 }, 'é')).toBe('FAIL context/build.md: has 2 bytes; at most 1 B wanted');
});

test('a heading is found at any level, whatever its number, case, markup and colon', () => {
  const text = ['---', 'title: x', '---', '### 3.1 **Summary**:', '', 'How to `verify`', '===', '', '# 2) [Risks](x) #'].join('\n');
  expect(said({ check: 'headings', headings: ['summary', 'How to verify:', '7. Risks'] }, text)).toBe(
    'pass context/build.md: has the headings "summary", "How to verify:", "7. Risks"',
  );
});

test('text that only looks like a heading is none', () => {
  const text = [
    '---',
    'Summary: x',
    '---',
    '# Intro',
    '```',
    '# Summary',
    '```',
    '<!--',
    '# Summary',
    '-->',
    '#Summary',
    '## Usage',
    '    # Summary',
    '2024 Summary',
    '---',
  ];
  expect(said({ check: 'headings', headings: ['Summary'] }, text.join('\r\n'))).toBe(
    'FAIL context/build.md: heading "Summary" is missing; found "Intro", "Usage", "2024 Summary"',
  );
});

test('missing headings are named together, and a long list is cut', () => {
  const many = Array.from({ length: 12 }, (_, index) => `# h${index}`).join('\n');
  expect(said({ check: 'headings', headings: ['A', 'h1', 'B'] }, many)).toBe(
    'FAIL context/build.md: headings "A", "B" are missing; found "h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9" and 2 more',
  );
  expect(said({ check: 'headings', headings: ['A'] }, 'prose')).toBe('FAIL context/build.md: heading "A" is missing; found no headings');
});

test('a word is found only as a whole word, upper and lower case apart', () => {
  const found = (word: string, text: string) => judged({ check: 'contains', words: [word] }, text).pass;
  expect([
    found('rate', 'the rate.'),
    found('rate', 'rates'),
    found('rate', 'Rate'),
    found('rate', 'rate_1 error-rate'),
    found('ate', 'rate'),
    found('été', "l'été"),
    found('t', 'été'),
    found('how to (run)', 'see how to (run)x'),
    found('--flag', 'a--flag'),
    found('--flag', 'a --flags'),
    found('$1.0*', 'costs $1.0*2'),
    found('a', '漢a'),
    found('🙂', 'x🙂y'),
    found('a/b-c', 'x a/b-c'),
  ]).toEqual([true, false, false, true, false, true, false, true, true, false, true, false, true, true]);
});

test('words that are missing are named', () => {
  const result = judged({ check: 'contains', words: ['export', 'rate', 'a\nb'] }, 'export x');
  expect([result.message, result.measured, result.expected]).toEqual([
    'context/build.md: does not contain "rate", "a\\nb"',
    'export',
    'export, rate, a\nb',
  ]);
});

test('a pattern says on which line it matches', () => {
  expect([
    said({ check: 'matches', pattern: '(?m)^export \\w+$' }, 'a\nexport tax\n'),
    said({ check: 'matches', pattern: 'Tax' }, 'tax'),
    said({ check: 'matches', pattern: '(?=a)' }, 'tax'),
  ]).toEqual([
    'pass context/build.md:2: matches /(?m)^export \\w+$/',
    'FAIL context/build.md: does not match /Tax/',
    'FAIL context/build.md: the pattern does not compile: invalid or unsupported Perl syntax: `(?=`',
  ]);
});

test('a pattern that would hang a backtracking engine answers', () => {
  expect(judged({ check: 'matches', pattern: '^(a+)+$' }, `${'a'.repeat(100_000)}b`).pass).toBe(false);
});

test('content that is not UTF-8 text fails every check that reads text', () => {
  const asked: Asked[] = [
    { check: 'headings', headings: ['a'] },
    { check: 'contains', words: ['a'] },
    { check: 'matches', pattern: 'a' },
    { check: 'format', format: 'json' },
  ];
  const contents = [Uint8Array.of(0x61, 0xff), Uint8Array.of(0x61, 0x00, 0x61)];
  const messages = asked.flatMap((one) => contents.map((content) => evaluateFile({ ...one, ...file }, { bytes: content }).message));
  expect(new Set(messages)).toEqual(new Set(['context/build.md: is not UTF-8 text']));
});

test('a file name with control characters cannot garble the message', () => {
  const result = evaluateFile({ ...file, check: 'exists', file: 'a\u001b[2J\nb' }, undefined);
  expect(result.message).toBe('"a\\u001b[2J\\nb": no such file');
});

test('commits are counted against the minimum', () => {
  const check = { check: 'commits', min: 2, id: 'c', level: 'must' } as const;
  expect([1, 2].map((count) => evaluateCommits(check, count))).toEqual([
    {
      id: 'c',
      level: 'must',
      check: 'commits',
      pass: false,
      message: 'the branch has 1 commit; at least 2 commits wanted',
      measured: 1,
      expected: 2,
    },
    {
      id: 'c',
      level: 'must',
      check: 'commits',
      pass: true,
      message: 'the branch has 2 commits',
      measured: 2,
      expected: 2,
    },
  ]);
});

const scope = (allow: readonly string[], deny: readonly string[], ...paths: string[]) =>
  evaluateScope({ check: 'scope', allow, deny, id: 's', level: 'should' }, paths);

test('paths outside the scope are listed in order, the first five', () => {
  const paths = ['z', 'src/a', 'b', 'B', '.x', 'docs/d', 'é', 'a', 'a'];
  expect(scope(['src/**'], [], ...paths)).toEqual({
    id: 's',
    level: 'should',
    check: 'scope',
    pass: false,
    message: 'changes outside src/**: .x, B, a, b, docs/d and 2 more',
    measured: 7,
    expected: 'only src/**',
  });
});

test('allowed and forbidden globs are both judged', () => {
  const result = scope(['src/**'], ['.git*', 'iterations/**'], 'src/.hidden/a', 'iterations/001/x', '.gitignore');
  expect(result.message).toBe(
    'changes outside src/**: .gitignore, iterations/001/x; changes in .git*, iterations/**: .gitignore, iterations/001/x',
  );
  expect([result.measured, result.expected]).toEqual([2, 'only src/** and nothing in .git*, iterations/**']);
});

test('no allowed globs allow everything that is not forbidden', () => {
  expect(scope([], ['a'], 'b', 'c/a').message).toBe('changes 2 paths, all in scope');
  expect(scope([], [], 'b').pass).toBe(true);
});

test('a path with a line break does not slip past a forbidden glob', () => {
  const result = scope([], ['iterations/**', '*.lock'], 'iterations/a\nb', 'a\nb.lock');
  expect(result.message).toBe('changes in iterations/**, *.lock: "a\\nb.lock", "iterations/a\\nb"');
});

test('globs mean what they say: folders, brackets, exclamation marks', () => {
  const within = (glob: string, path: string) => scope([glob], [], path).pass;
  expect([
    within('src/', 'src/a/b'),
    within('src/', 'srcs/a'),
    within('app/[id].ts', 'app/[id].ts'),
    within('app/\\[id\\]/**', 'app/[id]/page.ts'),
    within('!src/**', 'lib/a'),
    within('*', 'a/b'),
    within('{a,b}/*.js', 'b/x.js'),
  ]).toEqual([true, false, true, true, false, false, true]);
});

test('the order and repetition of changed paths change nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('src/a', 'b', 'c', 'd/e', 'f', 'g', 'h')), (paths) => {
      expect(scope(['src/**'], ['h'], ...paths, ...paths)).toEqual(scope(['src/**'], ['h'], ...new Set(paths.toReversed())));
    }),
  );
});
