import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { loadRole } from '../../src/files/role.ts';

const lines = (text: string): string[] => loadRole(text, 'r.md').problems.map(problemLine);

describe('a role', () => {
  test('is its front matter and its text', () => {
    const text = `---
name: tester
description: Writes tests.
tools: Read, Bash
model: fast
iter:
  type: specialist
  prompt_tokens: 1500
  token_budget: 40000
  complexity_threshold: 8
  skills: [testing]
---

You test.
`;
    expect(loadRole(text, 'r.md')).toEqual({
      role: {
        name: 'tester',
        description: 'Writes tests.',
        model: 'fast',
        promptTokens: 1500,
        tokenBudget: 40_000,
        complexityThreshold: 8,
        skills: ['testing'],
        body: 'You test.',
      },
      problems: [],
    });
  });

  test('written for another tool is taken with its own keys and usual limits', () => {
    const { role, problems } = loadRole('---\r\nname: helper\r\ndescription: Helps.\r\ncolor: green\r\n---\r\nYou help.\r\n', 'r.md');
    expect(problems).toEqual([]);
    expect(role).toEqual({
      name: 'helper',
      description: 'Helps.',
      promptTokens: 2000,
      tokenBudget: 50_000,
      complexityThreshold: 5,
      skills: [],
      body: 'You help.',
    });
  });

  test('with faults is refused with all of them, counted in lines of the whole file', () => {
    const text = '---\nname: Bad Name\niter:\n  token_budged: 1\n  type: boss\n---\n\n';
    expect(lines(text)).toEqual([
      'r.md:2:1: the key "description" is missing; add it',
      'r.md:2:7: "name" is "Bad Name"; expected: lower case letters and digits, with single dashes between',
      'r.md:4:3: unknown key "token_budged"; did you mean "token_budget"?',
      expect.stringContaining('r.md:5:9: "type" is "boss"; use one of lead, architect'),
      'r.md:7: the role has no text; write below the front matter what the agent is to be',
    ]);
  });

  test('with broken front matter is refused at the line of the whole file', () => {
    expect(lines('---\nname: a\nname: b\n---\nYou are.\n')[0]).toMatch(/^r\.md:3:1: /);
  });

  test('without front matter is refused', () => {
    expect(lines('You are a builder.\n')).toEqual([expect.stringContaining('r.md:1: no front matter; start the file with "---"')]);
  });
});

test.each(['planner', 'builder', 'reviewer', 'doc'])('the role %s that comes with the program loads under its name', (name) => {
  const text = readFileSync(new URL(`../../roles/${name}.md`, import.meta.url), 'utf8');
  const { role, problems } = loadRole(text, `roles/${name}.md`);
  expect(problems).toEqual([]);
  expect(role?.name).toBe(name);
});
