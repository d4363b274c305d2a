import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { iter, jsonOf } from '../rig/cli.ts';
import { temporaryFolder, write } from '../rig/repository.ts';

const FLOW = `version: 1
name: small
description: One way or the other, reviewed, and asked about.
triggers: [a test]
environments: { dev: { human: optional }, prod: { human: required } }
steps:
  - id: triage
    role: planner
    deliverables: [{ id: triage, path: context/triage.md, fields: { kind: [code, words] } }]
  - id: code
    role: builder
    when: steps.triage.outputs.kind == 'code'
    checks: [{ commits: { min: 1 } }]
  - id: review
    role: reviewer
    deliverables: [{ id: review, path: context/review.md, checks: [{ headings: [Summary] }] }]
    gate: { on_reject: { goto: code } }
  - id: go
    human: { ask: Ship it?, mode: { prod: required, dev: auto } }
`;

it('a workflow is played until conditions have gone both ways, the gate has rejected, and each environment had its turn; nothing is left behind', async () => {
  const folder = temporaryFolder();
  write(folder, { 'small.yaml': FLOW });
  // a place of its own: other rehearsals may be under way
  const place = temporaryFolder();
  const ended = await iter(folder, ['rehearse', '-w', './small.yaml', '--json'], { TMPDIR: place });
  expect({ exit: ended.exit, said: jsonOf(ended) }).toEqual({
    exit: 0,
    said: {
      schemaVersion: 1,
      rehearsals: [
        {
          workflow: './small.yaml',
          passes: 2,
          conditions: { reached: 2, wanted: 2 },
          gates: { reached: 1, wanted: 1 },
          checkpoints: { reached: 2, wanted: 2 },
          missed: [],
        },
      ],
    },
  });
  expect(readdirSync(place)).toEqual([]);
});

it('a condition that never comes about is told, and the rehearsal fails', async () => {
  const folder = temporaryFolder();
  write(folder, { 'small.yaml': FLOW.replace("== 'code'", "== 'neither'") });
  const ended = await iter(folder, ['rehearse', '-w', './small.yaml']);
  expect(ended.exit).toBe(1);
  expect(ended.stdout).toContain('condition of code: true never came about');
});

const ASKING = `version: 1
name: asking
description: A step that is asked for something of every kind.
triggers: [a test]
steps:
  - id: design
    role: planner
    deliverables:
      - { id: design, path: context/design.md, checks: [{ contains: [REQ-1, REQ-22] }, { summary: { max_tokens: 200 } }, { placeholders: none }] }
      - { id: before, path: context/before.json, checks: [{ metric: { path: run.p50, op: ">=", value: 100 } }] }
  - id: review
    role: reviewer
    deliverables: [{ id: review, path: context/review.md }]
    gate: { on_reject: { goto: design } }
  - id: build
    role: builder
    deliverables:
      - { id: rows, path: out/rows.csv, in: worktree, checks: [{ format: csv }, { size: { min: 1 KB } }] }
      - { id: log, path: out/log.jsonl, in: worktree, checks: [{ format: jsonl }, { contains: [done] }] }
      - { id: set, path: out/set.toml, in: worktree, checks: [{ format: toml }, { schema: schemas/set.json }] }
      - { id: api, path: out/api.yaml, in: worktree, checks: [{ format: openapi }] }
      - id: bench
        path: out/bench.json
        in: worktree
        checks:
          - metric: { path: run.p50, op: improves, direction: lower, by: 10, baseline: { file: context/before.json, in: iteration } }
          - metric: { path: errors, op: "<=", value: 0 }
      - id: answer
        path: context/answer.md
        checks:
          - traces: { ids_from: context/design.md, pattern: "REQ-[0-9]+" }
          - dispositions: { of: review, allowed: [fixed, deferred] }
          - checklist: Security
          - frontmatter: { file: schemas/answer.json }
    checks:
      - commits: { min: 1 }
      - secrets: none
      - { verdict: { of: review } }
      - git: { clean: true, no_conflict_with: main }
      - disk_free: 1 MB
      - tools: [git >= 2.0, node]
      - { expr: "steps.review.verdict == 'approved'", hint: the review comes first }
checks:
  - blockers: { severity: high }
  - not_contains: [debugger]
    file: out/api.yaml
    in: worktree
`;

it('the rehearsal agent meets every kind of check a workflow may ask for', async () => {
  const folder = temporaryFolder();
  write(folder, { 'asking.yaml': ASKING });
  const ended = await iter(folder, ['rehearse', '-w', './asking.yaml', '--json']);
  expect(jsonOf(ended)).toMatchObject({ rehearsals: [{ workflow: './asking.yaml', gates: { reached: 1, wanted: 1 }, missed: [] }] });
  expect(ended.exit).toBe(0);
});
