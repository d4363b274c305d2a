import { expect, test } from 'vitest';
import { filesMatching } from '../../src/files/target-files.ts';

const PATHS = ['.hidden/a.md', 'docs/a.md', 'docs/deep/b.md', 'docs/c d.md', 'src/a.ts', 'src/b.ts'];

test.each([
  ['a pattern means the files it matches, dot files included', ['**/a.md'], ['.hidden/a.md', 'docs/a.md']],
  ['one star stays in its folder', ['docs/*.md'], ['docs/a.md', 'docs/c d.md']],
  ['a slash at the end means everything below', ['docs/'], ['docs/a.md', 'docs/deep/b.md', 'docs/c d.md']],
  ['an exclamation mark takes files out', ['src/*.ts', '!**/b.*'], ['src/a.ts']],
  ['patterns that only take out mean nothing', ['!src/*'], []],
])('%s', (_name, patterns, expected) => {
  expect(filesMatching(patterns, PATHS)).toEqual(expected);
});
