import { describe, expect, test } from 'vitest';
import { runGraph, workflowGraph } from '../../src/core/graph.ts';
import { mermaid } from '../../src/core/mermaid.ts';
import { snapshot } from '../../src/core/snapshot.ts';
import type { Step } from '../../src/core/workflow.ts';
import { loadWorkflow } from '../../src/files/workflow.ts';
import { accepted, after, plan, running } from '../rig/story.ts';

function graphOf(...steps: readonly string[]): string {
  const text = [
    'version: 1',
    'name: small',
    'inputs: { parts: { type: list }, urgent: { type: boolean } }',
    'steps:',
    ...steps.map((step) => `  - ${step}`),
  ];
  const { workflow, problems } = loadWorkflow(text.join('\n'), 'w.yaml');
  if (workflow === undefined) throw new Error(JSON.stringify(problems));
  return workflowGraph(workflow);
}

const REVIEW = 'deliverables: [{ id: report, path: context/report.md }]';

describe('a workflow as a chart', () => {
  test('has a box for each stage, an arrow for each need and a dashed one where a review sends work back', () => {
    expect(
      graphOf(
        '{ id: plan, role: planner }',
        '{ id: build, role: builder, stage: work, targets: { from: inputs.parts } }',
        '{ id: document, role: doc, stage: work }',
        `{ id: review, role: reviewer, ${REVIEW}, gate: { on_reject: { goto: build, max: 2 } } }`,
      ).split('\n'),
    ).toEqual([
      'flowchart TD',
      '  n1["Plan<br/>planner"]',
      '  subgraph g2["stage work"]',
      '    n2["Build: target<br/>builder<br/>for each target"]',
      '    n3["Document<br/>doc"]',
      '  end',
      '  n4["Review<br/>reviewer"]',
      '  n1 --> n2',
      '  n1 --> n3',
      '  n2 --> n4',
      '  n3 --> n4',
      '  n4 -.->|"rejected, at most 2 times"| n2',
      '',
    ]);
  });

  test('shows people with round corners, commands with double edges, and a condition on the arrow that leads to its step', () => {
    const chart = graphOf(
      '{ id: gather, run: npm ci, when: inputs.urgent }',
      '{ id: look, human: { ask: Is it right, who: the lead } }',
      `{ id: hurry, role: builder, when: 'steps.look.status == "accepted" && inputs.urgent' }`,
    );
    expect(chart.split('\n').slice(1, -1)).toEqual([
      '  n1[["Gather<br/>runs npm ci<br/>when inputs.urgent"]]',
      '  n2("Look<br/>a person: the lead")',
      '  n3["Hurry<br/>builder"]',
      '  n1 --> n2',
      '  n2 -->|"when steps.look.status == #quot;accepted#quot; #amp;#amp; inputs.urgent"| n3',
    ]);
  });

  test('keeps what a title says out of the language of the chart', () => {
    const step = { id: 'a', title: 'Say "end"; <b>now</b>\n`#1` \u001b[31mred', role: 'builder' } as Step;
    expect(workflowGraph({ steps: [step] })).toContain(
      'n1["Say #quot;end#quot;#59; #lt;b#gt;now#lt;/b#gt; #96;#35;1#96; red<br/>builder"]',
    );
  });
});

describe('a run as a chart', () => {
  test('says in word and style how each task stands', () => {
    const of = plan('T1 plan', 'T2 build < T1', 'T3 review < T2, sends back to build at most 3');
    const state = after(of, accepted('T1'), running('T2'));
    const chart = runGraph(of, snapshot(of, state, { directory: '/x', running: true })).split('\n');
    expect(chart.filter((line) => !line.includes('classDef'))).toEqual([
      'flowchart TD',
      '  subgraph g1["group A"]',
      '    n1["T1 Do T1<br/>builder<br/>accepted"]:::done',
      '    n2["T2 Do T2<br/>builder<br/>running"]:::active',
      '    n3["T3 Do T3<br/>builder<br/>waiting"]:::open',
      '  end',
      '  n1 --> n2',
      '  n2 --> n3',
      '  n3 -.->|"rejected, at most 3 times"| n2',
      '',
    ]);
    expect(chart.filter((line) => line.includes('classDef')).map((line) => line.trim().split(' ')[1])).toEqual(['open', 'active', 'done']);
  });
});

test('an arrow from or to what is not in the chart is left out', () => {
  const node = { id: 'end', lines: ['end'], shape: 'box' as const };
  expect(mermaid({ groups: [{ nodes: [node] }], arrows: [{ from: 'end', to: 'gone' }] })).toBe('flowchart TD\n  n1["end"]\n');
});
