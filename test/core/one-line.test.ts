import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { oneLine, printable } from '../../src/core/one-line.ts';

it('text that could move the cursor becomes one plain line', () => {
  expect(oneLine('\u001B[31mred\u001B[0m\r\n\tand \u001B]0;a new title\u0007more\u001B[2J')).toBe('red and more');
});

it('marks that turn the direction of text are dropped, so that what is shown is what is there', () => {
  expect(oneLine('access \u202Eetihw\u202C')).toBe('access etihw');
});

it('emoji lose the joiners and tones on whose width terminals disagree', () => {
  expect(oneLine('team \u{1F469}\u{1F3FD}\u200D\u{1F4BB} \u26A0\uFE0F')).toBe('team \u{1F469}\u{1F4BB} \u26A0');
});

it('a line of a log keeps its indentation', () => {
  expect(printable('    - nested\titem')).toBe('    - nested item');
});

it('a line of a megabyte costs no more than a long line, and is not cut inside a character', () => {
  expect(printable(`a${'\u{1F680}'.repeat(500_000)}`)).toBe(`a${'\u{1F680}'.repeat(1999)}`);
});

it('whatever comes in, no control character comes out', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCodePoint(code)),
      }),
      (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E]/u);
      },
    ),
  );
});
