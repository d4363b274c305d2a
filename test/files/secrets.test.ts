/** Secrets in added lines. The tokens are put together here, so that this file has none. */
import { expect, test } from 'vitest';
import { addedLines } from '../../src/files/added-lines.ts';
import { entropyOf } from '../../src/core/secret-rules.ts';
import { secretsIn } from '../../src/files/secrets.ts';
import { TOKENS, joined, letters } from '../rig/tokens.ts';

const found = (text: string): string[] =>
  secretsIn([{ file: 'f', line: 1, text }]).map((one) => one.rule + (one.withoutReason ? ' without reason' : ''));

test.each(TOKENS)('%s', (rule, text) => {
  expect(found(`before ${text} after`)).toContain(rule);
});

test.each([
  ['an example of one letter', `ghp_${'x'.repeat(36)}`],
  ['a longer word', joined('a', 'ghp_', letters(10))],
  ['a variable', 'password: "${DATABASE_PASSWORD}"'],
  ['a short word', 'password = "changeme"'],
  ['words', 'secret: "to be filled in by the operator"'],
  ['a test key', `sk_test_${letters(24)}`],
  ['a public key', '-----BEGIN PUBLIC KEY-----'],
  ['a hash', letters(64, '0123456789abcdef')],
  ['an address without a password', 'https://example.org:8443/a@b'],
])('%s is no secret', (_, text) => {
  expect(found(text)).toEqual([]);
});

test('a line is allowed with a reason only', () => {
  const token = `npm_${letters(36)}`;
  expect([
    found(`${token} // iter:allow-secret made up for the tests`),
    found(`${token} # iter:allow-secret`),
    found(`${token} # iter:allow-secret --`),
  ]).toEqual([[], ['npm token without reason'], ['npm token without reason']]);
});

test('a line of ten megabytes is looked at in time', () => {
  expect(found(`password="${'a'.repeat(10_000_000)}`)).toEqual([]);
  expect(found('eyJ'.repeat(1_000_000))).toEqual([]);
});

test('entropy is that of Shannon', () => {
  expect([entropyOf('aaaa'), entropyOf('ab'), entropyOf('abcd')]).toEqual([0, 1, 2]);
});

test('added lines have the numbers they have in the new file', () => {
  const diff = [
    'diff --git a.txt a.txt',
    'index 1..2 100644',
    '--- a.txt',
    '+++ a.txt',
    '@@ -1,2 +1,3 @@ function x',
    '--- old',
    '-+++ older',
    '+++ new',
    '+second\r',
    '+third',
    '@@ -9 +12 @@',
    '-x',
    '\\ No newline at end of file',
    '+y',
    'diff --git gone gone',
    '--- gone',
    '+++ /dev/null',
    '@@ -1 +0,0 @@',
    '-x',
    'Binary files a.bin and b.bin differ',
    '--- "b\\tc\\"d"',
    '+++ "b\\tc\\"d"',
    '@@ -0,0 +1 @@',
    '+z',
  ];
  expect(addedLines(diff.join('\n'))).toEqual([
    { file: 'a.txt', line: 1, text: '++ new' },
    { file: 'a.txt', line: 2, text: 'second' },
    { file: 'a.txt', line: 3, text: 'third' },
    { file: 'a.txt', line: 12, text: 'y' },
    { file: 'b\tc"d', line: 1, text: 'z' },
  ]);
});
