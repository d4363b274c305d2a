import { describe, expect, it } from 'vitest';
import type { ConditionFacts } from '../../src/core/condition.ts';
import { conditionFaults, evaluateCondition } from '../../src/files/condition.ts';

const scope = { inputs: ['mcp'], steps: { triage: ['kind', 'big'], 'arch-review': ['breaking'] } };

describe('conditionFaults', () => {
  it.each([
    'inputs.mcp',
    "env == 'prod'",
    "steps.triage.outputs.kind == 'infra' && steps.triage.outputs.big",
    "!steps['arch-review'].outputs.breaking",
    "steps.triage.status in ['accepted', 'skipped']",
    'steps.triage.rejections > 1',
  ])('has nothing against %s', (text) => {
    expect(conditionFaults(text, scope)).toEqual([]);
  });

  it.each([
    ['inputs.mpc', 'unknown input "mpc"'],
    ['steps.later.outputs.x', '"later" is no step before this one'],
    ["steps['nope'].status == 'accepted'", '"nope" is no step before this one'],
    ['steps.triage.outputs.size', 'step "triage" declares no field "size"'],
    ['steps.triage.output.kind', 'unknown "steps.triage.output"; use status, verdict, rejections, outputs'],
    ['process.env', 'unknown name "process"; a condition may use inputs, env and steps'],
    ['inputs.mcp &&', '"inputs.mcp &&" is no CEL expression: Unexpected token: EOF'],
    ['system(1)', '"system(1)": found no matching overload for \'system(int)\''],
    ['env == 1', '"env == 1": no such overload: string == int'],
    ["env == 'prod' ? 1 : 2", '"env == \'prod\' ? 1 : 2" gives int, not true or false'],
    ["'prod'", '"\'prod\'" gives string, not true or false'],
  ])('refuses %s', (text, fault) => {
    expect(conditionFaults(text, scope)).toEqual([fault]);
  });
});

describe('evaluateCondition', () => {
  const facts: ConditionFacts = {
    environment: 'dev',
    inputs: { mcp: true, names: ['a', 'b'] },
    steps: { triage: { status: 'accepted', verdict: '', rejections: 2, outputs: { kind: 'infra', big: false } } },
  };

  it.each([
    ["steps.triage.outputs.kind == 'infra' && !steps.triage.outputs.big", true],
    ['steps.triage.rejections > 2', false],
    ["'b' in inputs.names && env == 'dev'", true],
  ])('%s', (text, value) => {
    expect(evaluateCondition(text, facts)).toEqual({ value });
  });

  it('says when there is no truth value', () => {
    expect(evaluateCondition('steps.triage.rejections', facts)).toEqual({
      problem: '"steps.triage.rejections" gives number, not true or false',
    });
  });
});
