import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Candidate, ContextRules } from '../../src/core/prompt-context.ts';
import { chooseForms, USUAL_CONTEXT } from '../../src/core/prompt-context.ts';

const rules = (changes: Partial<ContextRules> = {}): ContextRules => ({ ...USUAL_CONTEXT, budget: 1000, ...changes });
const file: Candidate = { full: 300, summary: 50, path: 10 };
const forms = (candidates: readonly Candidate[], given: ContextRules, required = 100): string =>
  chooseForms(candidates, given, required)
    .choices.map((choice) => choice.form)
    .join(' ');

test('the newest go in whole, the others as their summary', () => {
  expect(forms([file, file, file, file], rules())).toBe('full full summary summary');
});

test('the workflow may want more whole, fewer, or nothing of the older ones', () => {
  expect([
    forms([file, file, file], rules({ full: 1, older: 'path' })),
    forms([file, file, file], rules({ full: 0 })),
    forms([file, file, file], rules({ full: 1, older: 'none' })),
  ]).toEqual(['full path path', 'summary summary summary', 'full none none']);
});

test('one without a summary is named, and the reason is said', () => {
  const { choices, overflows } = chooseForms([{ full: 300, path: 10 }], rules({ full: 0 }), 100);
  expect([choices, overflows]).toEqual([[{ wanted: 'summary', form: 'path', reason: 'it has no section "Summary"' }], false]);
});

test('the budget cuts a whole to its summary and a summary to its path, the older ones first', () => {
  const { choices, tokens, overflows } = chooseForms([file, file, file], rules({ budget: 480 }), 100);
  expect([choices.map(({ form, reason }) => [form, reason]), tokens, overflows]).toEqual([
    [
      ['full', undefined],
      ['summary', 'the whole needs 300 tokens, over the budget of 480'],
      ['path', 'the summary needs 50 tokens, over the budget of 480'],
    ],
    460,
    true,
  ]);
});

test('exactly the budget fits; one token less does not', () => {
  const exact = 100 + 300 + 300;
  expect([forms([file, file], rules({ budget: exact })), forms([file, file], rules({ budget: exact - 1 }))]).toEqual([
    'full full',
    'full summary',
  ]);
});

test('names are never cut, even when what is required is over the budget already', () => {
  const { choices, tokens, overflows } = chooseForms([file, file], rules({ budget: 50 }), 100);
  expect([choices.map((choice) => choice.form), tokens, overflows]).toEqual([['path', 'path'], 120, true]);
});

test('a file without text does not use up a place among the newest', () => {
  expect(forms([{ path: 5 }, file, file], rules())).toBe('path full full');
});

test('whatever the sizes, the sum is that of the forms, and only the required and the names may pass the budget', () => {
  const candidate = fc.record(
    { full: fc.nat(500), summary: fc.nat(200), path: fc.integer({ min: 1, max: 20 }) },
    { requiredKeys: ['path'] },
  ) as fc.Arbitrary<Candidate>;
  const given = fc.record({
    budget: fc.integer({ min: 1, max: 2000 }),
    full: fc.nat(5),
    older: fc.constantFrom('summary', 'path', 'none'),
  });
  fc.assert(
    fc.property(fc.array(candidate, { maxLength: 8 }), given, fc.nat(800), (candidates, changes, required) => {
      const { choices, tokens, overflows } = chooseForms(candidates, rules(changes), required);
      const cost = (form: string, one: Candidate | undefined): number => (form === 'none' ? 0 : (one?.[form as 'path'] ?? NaN));
      const sum = choices.reduce((all, { form }, index) => all + cost(form, candidates[index]), required);
      const least = choices.reduce((all, { wanted }, index) => all + (wanted === 'none' ? 0 : (candidates[index]?.path ?? 0)), required);
      expect(tokens).toBe(sum);
      expect(tokens <= Math.max(changes.budget, least)).toBe(true);
      expect(overflows).toBe(least > changes.budget || choices.some(({ reason }) => reason?.includes('budget') === true));
    }),
  );
});
