import { describe, expect, it } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { readPlanAnswer } from '../../src/files/plan-answer.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';

const INPUTS = 'issue: { type: string, required: true }, count: { type: number }, parts: { type: list }';
const { workflow } = loadWorkflow(`version: 1\nname: small\ninputs: { ${INPUTS} }\nsteps: [{ id: a, role: b }]\n`, 'w.yaml');
const workflows = workflow === undefined ? {} : { small: workflow };

const read = (wanted: 'choice' | 'plan', ...yaml: string[]) =>
  readPlanAnswer(['---', ...yaml, '---', 'Prose.'].join('\n'), 'answer.md', { workflows, wanted });
const problems = (...yaml: string[]): string[] => {
  const answer = read('plan', ...yaml);
  return 'problems' in answer ? answer.problems.map(problemLine) : [];
};
const GOOD = ['workflow: small', 'reason: it fits', 'slug: tax', 'inputs: { issue: x }'];

describe('an answer', () => {
  it('is read with its inputs as they were typed', () => {
    const inputs = 'inputs: { issue: "a, b", count: 3, parts: [tax, cart] }';
    expect(read('plan', 'workflow: small', 'reason: it fits', 'slug: tax', inputs, 'targets: "src/*.js"')).toEqual({
      value: {
        workflow: 'small',
        reason: 'it fits',
        slug: 'tax',
        inputs: { issue: 'a, b', count: 3, parts: ['tax', 'cart'] },
        targets: ['src/*.js'],
      },
    });
    expect(read('choice', 'workflow: small', 'reason: r', 'inputs: { issue: x }')).toEqual({
      value: { workflow: 'small', reason: 'r', slug: '', inputs: { issue: 'x' }, targets: [] },
    });
  });

  it('with faults is told all of them', () => {
    expect(problems('workflow: smal', 'slug: Tax Rates', 'inputs: [a]', 'targets: [../x, /etc/passwd, 3]')).toEqual([
      'answer.md: unknown workflow "smal"; did you mean "small"?',
      'answer.md: "reason" is missing or no text; write reason: and a text',
      'answer.md: "inputs" is no map; write inputs: { name: value }, or leave it out',
      'answer.md: "Tax Rates" is no slug; write lower case letters, digits and single dashes, such as tax-rates',
      'answer.md: the target "../x" leaves its folder with ".."; write a path or pattern from the top of the repository',
      'answer.md: the target "/etc/passwd" is absolute; write a path or pattern from the top of the repository',
      'answer.md: the target 3 is no text; write a path or pattern from the top of the repository',
    ]);
  });

  it.each([
    [
      'a workflow',
      ['workflow: small', 'reason: r', 'slug: a', 'inputs: { isue: x }'],
      'workflow "small" has no input "isue"; did you mean "issue"?',
    ],
    ['a missing input', ['workflow: small', 'reason: r', 'slug: a'], 'input "issue" is missing; write issue: and a value below inputs:'],
    ['a wrong kind', [...GOOD.slice(0, 3), 'inputs: { issue: x, count: many }'], 'input "count" is "many"; give a number'],
    [
      'a map',
      [...GOOD.slice(0, 3), 'inputs: { issue: { a: 1 } }'],
      'input "issue" is no text, number, boolean or list of texts; write a plain value',
    ],
    [
      'a comma in an item',
      [...GOOD.slice(0, 3), 'inputs: { issue: x, parts: ["a,b"] }'],
      'an item of the list "parts" has a comma in it; write the item without one',
    ],
    ['an escape code', [...GOOD.slice(0, 3), 'inputs: { issue: "\\e[31m" }'], 'input "issue" holds a control character; leave it out'],
  ])('that names %s the workflow cannot take is refused', (_name, yaml, expected) => {
    expect(problems(...yaml)).toContain(`answer.md: ${expected}`);
  });

  it('without front matter, or with broken YAML, is refused with the line', () => {
    const plain = readPlanAnswer('small', 'answer.md', { workflows, wanted: 'choice' });
    expect('problems' in plain && plain.problems.map(problemLine)).toEqual([
      'answer.md:1: there is no front matter; start with "---", the keys, and "---"',
    ]);
    expect(problems('workflow: [')).toEqual([expect.stringMatching(/^answer\.md:\d+:\d+: /)]);
  });
});
