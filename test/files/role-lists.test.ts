import { expect, test } from 'vitest';
import { problemLine } from '../../src/core/problem.ts';
import { exportRole } from '../../src/files/role-export.ts';
import { importRoleList } from '../../src/files/role-lists.ts';
import { loadRole } from '../../src/files/role.ts';

interface Form {
  readonly form: string;
  readonly yaml: string;
  readonly texts: readonly string[];
}

const FORMS: readonly Form[] = [
  {
    form: 'agents.yaml of CrewAI',
    yaml: `data_researcher:
  role: >
    {topic} researcher
  goal: Find what is new in {topic}
  backstory: |
    You have read everything.
    You forget nothing.
  llm: openai/gpt-5
  verbose: true
writer:
  role: Writer
  goal: Write it down
  backstory: You write.
`,
    texts: [
      `---
name: data-researcher
description: Find what is new in {topic}
llm: openai/gpt-5
verbose: true
iter:
  aka:
    - data_researcher
---

Your perspective: {topic} researcher.

You have read everything.
You forget nothing.

## Your goal

Find what is new in {topic}
`,
      '---\nname: writer\ndescription: Write it down\n---\n\nYour perspective: Writer.\n\nYou write.\n\n## Your goal\n\nWrite it down\n',
    ],
  },
  {
    form: 'a workflow with agent_roles',
    yaml: `workflow:
  name: user-story-refinement
agent_roles:
  developer:
    perspective: Senior Backend Engineer
    responsibilities:
      - Design technical implementation
      - "Define: API contracts"
    capabilities: [System design]
    token_budget: 50000
    complexity_threshold: 5  # stories per agent
    colour: green
`,
    texts: [
      `---
name: developer
description: Senior Backend Engineer
colour: green
iter:
  token_budget: 50000
  complexity_threshold: 5
---

Your perspective: Senior Backend Engineer.

## What you are responsible for

- Design technical implementation
- Define: API contracts

## What you bring

- System design
`,
    ],
  },
  {
    form: 'one agent_role with its limits among the constraints',
    yaml: `agent_role:
  name: qa_lead
  perspective: QA Lead
  constraints:
    - Token budget: 40000
    - Complexity threshold: 8
    - Dependencies: [developer]
  output_format:
    - test-plan.md
`,
    texts: [
      `---
name: qa-lead
description: QA Lead
iter:
  token_budget: 40000
  complexity_threshold: 8
  aka:
    - qa_lead
---

Your perspective: QA Lead.

## Constraints

- Token budget: 40000
- Complexity threshold: 8
- Dependencies: developer

## What you hand in

- test-plan.md
`,
    ],
  },
];

test.each(FORMS)('$form becomes roles that load', ({ yaml, texts }) => {
  const { roles, problems } = importRoleList(yaml, 'agents.yaml');
  expect(problems).toEqual([]);
  expect(roles.map((role) => exportRole(role, 'iter'))).toEqual(texts);
  expect(texts.flatMap((text) => loadRole(text, 'r.md').problems)).toEqual([]);
});

test.each([
  ['a: [', /^a\.yaml:\d+:\d+: /],
  ['', /^a\.yaml:1: there is no agent in it; expected agents by name/],
  ['- a\n- b\n', /there is no agent in it/],
  ['a_b: {role: x, goal: y}\na-b: {role: x, goal: y}\n', /two agents would both be called "a-b"; rename one of them/],
  ['代: {role: x, goal: y}\n', /the name "代" has no letter from a to z/],
  ['a: {backstory: x}\n', /agent "a" says nowhere who it is; give it a role or a perspective/],
  [`x: &a [1]\ny: &b [${'*a,'.repeat(99)}*a]\nz: [${'*b,'.repeat(99)}*b]\nw: {role: q, goal: z}\n`, /there is no agent in it/],
])('%j is refused with what to do', (yaml, line) => {
  const { roles, problems } = importRoleList(yaml, 'a.yaml');
  expect(roles).toEqual([]);
  expect(problems.map(problemLine)).toEqual([expect.stringMatching(line)]);
});
