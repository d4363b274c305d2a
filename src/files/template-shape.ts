/** The names a template of prompts may use, as data: what a person's template is checked against. The compiler keeps it equal to `PromptValues`. */
import type { PromptValues } from './template-values.ts';

/** `true` for a text, a number or a yes-or-no; one item for a list; names for a record. */
export type Shape = true | readonly [Shape] | { readonly [name: string]: Shape };

type ShapeOf<Value> = Value extends string | number | boolean
  ? true
  : Value extends readonly (infer Item)[]
    ? readonly [ShapeOf<Item>]
    : { readonly [Name in keyof Value]-?: ShapeOf<Exclude<Value[Name], undefined>> };

const TASK: ShapeOf<PromptValues['task']> = {
  id: true,
  title: true,
  role: true,
  agent: true,
  instance: true,
  branch: true,
  worktree: true,
  group: true,
  needs: [true],
  reviewed: [true],
  targets: [true],
  deliverables: [{ path: true, write: true, in: true, level: true, fields: true }],
  gate: { write: true },
  checklist: { write: true, items: [{ id: true, kind: true, text: true }] },
  permission: true,
  estimate: true,
  skills: [{ name: true, description: true, path: true }],
  skillsMissing: [true],
  skillsText: true,
  model: true,
  modelWhy: true,
  prompt: true,
  criteria: [true],
  instructions: true,
};

const GROUP: ShapeOf<PromptValues['groups'][number]> = {
  letter: true,
  title: true,
  goal: true,
  tasks: [true],
  start: true,
  end: true,
  duration: true,
  loading: true,
  criteria: [true],
};

export const PROMPT_SHAPE: ShapeOf<PromptValues> = {
  iteration: true,
  repository: true,
  workflow: { name: true, description: true, sha256: true },
  created: true,
  createdText: true,
  target: true,
  base: true,
  baseShort: true,
  environment: true,
  human: true,
  strategy: true,
  strategyText: true,
  mergeOrder: [true],
  maxParallel: true,
  budget: [true],
  worktrees: true,
  inputs: [{ name: true, value: true, description: true }],
  references: [{ path: true, source: true }],
  context: {
    goal: true,
    scope: [true],
    references: [true],
    standards: [true],
    domain: [true],
    constraints: [true],
    assumptions: [true],
    nonGoals: [true],
  },
  tasks: [TASK],
  roles: [{ name: true, sha256: true }],
  groups: [GROUP],
  stages: [GROUP],
  outputs: [{ task: true, path: true, in: true, level: true }],
  wholeCriteria: [true],
  successCriteria: [true],
  decisionMatrix: [{ question: true, answer: true, from: true }],
  drawing: [true],
  overlaps: [true],
  gates: [{ task: true, goto: true, max: true }],
  retriesText: true,
  figures: {
    wallClock: true,
    sequential: true,
    criticalPath: true,
    criticalPathTasks: [true],
    savedPercent: true,
    mostAtOnce: true,
    mostAtOnceUnlimited: true,
    tokens: true,
    tokensSingle: true,
    cost: true,
    models: true,
    worktreeCount: true,
    must: true,
    should: true,
    nice: true,
  },
  task: TASK,
  role: { body: true },
  hasIterationFiles: true,
};
