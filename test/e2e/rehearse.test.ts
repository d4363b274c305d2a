import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('iter-rehearse-'));
  const ended = await iter(folder, ['rehearse', '-w', './small.yaml', '--json']);
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
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('iter-rehearse-'))).toEqual(before);
});

it('a condition that never comes about is told, and the rehearsal fails', async () => {
  const folder = temporaryFolder();
  write(folder, { 'small.yaml': FLOW.replace("== 'code'", "== 'neither'") });
  const ended = await iter(folder, ['rehearse', '-w', './small.yaml']);
  expect(ended.exit).toBe(1);
  expect(ended.stdout).toContain('condition of code: true never came about');
});
