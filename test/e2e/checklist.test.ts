import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { done, eventsOf, iter } from '../rig/cli.ts';
import { drivenAgents, PIECE } from '../rig/driven.ts';
import type { Order } from '../rig/driven.ts';
import { repositoryWith, write } from '../rig/repository.ts';

const FLOW = `version: 1
name: listed
description: Builds, and answers a checklist about it.
checklists:
  code: { must: [It works], should: [It reads well], reject_if: [It leaks] }
stages: { make: { title: "Make {{ inputs.what }}", goal: Something that works, checks: [{ id: whole, exists: true, file: README.md, in: repository }] } }
inputs: { what: { type: string, default: tax }, boss: { type: string, default: Ada } }
escalation: { to: "tech lead", triage_within: 10m }
steps:
  - { id: build, stage: make, role: builder, retry: { max: 0 }, checks: [{ commits: { min: 1 } }] }
  - id: review
    role: reviewer
    permission: read
    retry: { max: 1 }
    deliverables: [{ id: review, path: review.md }]
    gate: { on_reject: { goto: build, max: 2 }, checklist: code }
  - { id: go, human: { ask: "Ship {{ inputs.what }}?", who: "{{ inputs.boss }}", mode: required } }
`;

const review = (...answers: readonly string[]): readonly Order[] => [
  {
    do: 'write',
    path: '.iter/out/review.md',
    text: `---\nverdict: approved\nfindings: []\nchecklist:\n${answers.map((one) => `  - { ${one} }\n`).join('')}---\n## Summary\n`,
  },
];
const GOOD = ['id: C1, answer: yes', 'id: C2, answer: no, note: long lines', 'id: C3, answer: no'];

async function made(agent: string, env: Readonly<Record<string, string>> = {}): Promise<{ root: string; directory: string }> {
  const root = repositoryWith({ 'README.md': '# Shop\n' });
  write(root, { '../listed.yaml': FLOW });
  await done(root, ['new', 'try', '-w', '../listed.yaml', '--agent', agent], env);
  return { root, directory: path.join(root, 'iterations', '001-try') };
}

const read = (directory: string, file: string): string => readFileSync(path.join(directory, file), 'utf8');
const checks = (directory: string, task: string) =>
  eventsOf(directory).filter((event) => event.type === 'checks-finished' && event.task === task);

describe('a checklist', () => {
  it('stands in the prompt with its ids, and the rehearsal agent answers it', async () => {
    const { root, directory } = await made('rehearsal');
    expect(read(directory, 'agent-prompts/T2-reviewer-agent-prompt.md')).toContain(
      '- **C1** (MUST) It works\n- **C2** (SHOULD) It reads well\n- **C3** (REJECT IF) It leaks\n',
    );
    expect((await iter(root, ['launch'])).exit).toBe(5);
    expect(read(directory, 'review.md')).toContain(
      'checklist:\n  - { id: C1, answer: yes }\n  - { id: C2, answer: yes }\n  - { id: C3, answer: no }\n',
    );
    expect(checks(directory, 'T2').map((event) => [event['verdict'], event['findings']])).toEqual([['approved', []]]);
  });

  it('that is not answered fails the review, which is asked again for the items that are missing', async () => {
    const agents = drivenAgents();
    agents.order('T1', PIECE);
    agents.order('T2-1', review('id: C1, answer: yes'));
    agents.order('T2-2', review(...GOOD));
    const { root, directory } = await made(agents.agent, agents.env);
    await iter(root, ['launch'], agents.env);
    expect(checks(directory, 'T2').map((event) => [event['failures'], event['verdict']])).toEqual([
      [[{ id: 'T2.checklist', message: 'C3 "It leaks" is not answered; add { id: C3, answer: yes, no or na }' }], 'approved'],
      [[], 'approved_with_suggestions'],
    ]);
    expect(read(directory, '.run/prompts/T2-2.md')).toContain('C3 "It leaks" is not answered');
  });

  it('with a no to a must item sends the work back though the reviewer approved, and the named person hears of it in the end', async () => {
    const agents = drivenAgents();
    agents.order('T1', PIECE);
    agents.order('T2', review('id: C1, answer: no, note: "crashes on 0", task: T1', 'id: C3, answer: no'));
    const { root, directory } = await made(agents.agent, agents.env);
    await iter(root, ['launch'], agents.env);
    const rejected = eventsOf(directory).find((event) => event.type === 'review-rejected');
    const { stdout } = await iter(root, ['decide']);
    const [written = ''] = readdirSync(path.join(directory, 'escalations'));
    expect(read(directory, path.join('escalations', written))).toContain('**For**: tech lead\n');
    expect(rejected?.['findings']).toEqual([{ id: 'C1', level: 'must', title: 'It works: no, crashes on 0', task: 'T1' }]);
    expect(read(directory, '.run/prompts/T1-2.md')).toContain('It works: no, crashes on 0');
    expect(stdout).toMatch(
      /^T2-rejection-\d+: tech lead: T2 has rejected the work 2 times; still open: C1 It works: no, crashes on 0\n {2}to be looked at within 10m: \d+m? ?\d*s? left\n/,
    );
  });
});

describe('a stage', () => {
  it('has its checks judged with its last step, and its title and goal where people read', async () => {
    const { directory } = await made('rehearsal');
    expect(read(directory, 'COMPLETION_CRITERIA.md')).toContain('`T1.make.whole`');
    expect(read(directory, 'README.md')).toContain('- **Group A: Make tax** (T1): Something that works\n');
    expect(read(directory, 'MULTI_AGENT_PLAN.md')).toMatch(/- \*\*Group A: Make tax\*\* \(one task\): T1, 30 min\. Something that works\n/);
  });
});

it('what a person is asked, and who, holds the values of inputs', async () => {
  const { root } = await made('rehearsal');
  await iter(root, ['launch']);
  expect((await iter(root, ['decide'])).stdout).toContain('T3-checkpoint-1: Ada: Ship tax?');
});
