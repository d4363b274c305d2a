import { describe, expect, it } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { loadAgent } from '../../src/files/agent-descriptor.ts';
import { agents as values } from '../../src/generated/agents.js';
import { agents as texts } from '../../src/generated/library.js';

const GOOD = `name: mine
about: Something of ours.
binary: mine
arguments: [run, "{model}", "{permission}"]
permissions: { edit: [--write] }
prompt: stdin
model: { arguments: [--model, "{model_name}"] }
format: text
`;

/** What is said of a descriptor with one thing changed. */
const faults = (from: string, to: string): string[] => {
  if (!GOOD.includes(from)) throw new Error(`there is no "${from}"`);
  return loadAgent(GOOD.replace(from, to), 'x/mine.yaml').problems.map(problemLine);
};

describe('a descriptor', () => {
  it.each(Object.entries(texts))('%s, which comes with iter, has nothing wrong and is what the program uses', (name, text) => {
    const { agent, problems } = loadAgent(text, `agents/${name}.yaml`);
    expect(problems).toEqual([]);
    expect(values.find((one) => one.name === name)).toEqual(agent);
  });

  it('may leave out what is usual', () => {
    expect(loadAgent(GOOD, 'x/mine.yaml').agent).toEqual({
      name: 'mine',
      about: 'Something of ours.',
      evidence: 'read',
      binary: 'mine',
      arguments: ['run', '{model}', '{permission}'],
      permissions: { read: [], edit: ['--write'], full: [] },
      prompt: 'stdin',
      model: { arguments: ['--model', '{model_name}'] },
      format: 'text',
      usage: { reports: [] },
      install: 'put "mine" on PATH',
    });
  });

  it.each<[string, string, string]>([
    ['name: mine', 'name: other', 'x/mine.yaml:1:7: the name "other" is not that of the file; write mine, or rename the file'],
    ['format: text', 'format: txt', 'x/mine.yaml:8:9: "format" is "txt"; did you mean "text"?'],
    ['format: text', 'format: text\ncolour: red', 'x/mine.yaml:9:1: unknown key "colour"; use one of'],
    [
      'format: text',
      'format: text\nacp: { arguments: ["{prompt}"] }',
      '"{prompt}" stands for nothing here; use one of {model}, {worktree}',
    ],
    ['format: text', 'format: text\nacp: { arguments: [], modes: { write: x } }', 'unknown key "write"'],
    ['format: text', 'format: acp', '"format" is "acp"; use one of'],
    ['"{model_name}"', '"{model}"', 'x/mine.yaml:7:31: "{model}" stands for nothing here; use one of {model_name}'],
    ['"{model}", ', '', 'x/mine.yaml:7:8: "model" is never used; put "{model}" into arguments'],
    ['"{permission}"', '"{limits}"', '"{limits}" stands for nothing; write limits:, or take it out'],
    [
      'prompt: stdin',
      'prompt: file',
      'x/mine.yaml:4:12: no argument has "{prompt_file}", so the prompt never arrives; put it where the program takes it',
    ],
    ['run, ', '"{prompt}", ', '"{prompt}" does not go with prompt: stdin'],
    ['about: Something of ours.\n', '', 'the key "about" is missing'],
  ])('with %j as %j is told: %s', (from, to, told) => {
    expect(faults(from, to).join('\n')).toContain(told);
  });
});
