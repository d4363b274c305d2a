import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { loadRole } from '../../src/files/role.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';
import { importWorkflow } from '../../src/files/workflow-import.ts';

const SEED = readFileSync(new URL('../e2e/fixtures/seed-form.yaml.txt', import.meta.url), 'utf8');

function imported(text: string, name?: string) {
  const read = importWorkflow(text, 'seed.yaml', name);
  if ('problems' in read) throw new Error(read.problems.map(problemLine).join('\n'));
  return read.imported;
}

test('an imported workflow loads to the same workflow as the file it came from, and its roles to the same roles', () => {
  const original = loadWorkflow(SEED, 'seed.yaml');
  const { text, roles } = imported(SEED);
  const again = loadWorkflow(text, 'again.yaml');
  expect(again.problems).toEqual([]);
  expect(again.workflow).toEqual(original.workflow);
  const read = Object.entries(roles).map(([name, body]) => [name, loadRole(body, `${name}.md`).role]);
  expect(read.length).toBeGreaterThan(0);
  expect(Object.fromEntries(read)).toEqual(original.roles);
});

test('another name is taken in place of the one in the file', () => {
  expect(loadWorkflow(imported(SEED, 'ours').text, 'w.yaml').workflow?.name).toBe('ours');
  expect(importWorkflow(SEED, 'seed.yaml', 'Not One')).toEqual({
    problems: [{ what: '--name: "Not One" is no name for a workflow', fix: 'use lower case letters, digits and single dashes' }],
  });
});

test('a file that is in the form of iter already, and one that is broken, are refused', () => {
  expect(importWorkflow('version: 1\nname: a\nsteps: []\n', 'a.yaml')).toMatchObject({
    problems: [{ file: 'a.yaml', what: 'is no workflow of iterations with agents' }],
  });
  expect(importWorkflow('workflow:\n  name: x\n', 'a.yaml')).toMatchObject({ problems: [{ line: 2 }] });
});
