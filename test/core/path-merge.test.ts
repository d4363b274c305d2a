import { expect, it } from 'vitest';
import type { Entry, Overlay, PathChange } from '../../src/core/path-merge.ts';
import { pickByPaths, withChanges } from '../../src/core/path-merge.ts';

const entry = (id: string | undefined): Entry | undefined => (id === undefined ? undefined : { mode: '100644', id });
/** `a 1>2` is a change of a, `a >2` a new file, `a 1>` one that goes. */
const changes = (...lines: readonly string[]): PathChange[] =>
  lines.map((line) => {
    const [, path = '', before, after] = /^(\S+) (\d*)>(\d*)$/.exec(line) ?? [];
    return { path, before: entry(before === '' ? undefined : before), after: entry(after === '' ? undefined : after) };
  });
const told = (found: readonly PathChange[] | undefined): string | undefined =>
  found?.map(({ path, before, after }) => `${path} ${before?.id ?? ''}>${after?.id ?? ''}`).join(', ');
const top = (...picked: readonly (readonly string[])[]): Overlay =>
  picked.reduce<Overlay>((overlay, lines) => withChanges(overlay, changes(...lines)), new Map());
const pick = (theirs: readonly string[], drift: readonly string[] = [], on: Overlay = new Map()): string | undefined =>
  told(pickByPaths({ theirs: changes(...theirs), drift: changes(...drift), top: on }));

it('what nobody else touched is taken as it is', () => {
  expect(pick(['a 1>2', 'b 3>'], ['c 1>2'], top(['d 1>2']))).toBe('a 1>2, b 3>');
});

it('what was touched by two is for a merge', () => {
  expect([pick(['a 1>2'], ['a 1>3']), pick(['a 1>2'], [], top(['a 1>3'])), pick(['a 1>'], ['a 1>3']), pick(['a >2'], ['a >3'])]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

it('what is there already is nothing', () => {
  expect([pick(['a 1>2'], ['a 1>2']), pick(['a 1>2', 'b 1>2'], [], top(['a 1>2']))]).toEqual(['', 'b 1>2']);
});

it('work on top of other work goes on from what that became', () => {
  expect(pick(['a 2>3'], ['a 2>1'], top(['a 1>2']))).toBe('a 2>3');
  expect(pick(['a 2>3'], ['a 2>1'], top(['a 1>4']))).toBeUndefined();
});

it('a file that goes beside one that comes may be a rename: for a merge, on either side', () => {
  expect([pick(['a 1>', 'b >1']), pick(['c 1>2'], ['a 1>', 'b >1']), pick(['c 1>2'], ['a 1>'], top(['b >1']))]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(pick(['c 1>2'], ['a 1>'])).toBe('c 1>2');
});

it('a file cannot lie below a file', () => {
  expect([pick(['a/b >1'], ['a >1']), pick(['a >1'], [], top(['a/b/c >1'])), pick(['ab >1'], ['a >1'])]).toEqual([
    undefined,
    undefined,
    'ab >1',
  ]);
});
