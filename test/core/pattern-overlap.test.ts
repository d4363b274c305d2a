import fc from 'fast-check';
import picomatch from 'picomatch';
import { expect, test } from 'vitest';
import { patternsOverlap } from '../../src/core/pattern-overlap.ts';

test.each([
  ['src/a.ts', 'src/a.ts', true],
  ['src/a.ts', 'src/b.ts', false],
  ['src/*.ts', 'src/a.ts', true],
  ['src/*.ts', 'src/*.js', false],
  ['src/*.ts', 'src/deep/*.ts', false],
  ['src/**', 'src/deep/a.ts', true],
  ['src/**', 'test/**', false],
  ['**/*.md', 'docs/**', true],
  ['**/*.md', 'docs/*.html', false],
  ['docs/', 'docs/a/b.md', true],
  ['./docs/a.md', 'docs/a.md', true],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['src/{a,b}.ts', 'src/c.ts', true],
  ['src/{a,b}.ts', 'test/c.ts', false],
])('%s and %s: %s', (one, other, expected) => {
  expect([patternsOverlap(one, other), patternsOverlap(other, one)]).toEqual([expected, expected]);
});

test('patterns that match one path are never said to be apart', () => {
  const name = fc.stringMatching(/^[ab]{1,3}$/);
  const path = fc.array(name, { minLength: 1, maxLength: 4 });
  // turns some of a path into what matches it
  const loosened = (parts: readonly string[]): fc.Arbitrary<string> =>
    fc
      .tuple(...parts.map((part) => fc.constantFrom(part, '*', `${part.slice(0, 1)}*`, `?${part.slice(1)}`, '**')))
      .map((chosen) => chosen.join('/'));
  fc.assert(
    fc.property(
      path.chain((parts) => fc.tuple(fc.constant(parts.join('/')), loosened(parts), loosened(parts))),
      ([file, one, other]) => {
        fc.pre(picomatch(one)(file) && picomatch(other)(file));
        expect(patternsOverlap(one, other)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});
