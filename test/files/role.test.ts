import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { parseReview } from '../../src/files/review.ts';
import { exportRole } from '../../src/files/role-export.ts';
import { importRole } from '../../src/files/role-import.ts';
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
        type: 'specialist',
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

const ROLES = new URL('../../roles/', import.meta.url);
const shipped = readdirSync(ROLES).map((file) => ({ name: file.replace(/\.md$/, ''), text: readFileSync(new URL(file, ROLES), 'utf8') }));
const section = (text: string, heading: string): string => text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

describe('the roles that come with the program', () => {
  test('are thirty-three', () => {
    expect(shipped).toHaveLength(33);
  });

  test.each(shipped)('$name loads under its name, with a type and a tier', ({ name, text }) => {
    const { role, problems } = loadRole(text, `roles/${name}.md`);
    expect(problems).toEqual([]);
    expect(role).toMatchObject({ name, type: expect.any(String), model: expect.stringMatching(/^(strong|standard|fast)$/) });
  });

  test.each(shipped)('$name says what it answers for, its bar, its limits and what it hands in, on one page', ({ text }) => {
    for (const heading of ['What you are responsible for', 'Quality bar', 'What you do not do', 'What you hand in']) {
      expect(section(text, heading).trim()).not.toBe('');
    }
    expect(text.split('\n').length).toBeLessThanOrEqual(60);
  });

  test('share no sentence about their trade', () => {
    const bullets = shipped.flatMap(
      ({ text }) =>
        text
          .split('\n## What you hand in')[0]
          ?.split('\n')
          .filter((line) => line.startsWith('- ')) ?? [],
    );
    expect(bullets.filter((line, index) => bullets.indexOf(line) < index)).toEqual([]);
  });

  test('that judge explain the verdict and the findings a program reads', () => {
    const gates = shipped.filter(({ text, name }) => loadRole(text, name).role?.type === 'gate');
    expect(gates.map(({ name }) => name)).toEqual([
      'code-reviewer',
      'performance-engineer',
      'pse',
      'reviewer',
      'security-analyst',
      'validator',
    ]);
    for (const { text, name } of gates) {
      const example = text.match(/```\n(---\n[^]*?\n---\n)/)?.[1] ?? '';
      expect({ name, problems: parseReview(example, name).problems }).toEqual({ name, problems: [] });
    }
  });

  test('come back from another tool as they went out', () => {
    for (const { name, text } of shipped) {
      const { role } = importRole(text, `${name}.md`);
      const out = role === undefined ? '' : exportRole(role, 'claude');
      const back = importRole(out, `${name}.md`).role;
      expect(back === undefined ? undefined : loadRole(exportRole(back, 'iter'), name)).toEqual(loadRole(text, name));
    }
  });
});
