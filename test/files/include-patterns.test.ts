import { describe, expect, it, test } from 'vitest';
import { includePatterns } from '../../src/files/include-patterns.ts';

describe('what patterns take', () => {
  it.each<[pattern: string, taken: string[], left: string[]]>([
    ['.env', ['.env', 'packages/api/.env', '.env/'], ['.env.local', 'x.env']],
    ['/.env', ['.env'], ['packages/api/.env']],
    ['.env*', ['.env', '.env.local'], ['a.env']],
    ['node_modules/', ['node_modules/', 'packages/a/node_modules/', 'node_modules/left/index.js'], ['node_modules']],
    ['config/*.key', ['config/a.key'], ['config/deep/a.key', 'other/config/a.key', 'a.key']],
    ['config/**/a.key', ['config/a.key', 'config/x/y/a.key'], ['a.key']],
    ['\\#odd', ['#odd'], ['odd']],
    ['{a,b}', ['{a,b}'], ['a', 'b']],
    ['# .env', [], ['.env', '# .env']],
  ])('%s', (pattern, taken, left) => {
    const { takes } = includePatterns([pattern]);
    expect([...taken, ...left].filter(takes)).toEqual(taken);
  });

  it('of several patterns the last that fits decides', () => {
    const { takes } = includePatterns(['.env*', '!.env.production', '', '  ']);
    expect(['.env', '.env.local', '.env.production'].filter(takes)).toEqual(['.env', '.env.local']);
  });
});

test('only a pattern that names the way reaches into a folder that is ignored as a whole', () => {
  const { reachesInto } = includePatterns(['.env', '**/secret.key', 'local/keys/*.pem', 'packages/*/cache/x', '!vendor/a']);
  expect(['node_modules/', 'local/', 'local/keys/', 'packages/', 'packages/a/', 'vendor/'].filter(reachesInto)).toEqual([
    'local/',
    'local/keys/',
    'packages/',
    'packages/a/',
  ]);
});

test('patterns that take nothing are known to be none', () => {
  expect([[], ['# only words', ''], ['!.env'], ['.env']].map((lines) => includePatterns(lines).isEmpty)).toEqual([true, true, true, false]);
});
