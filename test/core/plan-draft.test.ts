import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newCommand, plainInputs } from '../../src/core/plan-draft.ts';
import { shellLine } from '../../src/core/shell-words.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';

it('a shell reads back exactly the words of the command, whatever is in them', () => {
  const words = fc.array(
    fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('\0', '')),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(words, (list) => {
      const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${shellLine(list)}`], { encoding: 'utf8' });
      expect(printed.split('\0').slice(0, -1)).toEqual(list);
    }),
    { numRuns: 60 },
  );
});

it('the command names everything the draft says', () => {
  const draft = {
    slug: 'tax',
    workflow: 'small',
    inputs: { issue: "don't", parts: ['a', 'b'], big: true },
    targets: ['src/*.js'],
    reason: 'r',
  };
  expect(shellLine(newCommand(draft, ['--agent', 'codex']))).toBe(
    String.raw`iter new tax -w small --input 'issue=don'\''t' --input parts=a,b --input big=true '--targets=src/*.js' --agent codex`,
  );
});

it('what is asked goes to the input that is about it, and every other required one gets an example', () => {
  const inputs = 'count: { type: number, required: true }, goal: { type: string, default: x }, parts: { type: list, required: true }';
  const { workflow } = loadWorkflow(`version: 1\nname: w\ninputs: { ${inputs} }\nsteps: [{ id: a, role: b }]\n`, 'w.yaml');
  expect(workflow === undefined ? {} : plainInputs(workflow, 'Fix it now')).toEqual({
    count: 1,
    goal: 'Fix it now',
    parts: ['fix-it-now'],
  });
});
