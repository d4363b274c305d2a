/** Command lines: what a shell would split the same way is accepted, what needs a shell is refused with the way out. */
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../src/files/command-line.ts';

const words = (text: string): unknown => {
  const read = parseCommandLine(text);
  return 'argv' in read ? read.argv : read.problem;
};

test.each([
  ['npm test', ['npm', 'test']],
  ['  node   --test\ttest/ ', ['node', '--test', 'test/']],
  [`node -e 'process.exit(1 > 2 && "$x")'`, ['node', '-e', 'process.exit(1 > 2 && "$x")']],
  [`sh -c 'npm ci && npm test | tail'`, ['sh', '-c', 'npm ci && npm test | tail']],
  [`grep "a \\"b\\" c" file\\ name`, ['grep', 'a "b" c', 'file name']],
  [`echo a\\*b '*' "?" \\# x#y`, ['echo', 'a*b', '*', '?', '#', 'x#y']],
  [`echo '' ""`, ['echo', '', '']],
  [`printf "\\$1 \\\`" 'it'\\''s'`, ['printf', '$1 `', "it's"]],
  ['npm test -- --name=a=b {}', ['npm', 'test', '--', '--name=a=b', '{}']],
  ['make a~b !x', ['make', 'a~b', '!x']],
])('%s is split like a shell does', (text, argv) => {
  expect(words(text)).toEqual(argv);
});

test.each([
  ['npm ci && npm test', 'uses a shell operator'],
  ['npm test | tail', 'uses a shell operator'],
  ['npm test > log', 'uses a shell operator'],
  ['npm test &', 'uses a shell operator'],
  ['(npm test)', 'uses a shell operator'],
  ['! npm test', 'uses a shell operator'],
  ['node --test test/*.js', 'uses a file pattern'],
  ['ls [ab]', 'uses a file pattern'],
  ['cp {a,b} c', 'uses a brace expansion'],
  ['echo $HOME', 'uses a variable or substitution'],
  ['echo "a $HOME"', 'uses a variable or substitution'],
  ['echo `date`', 'uses a variable or substitution'],
  ['echo "`date`"', 'uses a variable or substitution'],
  ["echo $'a'", 'uses a variable or substitution'],
  ['ls ~/x', 'uses a home folder "~"'],
  ['npm test # all', 'has a comment'],
  ['CI=1 npm test', 'sets a variable'],
  ['A="x y" B=2 npm test', 'sets a variable'],
  ['npm test\nrm x', 'has more than one line'],
  ['echo "abc', 'has a quote or backslash that is not closed'],
  ["echo it's", 'has a quote or backslash that is not closed'],
  ['echo a\\', 'has a quote or backslash that is not closed'],
])('%s is refused', (text, reason) => {
  expect(words(text)).toBe(`the command "${text}" ${reason}; write sh -c '…' to have a shell run it`);
});

test('a command without a program is refused', () => {
  expect([words(''), words('  '), words("'' x"), words('a\0b')]).toEqual([
    'the command is empty',
    'the command is empty',
    'the command starts with an empty word where the program should stand',
    'the command holds a NUL character',
  ]);
});
