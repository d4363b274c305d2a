import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine, printable, visible } from '../../src/core/visible.ts';

const ESC = '\u001B';

describe('what would steer the terminal goes, the words stay', () => {
  it.each([
    ['colours', `${ESC}[1;31mred${ESC}[0m`, 'red'],
    ['a cleared screen', `a${ESC}[2J${ESC}[Hb`, 'ab'],
    ['private modes', `${ESC}[?1049ha${ESC}[>4;1mb`, 'ab'],
    ['a sequence with an intermediate byte', `a${ESC}[2 qb`, 'ab'],
    ['a sequence that is cut off', `a${ESC}[38;5`, 'a'],
    ['a window title ended by BEL', `a${ESC}]0;owned\u0007b`, 'ab'],
    ['a window title ended by ST', `a${ESC}]0;owned${ESC}\\b`, 'ab'],
    ['a window title that does not end, up to the end of its line', `a${ESC}]0;owned\nb`, 'a\nb'],
    ['a string that is cancelled in the middle', `a${ESC}]0;owned\u0018b`, 'ab'],
    ['a link, but not its words', `${ESC}]8;;https://example.org${ESC}\\here${ESC}]8;;${ESC}\\`, 'here'],
    ['a clipboard that would be written', `a${ESC}]52;c;cm0gLXJm\u0007b`, 'ab'],
    ['a device control string', `a${ESC}P+q544e${ESC}\\b`, 'ab'],
    ['an application command', `a${ESC}_Gf=100;AAAA${ESC}\\b`, 'ab'],
    ['a privacy message', `a${ESC}^secret${ESC}\\b`, 'ab'],
    ['a start of string', `a${ESC}Xsecret${ESC}\\b`, 'ab'],
    ['eight-bit control sequences', 'a\u009B31mb', 'ab'],
    ['eight-bit strings', 'a\u009D0;owned\u009Cb\u0090q\u009Cc\u009Fq\u009Cd\u009Eq\u009Ce\u0098q\u009Cf', 'abcdef'],
    ['a reset', `a${ESC}cb`, 'ab'],
    ['another character set', `a${ESC}(0b`, 'ab'],
    ['an escape inside an escape', `a${ESC}${ESC}[31m[32mb`, 'a[32mb'],
    ['a lone escape at the end', `a${ESC}`, 'a'],
    ['backspaces and bells', 'passed\u0008\u0008\u0007', 'passed'],
    ['null, delete and other controls', 'a\u0000b\u007Fc\u0084d', 'abcd'],
    ['a line that would be overwritten', 'FAILED\rpassed', 'FAILED\npassed'],
    ['line ends of any kind', 'a\r\nb\r\r\nc\u0085d\u2028e\u2029f', 'a\nb\nc\nd\ne\nf'],
    ['text turned round', 'access \u202Eetihw\u202C\u2066x\u2069\u200E\u200F\u061C', 'access etihwx'],
    ['characters without width', 'pass\u200Bword\u200C\u200D\u2060\uFEFF\u00AD\u180E', 'password'],
    ['tag characters, which only a model reads', `done\u{E0069}\u{E0067}\u{E006E}`, 'done'],
    ['fillers that look like nothing', 'a\u3164\uFFA0\u115Fb', 'ab'],
    ['annotations', 'a\uFFF9b\uFFFAc\uFFFB', 'abc'],
  ])('%s', (_what, text, left) => {
    expect(visible(text)).toBe(left);
  });
});

it('ordinary text of any script, tabs and line ends stay as they are', () => {
  const text = 'Zażółć\tgęślą\n  日本語 — ½ € ✓ [31m ] \\ 🚀\n';
  expect(visible(text)).toBe(text);
});

it('text that could move the cursor becomes one plain line', () => {
  expect(oneLine('\u001B[31mred\u001B[0m\r\n\tand \u001B]0;a new title\u0007more\u001B[2J')).toBe('red and more');
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

const anything = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCodePoint(code)),
    fc.constantFrom(ESC, '[', ']', '\\', '\r', '\n', '\u009B', '\u009D', '\u0007', ';', '3', 'm'),
  ),
});

it('whatever comes in, nothing but text, tabs and line feeds comes out, and cleaning it again changes nothing', () => {
  fc.assert(
    fc.property(anything, (text) => {
      const clean = visible(text);
      expect(clean).not.toMatch(/(?![\t\n])\p{Cc}|[\p{Zl}\p{Zp}\u200B-\u200F\u202A-\u202E\u2066-\u2069]/u);
      expect(visible(clean)).toBe(clean);
    }),
  );
});

it('whatever comes in, one line comes out', () => {
  fc.assert(
    fc.property(anything, (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E]/u);
    }),
  );
});
