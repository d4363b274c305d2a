/** The guide to the criteria promises forms; here each of its examples is read. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseCriteria } from '../../src/files/criteria.ts';

const GUIDE = path.resolve(import.meta.dirname, '..', '..', 'docs', 'criteria.md');

const examples = [...readFileSync(GUIDE, 'utf8').matchAll(/^### (\w+)\n\n```criteria\n([^]*?)\n```$/gm)].flatMap(
  ([, check = '', lines = '']) => lines.split('\n').map((line) => ({ check, line })),
);

it('shows every kind of check', () => {
  expect([...new Set(examples.map((example) => example.check))]).toEqual([
    'exists',
    'size',
    'headings',
    'contains',
    'not_contains',
    'matches',
    'not_matches',
    'format',
    'schema',
    'frontmatter',
    'metric',
    'checklist',
    'verdict',
    'dispositions',
    'summary',
    'placeholders',
    'traces',
    'secrets',
    'command',
    'commits',
    'scope',
    'blockers',
    'git',
    'disk_free',
    'tools',
    'expr',
  ]);
});

it.each(examples)('$line', ({ check, line }) => {
  const { checks, problems } = parseCriteria(`## T1 Try\n\n- [ ] MUST ${line}\n`, 'criteria.md');
  expect({ read: checks.map((one) => [one.check, one.level]), problems }).toEqual({ read: [[check, 'must']], problems: [] });
});
