import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCriteria } from '../../src/files/criteria.ts';
import { iterationFiles } from '../../src/files/iteration-files.ts';
import { manifestText, parseManifest } from '../../src/files/manifest.ts';
import { parseMessages } from '../../src/files/messages.ts';
import { parsePlan } from '../../src/files/plan.ts';
import { newIteration } from '../rig/new-iteration.ts';

const full = newIteration({ parts: ['tax', 'rate'], test_command: 'npm test', issue: 'Add a tax' });
const files = iterationFiles(full);
const text = (name: string): string => files[name] ?? '';

test('the folder has the documents and one prompt for each task', () => {
  expect(Object.keys(files)).toEqual([
    'README.md',
    'CONTEXT.md',
    'COMPLETION_CRITERIA.md',
    'MULTI_AGENT_PLAN.md',
    'INTER_AGENT_MESSAGES.md',
    ...full.plan.tasks.map((task) => task.prompt),
  ]);
});

test('no placeholder of a template is left over', () => {
  const leftovers = Object.entries(files).filter(([, content]) =>
    /\{\{|\{%|\{#|\[[A-Z][^\]]*\](?!\()|undefined|\[object|NaN|Infinity/.test(content),
  );
  expect(leftovers.map(([name]) => name)).toEqual([]);
});

describe('MULTI_AGENT_PLAN.md', () => {
  test('its matrix is the plan', () => {
    const { plan, problems } = parsePlan(text('MULTI_AGENT_PLAN.md'), 'plan');
    expect(problems).toEqual([]);
    expect(plan.rows.map((row) => [row.id, row.description, row.branch, row.group, row.status, row.needs.join()].join(' / '))).toEqual([
      'T1 / Plan the work / iter/001-try/T1 / A / Not Started / ',
      'T2 / Build tax / iter/001-try/T2 / B / Not Started / T1',
      'T3 / Build rate / iter/001-try/T3 / B / Not Started / T1',
      'T4 / Review what was built / iter/001-try/T4 / C / Not Started / T2,T3',
      'T5 / Document what was built / iter/001-try/T5 / D / Not Started / T4',
    ]);
  });

  test('it has the sections of the plan in their order', () => {
    expect(text('MULTI_AGENT_PLAN.md').match(/^## .*/gm)).toEqual([
      '## 1. Architecture Decision',
      '## 2. Goal and Scope',
      '## 3. Task Assignment Matrix',
      '## 4. Parallel Execution Strategy',
      '## 5. Skills Composition Plan',
      '## 6. Communication Protocol',
      '## 7. Validation Gates',
      '## 8. Notes and Blockers',
      '## Execution Timeline',
      '## Integration Summary',
      '## Retrospective',
      '## Appendix',
    ]);
  });

  test('its figures follow the plan', () => {
    const slow = { ...full, plan: { ...full.plan, maxParallel: 1 } };
    expect(text('MULTI_AGENT_PLAN.md')).toContain(
      '1 h 5 min of wall clock instead of 1 h 35 min one after another: 32 % less, with up to 2 at once',
    );
    expect(iterationFiles(slow)['MULTI_AGENT_PLAN.md']).toContain('1 h 35 min either way');
  });

  test('a cost without a price is said to be unknown', () => {
    expect(text('MULTI_AGENT_PLAN.md')).toContain('not known (no price for agent rehearsal)');
  });
});

test('COMPLETION_CRITERIA.md is read back as the very checks it was written from', () => {
  const { checks, problems } = parseCriteria(text('COMPLETION_CRITERIA.md'), 'criteria');
  expect(problems).toEqual([]);
  expect(checks.map(({ line: _line, ...check }) => check)).toEqual(full.checks);
});

test('INTER_AGENT_MESSAGES.md begins without a message and without a problem', () => {
  expect(parseMessages(text('INTER_AGENT_MESSAGES.md'), 'messages')).toEqual({ messages: [], problems: [] });
});

describe('a prompt', () => {
  const prompt = (id: string): string => text(full.plan.tasks.find((task) => task.id === id)?.prompt ?? '');

  test('it has the role, the target, the exact paths and the checks of its task', () => {
    expect(prompt('T2').startsWith((full.roles['builder']?.body ?? '').trim())).toBe(true);
    expect(prompt('T2')).toContain('- `.iter/out/context/build.tax.md` (iteration file `context/build.tax.md`, MUST)');
    const checks = parseCriteria(prompt('T2').replace('# Your task: T2', '## T2'), 'prompt').checks;
    expect(checks.filter((check) => check.id.startsWith('T2.')).map((check) => check.id)).toEqual(
      full.checks.filter((check) => check.task === 'T2').map((check) => check.id),
    );
  });

  test('its example message is one that iter can read', () => {
    const block = /^---\nFROM[^]*?\n---$/m.exec(prompt('T2'))?.[0] ?? '';
    const { messages, problems } = parseMessages(`${block}\n`, 'prompt');
    expect([problems, messages.map((message) => `${message.from} ${message.type} ${message.task ?? ''}`)]).toEqual([
      [],
      ['builder-tax-001 Question T2'],
    ]);
  });

  test('a review is told which tasks its findings may name', () => {
    expect(prompt('T4')).toContain('one of\nT2, T3; without it');
  });

  test('a reader is told to change nothing, and is not told to commit', () => {
    expect([prompt('T4').includes('change no file of the repository'), prompt('T4').includes('Commit them')]).toEqual([true, false]);
  });

  test('a list without items leaves the goal as the only target', () => {
    const alone = newIteration({});
    expect(iterationFiles(alone)[alone.plan.tasks[1]?.prompt ?? '']).toContain('The goal in `CONTEXT.md` as a whole.');
  });
});

test('CONTEXT.md says of every empty section that nothing was given', () => {
  const sections = text('CONTEXT.md').split(/^## /m).slice(1);
  expect(sections.map((section) => `${section.split('\n')[0]}: ${section.split('\n')[2]}`)).toEqual([
    'Goal: > Add a tax',
    'Scope: - tax',
    'References: (none given)',
    'Standards: (none given)',
    'Domain: (none given)',
    'Constraints: (none given)',
    'Assumptions: (none given)',
    'Non-goals: (none given)',
    'Inputs: | input | value | what it is for |',
  ]);
});

test('whatever the inputs hold, plan and criteria are read back without a problem', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.constantFrom(
      '<!--',
      '```',
      '~~~',
      '## T9 x',
      '| a | b |\n|---|---|',
      '- [ ] MUST x',
      '---',
      '<<<<<<< a',
      '{{ inputs.issue }}',
      '{% raw %}',
      'a\u0000b',
      '`',
      '\\',
      '<pre>',
    ),
  );
  const line = fc.array(nasty, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('\n'));
  const part = fc.array(nasty, { minLength: 1, maxLength: 2 }).map((parts) => `x${parts.join(' ')}`);
  fc.assert(
    fc.property(line, fc.uniqueArray(part, { maxLength: 3, selector: (value) => value.toLowerCase() }), (issue, parts) => {
      const iteration = newIteration({ issue, parts });
      const made = iterationFiles(iteration);
      const plan = parsePlan(made['MULTI_AGENT_PLAN.md'] ?? '', 'plan');
      expect([plan.problems, plan.plan.rows.map((row) => row.id)]).toEqual([[], iteration.plan.tasks.map((task) => task.id)]);
      const criteria = parseCriteria(made['COMPLETION_CRITERIA.md'] ?? '', 'criteria');
      expect([criteria.problems, criteria.checks.map((check) => check.id)]).toEqual([[], iteration.checks.map((check) => check.id)]);
      expect(parseMessages(made['INTER_AGENT_MESSAGES.md'] ?? '', 'messages')).toEqual({ messages: [], problems: [] });
      expect(made['CONTEXT.md']?.match(/^## /gm)).toHaveLength(9);
    }),
    { numRuns: 60 },
  );
});

describe('manifest.json', () => {
  test('it is read back as the plan it was written from', () => {
    const hashes = { 'b.md': '2', 'a.md': '1' };
    const { plan, files: found, problems } = parseManifest(manifestText(full.plan, hashes), 'manifest.json');
    expect([plan, found, problems]).toEqual([full.plan, hashes, []]);
  });

  test('a manifest of a newer iter is refused by name', () => {
    expect(parseManifest('{"schemaVersion": 2}', 'manifest.json').problems).toEqual([
      { file: 'manifest.json', what: 'schemaVersion is 2, this iter reads 1', fix: 'use a newer iter' },
    ]);
  });

  test('every fault is reported, with its place', () => {
    const broken = manifestText({ ...full.plan, base: 'HEAD' as never, maxParallel: 0 }, {});
    const whats = parseManifest(broken, 'manifest.json').problems.map((problem) => problem.what);
    expect(whats.map((what) => what.split(' ')[0])).toEqual(expect.arrayContaining(['base', 'maxParallel']));
  });

  test('text that is no JSON is a problem', () => {
    expect(parseManifest('{', 'manifest.json').problems[0]?.what).toMatch(/^not valid JSON/);
  });
});
