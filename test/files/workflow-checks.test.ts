/** Checks in a workflow file: each kind becomes a criterion that can be written as a line, and what makes no sense is told at its place. */
import { expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { criterionSentence } from '../../src/files/criterion.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';

const withCheck = (check: string): string =>
  [
    'version: 1',
    'name: small',
    'inputs: { branch: { type: string, default: main } }',
    'steps:',
    '  - id: look',
    '    role: reviewer',
    '    deliverables:',
    '      - { id: review, path: context/review.md, fields: { risk: [low, high] } }',
    '  - id: build',
    '    role: builder',
    '    checks:',
    `      - ${check}`,
    '',
  ].join('\n');

const load = (check: string) => loadWorkflow(withCheck(check), 'w.yaml');

test.each([
  ['{ file: a.md, not_contains: [x, y] }', 'iteration file `a.md` does not contain `x`, `y`'],
  ['{ file: a.md, not_matches: "(?i)x+" }', 'iteration file `a.md` does not match `/(?i)x+/`'],
  ['{ file: a.toml, in: worktree, format: toml }', 'file `a.toml` is valid toml'],
  ['{ file: a.json, in: worktree, schema: s.json }', 'file `a.json` fits the schema `s.json`'],
  ['{ file: a.json, schema: { file: s.json, in: iteration } }', 'iteration file `a.json` fits the schema in iteration file `s.json`'],
  [
    '{ file: a.md, frontmatter: { file: s.json, in: worktree } }',
    'iteration file `a.md` has front matter that fits the schema in file `s.json`',
  ],
  ['{ in: worktree, metric: { from: b.json, path: p50, op: "<=", value: 50 } }', 'metric `p50` of file `b.json` is at most 50'],
  [
    '{ file: b.json, in: worktree, metric: { path: p50, op: ">", value: -1.5, caution_within: 2.5 } }',
    'metric `p50` of file `b.json` is above -1.5, with 2.5% for a caution',
  ],
  [
    '{ in: worktree, metric: { from: b.json, path: p50, op: improves, direction: lower, by: 5 } }',
    'metric `p50` of file `b.json` is lower than at the base by at least 5%',
  ],
  [
    '{ metric: { from: b.md, path: after, op: improves, direction: higher, baseline: { file: a.md, path: before } } }',
    'metric `after` of iteration file `b.md` is higher than metric `before` of iteration file `a.md`',
  ],
  ['{ file: a.md, checklist: true }', 'iteration file `a.md` has its checklist ticked'],
  ['{ file: a.md, checklist: Security }', 'iteration file `a.md` has its checklist `Security` ticked'],
  [
    '{ verdict: { of: look } }',
    'iteration file `context/review.md` says approved or approved_with_suggestions with at most 0 open MUST findings',
  ],
  [
    '{ verdict: { of: other/review.md, in: [approved], open_must: 1, open_should: 2 } }',
    'iteration file `other/review.md` says approved with at most 1 open MUST and 2 open SHOULD findings',
  ],
  [
    '{ file: a.md, dispositions: { of: look, levels: [must], allowed: [fixed, deferred] } }',
    'iteration file `a.md` answers the MUST findings of iteration file `context/review.md` as fixed or deferred',
  ],
  ['{ file: a.md, summary: { max_tokens: 300 } }', 'iteration file `a.md` has a summary of at most 300 tokens'],
  ['{ file: a.md, placeholders: none }', 'iteration file `a.md` has no placeholders'],
  [
    '{ file: t.md, traces: { ids_from: d.md, pattern: "REQ-[0-9]+" } }',
    'iteration file `t.md` mentions every `/REQ-[0-9]+/` of iteration file `d.md`',
  ],
  ['{ secrets: none }', 'branch adds no secrets'],
  ['{ blockers: {} }', 'no open blockers of severity low or worse'],
  ['{ blockers: { open: 2, severity: high } }', 'at most 2 open blockers of severity high or worse'],
  [
    '{ git: { clean: true, no_conflict_with: "{{ inputs.branch }}" } }',
    'checkout is clean and work goes together with `{{ inputs.branch }}`',
  ],
  ['{ disk_free: 5 GB }', 'disk has at least 5 GB free'],
  ['{ tools: [git, node >= 20.19] }', 'tools `git`, `node >= 20.19` are there'],
  ['{ expr: "steps.look.outputs.risk == \'low\'" }', "expression `steps.look.outputs.risk == 'low'` is true"],
])('%s', (check, sentence) => {
  const { workflow, problems } = load(check);
  expect(problems.map(problemLine)).toEqual([]);
  expect(workflow?.steps[1]?.checks.map((one) => criterionSentence(one.criterion))).toEqual([sentence]);
});

test('a hint goes along, on one line', () => {
  expect(load('{ secrets: none, hint: "use a vault;\\n  ask Ada" }').workflow?.steps[1]?.checks[0]?.hint).toBe('use a vault; ask Ada');
});

test.each([
  [
    '{ metric: { from: a.json, path: p50, op: improves } }',
    'w.yaml:12:19: a metric that is to improve without a direction; add direction: lower or direction: higher',
  ],
  ['{ metric: { from: a.json, path: p50, op: "<=" } }', 'w.yaml:12:19: a metric with "<=" and no value; add value: and a number'],
  ['{ metric: { path: p50, op: "<=", value: 1 } }', 'w.yaml:12:11: a metric check without a file; add file: and the path'],
  ['{ metric: { from: ../a.json, path: p50, op: "<=", value: 1 } }', 'w.yaml:12:19: the path "../a.json" '],
  ['{ metric: { from: a.json, path: a..b, op: "<=", value: 1 } }', 'w.yaml:12:19: "a..b" is no path to a number'],
  ['{ metric: { from: a.json, path: a, op: "=<", value: 1 } }', 'w.yaml:12:48: "op" is "=<"; did you mean "<="?'],
  ['{ verdict: { of: build } }', 'w.yaml:12:26: "build" is no step that delivers a review to the iteration folder; use one of look'],
  ['{ file: a.md, dispositions: { of: lok } }', 'w.yaml:12:43: "lok" is no step that delivers a review to the iteration folder'],
  ['{ file: a.md, traces: { ids_from: d.md, pattern: "(?=x)" } }', 'w.yaml:12:'],
  ['{ tools: ["rm -rf /"] }', 'w.yaml:12:18: "rm -rf /" is no tool'],
  ['{ git: { no_conflict_with: "a..b" } }', 'w.yaml:12:16: "a..b" is no branch name'],
  ['{ git: { clean: false } }', 'w.yaml:12:16: a git check that asks for nothing cannot be written'],
  ['{ expr: "steps.gone.status == 1" }', 'w.yaml:12:17: "gone" is no step before this one'],
  ['{ expr: "1 + 1" }', 'w.yaml:12:17: "1 + 1" gives int, not true or false'],
  ['{ secrets: none, hint: "(waived by Eve: x)" }', 'w.yaml:12:32: "(waived" in a hint; say it in other words'],
  ['{ secrets: none, file: a.md }', 'w.yaml:12:26: "file" with a secrets check; leave it out'],
  ['{ file: a.md, checklist: false }', 'w.yaml:12:'],
  ['{ placeholders: some, file: a.md }', 'w.yaml:12:'],
])('%s is told', (check, words) => {
  const told = load(check).problems.map(problemLine);
  expect(told.map((line) => line.slice(0, words.length))).toEqual([words]);
});
