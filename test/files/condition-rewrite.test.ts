import { expect, test } from 'vitest';
import { rewriteCondition } from '../../src/files/condition-rewrite.ts';

/** Every step gets a new name, every input the value 7. */
const rewritten = (text: string): string | undefined => {
  const found = rewriteCondition(text, ([root, name]) =>
    root === 'steps'
      ? `steps["x-${name ?? ''}"]`
      : root === 'inputs' && name === 'bad'
        ? { problem: 'no' }
        : root === 'inputs'
          ? '7'
          : undefined,
  );
  return found.problem === undefined ? found.text : `problem: ${found.problem}`;
};

test.each([
  ["steps.a.outputs.kind == 'bug'", 'steps["x-a"].outputs.kind == \'bug\''],
  ['steps["a-b"].verdict == "" && steps.c.status != env', 'steps["x-a-b"].verdict == "" && steps["x-c"].status != env'],
  ['inputs.n > 2 ? steps . a . rejections : 0', '7 > 2 ? steps["x-a"] . rejections : 0'],
  ['steps.a.outputs["two words"] == "steps.b.verdict"', 'steps["x-a"].outputs["two words"] == "steps.b.verdict"'],
  ['steps.a.outputs.list[inputs.n] == "x"', 'steps["x-a"].outputs.list[7] == "x"'],
  ['inputs.bad == 1', 'problem: no'],
  ['1 +', '1 +'],
])('%s', (text, expected) => {
  expect(rewritten(text)).toBe(expected);
});

test('a name in parentheses cannot be carried over, and says so', () => {
  expect(rewritten('(steps).a.verdict == ""')).toMatch(/^problem: "\(steps\)\.a\.verdict == """ cannot be carried over/);
});
