import { describe, expect, it } from 'vitest';
import { type ChangedPaths, possiblePairs, suggestedOrder } from '../../src/core/conflict-pairs.ts';

/** `T1: +new.txt -old.txt same.txt`. */
function changes(...lines: readonly string[]): ChangedPaths[] {
  return lines.map((line) => {
    const [id = '', rest = ''] = line.split(': ');
    const changed = rest
      .split(' ')
      .filter(Boolean)
      .map((word) => {
        const how = word.startsWith('+') ? 'added' : word.startsWith('-') ? 'deleted' : 'modified';
        return { path: word.replace(/^[+-]/, ''), how } as const;
      });
    return { id, changed };
  });
}

describe('two changes may conflict', () => {
  it.each([
    ['touch one file', ['T1: a.txt', 'T2: a.txt b.txt'], [['T1', 'T2']]],
    ['touch others', ['T1: a.txt', 'T2: b.txt'], []],
    ['have a file where the other has a folder', ['T1: +lib', 'T2: +lib/deep/a.txt'], [['T1', 'T2']]],
    ['add to a folder the other takes files from', ['T1: -lib/a.txt +src/a.txt', 'T2: +lib/new.txt'], [['T1', 'T2']]],
    ['change a file beside one that is taken away', ['T1: -lib/a.txt', 'T2: lib/b.txt'], []],
    ['add side by side', ['T1: +lib/a.txt', 'T2: +lib/b.txt'], []],
  ])('when they %s', (_, lines, expected) => {
    expect(possiblePairs(changes(...lines))).toEqual(expected);
  });

  it('and pairs come in the order of the changes, each once', () => {
    expect(possiblePairs(changes('T10: x y', 'T2: x y', 'T1: y'))).toEqual([
      ['T10', 'T2'],
      ['T10', 'T1'],
      ['T2', 'T1'],
    ]);
  });
});

it('what conflicts least goes first, of equals in the order given', () => {
  const conflicts = [
    { a: 'T1', b: 'T2', paths: ['a'] },
    { a: 'T1', b: 'T3', paths: ['a'] },
  ];
  expect(suggestedOrder(['T1', 'T2', 'T3', 'T4'], conflicts)).toEqual(['T4', 'T2', 'T3', 'T1']);
});
