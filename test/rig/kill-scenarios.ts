/** Four scripted runs that between them make iter write every event a launch and a landing can have. */
import type { Order } from './driven.ts';
import type { Scenario } from './kill-points.ts';

const HEAD = (name: string): string => `version: 1
name: ${name}
environments:
  dev: { human: required }
defaults: { timeout: 5m, retry: { max: 1 }, permission: edit }
steps:
`;
const FINALLY = `finally:
  - { id: sweep, role: builder }
`;

const file = (name: string, text: string): Order => ({ do: 'write', path: name, text });
const delivers = (name: string, text: string): Order => file(`.iter/out/${name}`, text);
const commit: Order = { do: 'commit' };
/** One file of its own, committed. */
const PIECE: readonly Order[] = [file('pieces/{task}.txt', 'made by {task} in attempt {attempt}\n'), commit];
/** The same, left for iter to commit. */
const LEFT: readonly Order[] = [file('pieces/{task}.txt', 'made by {task}\n')];

const message = `---
FROM: somebody
TO: All
TYPE: Update
TIMESTAMP: 2026-01-10T12:00:00.000Z
STATUS: Sent

MESSAGE: halfway
---
`;

const review = (verdict: string, findings: string): string => `---
verdict: ${verdict}
findings: ${findings}
---

## Summary

Read.
`;

const loops: Scenario = {
  name: 'a failed check, a rejection and a checkpoint',
  workflow: `${HEAD('loops')}  - id: build
    role: builder
    targets: { from: inputs.parts }
    checks: [{ commits: { min: 1 } }]
  - id: review
    role: reviewer
    deliverables: [{ id: review, path: deliverables/review.md }]
    gate: { on_reject: { goto: build, max: 3 } }
  - id: go
    human: { ask: Go on? }
    gate: { on_reject: { goto: build } }
  - { id: doc, role: doc }
${FINALLY}`.replace('steps:', 'inputs: { parts: { type: list, default: [tax, cart] } }\nsteps:'),
  orders: {
    any: PIECE,
    T1: [...PIECE, file('.iter/outbox/half.message.md', message), file('.iter/outbox/report.md', 'Completed\nas asked\n')],
    'T2-1': [{ do: 'exit', code: 1 }],
    'T3-1': [delivers('deliverables/review.md', review('changes_requested', '[{id: F1, level: must, task: T1, title: too short}]'))],
    T3: [delivers('deliverables/review.md', review('approved', '[]'))],
    T5: LEFT,
  },
};

const WAY = (score: number): readonly Order[] => [
  file('result.txt', 'line\n'.repeat(score)),
  delivers('notes/{task}.md', `---\nscore: ${score}\n---\n`),
];

const ways: Scenario = {
  name: 'several ways of which one is picked',
  workflow: `${HEAD('ways')}  - id: build
    role: builder
    alternatives:
      - { id: short, with: { approach: short } }
      - { id: long, with: { approach: long } }
      - { id: broken, with: { approach: nothing } }
    prompt: "{{ alternative.approach }}"
    retry: { max: 0 }
    deliverables: [{ id: note, path: "notes/{{ task.id }}.md", fields: { score: number } }]
    checks: [{ commits: { min: 1 } }]
  - id: choose
    pick: { from: build, by: alternative.outputs.score }
  - { id: doc, role: doc }
${FINALLY}`,
  orders: { any: PIECE, T1: WAY(1), T2: WAY(9), T3: [{ do: 'exit', code: 1 }] },
};

const grows: Scenario = {
  name: 'tasks from a list that is delivered',
  workflow: `${HEAD('grows')}  - id: plan
    role: planner
    deliverables: [{ id: parts, path: context/parts.md, fields: { parts: list } }]
  - id: build
    role: builder
    targets: { from: steps.plan.outputs.parts }
    checks: [{ commits: { min: 1 } }]
  - id: check
    role: reviewer
    targets: { from: build, allocate: { strategy: one-each } }
    join: each
  - { id: sum, role: doc }
${FINALLY}`,
  orders: { any: PIECE, T1: [delivers('context/parts.md', '---\nparts: [tax, the cart]\n---\n')] },
};

const conflict: Scenario = {
  name: 'two tasks that do not go together',
  workflow: `${HEAD('conflict')}  - { id: first, role: builder, stage: both }
  - { id: second, role: builder, stage: both }
  - { id: last, role: builder }
`,
  orders: {
    any: PIECE,
    T1: [file('shared.txt', 'one\nby T1\n'), commit],
    'T2-1': [file('shared.txt', 'one\nby T2\n'), commit],
    T2: [file('shared.txt', 'one\nby T1\nby T2\n'), commit],
  },
};

export const SCENARIOS: readonly Scenario[] = [loops, ways, grows, conflict];
