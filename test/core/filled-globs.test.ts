import { describe, expect, it } from 'vitest';
import { filledGlobs } from '../../src/core/targets.ts';
import type { Inputs } from '../../src/core/workflow.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';

function filled(glob: string, given: Inputs): { globs: readonly string[]; problems: string[] } {
  const inputs = 'one: { type: string, default: "docs/*.md" }, many: { type: list }';
  const { workflow } = loadWorkflow(
    `version: 1\nname: w\ninputs: { ${inputs} }\nsteps: [{ id: a, role: b, targets: { glob: ${glob} } }]\n`,
    'w.yaml',
  );
  if (workflow === undefined) throw new Error('does not load');
  const { workflow: ready, problems } = filledGlobs(workflow, { given, slug: 'x', iteration: '001-x' });
  const from = ready.steps[0]?.targets?.from;
  return { globs: from?.is === 'glob' ? from.globs : [], problems: problems.map(({ what }) => what) };
}

describe('the pattern of targets', () => {
  it('takes the value of an input, its default, or each item of a list', () => {
    expect(filled('"{{ inputs.one }}"', {}).globs).toEqual(['docs/*.md']);
    expect(filled('["src/{{ inputs.one }}", "!src/x"]', { one: 'a.js' }).globs).toEqual(['src/a.js', '!src/x']);
    expect(filled('"{{ inputs.many }}"', { many: ['a/*', '!a/b'] }).globs).toEqual(['a/*', '!a/b']);
  });

  it('is not read for placeholders a second time', () => {
    expect(filled('"{{ inputs.one }}"', { one: '{{ inputs.many }}', many: ['x'] }).globs).toEqual(['{{ inputs.many }}']);
  });

  it.each([
    ['../secrets/*', 'leaves its folder with ".."'],
    ['a/../../b', 'leaves its folder with ".."'],
    ['!../x', 'leaves its folder with ".."'],
    ['/etc/*', 'is absolute'],
    ['C:/x', 'is absolute'],
    ['a\\b', 'holds a backslash'],
    ['a\nb', 'holds a control character'],
    ['a'.repeat(1001), 'is longer than 1000 characters'],
  ])('%j is refused as it would be in the workflow', (one, fault) => {
    expect(filled('"{{ inputs.one }}"', { one }).problems).toEqual([expect.stringMatching(fault.replaceAll('.', String.raw`\.`))]);
  });

  it('that comes to nothing is said to be empty', () => {
    expect(filled('"{{ inputs.many }}"', {}).problems).toEqual(['step "a": the pattern "{{ inputs.many }}" of its targets is empty']);
  });
});
