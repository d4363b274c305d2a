/** Whether a condition can be both true and false, found by trying every value of what it speaks of. Says nothing where the values are too many. */
import type { ConditionFacts, StepFacts } from '../core/condition.ts';
import type { FieldType, FieldValue } from '../core/fields.ts';
import { VERDICTS } from '../core/review.ts';
import { upstreamOf } from '../core/stages.ts';
import type { Step, Workflow } from '../core/workflow.ts';
import { conditionPaths, evaluateCondition } from './condition.ts';

const MOST_CASES = 4096;
/** A step starts when what it needs is one of these. */
const STATUSES = ['accepted', 'skipped'];

/** `always` or `never` when the condition of this step is so whatever happens; undefined when it is open or cannot be told. */
export function constantCondition(
  workflow: Workflow,
  step: Step,
  needs: ReadonlyMap<string, readonly string[]>,
): 'always' | 'never' | undefined {
  if (step.when === undefined) return undefined;
  const paths = new Map(conditionPaths(step.when).map((path) => [path.join('\n'), path]));
  const domains: (readonly [readonly string[], readonly FieldValue[]])[] = [];
  let cases = 1;
  for (const path of paths.values()) {
    const values = valuesOf(workflow, path);
    if (values === undefined) return undefined;
    domains.push([path, values]);
    cases *= values.length;
  }
  if (cases > MOST_CASES) return undefined;
  const upstream = upstreamOf(step.id, needs);
  const start: ConditionFacts = {
    environment: '',
    inputs: {},
    steps: Object.fromEntries([...upstream].map((id) => [id, { status: 'accepted', verdict: '', rejections: 0, outputs: {} }])),
  };
  const seen = new Set<boolean>();
  for (const facts of combinations(start, domains)) {
    const evaluated = evaluateCondition(step.when, facts);
    if ('problem' in evaluated) return undefined;
    seen.add(evaluated.value);
    if (seen.size === 2) return undefined;
  }
  return seen.has(true) ? 'always' : 'never';
}

/** Everything that may stand at a path when a step could start; undefined when that is not a short list. */
function valuesOf(
  { environments, inputs, steps }: Workflow,
  [root, name = '', about, field = '']: readonly string[],
): readonly FieldValue[] | undefined {
  if (root === 'env') return Object.keys(environments).length === 0 ? undefined : Object.keys(environments);
  if (root === 'inputs') return inputs[name]?.type === 'boolean' ? [true, false] : undefined;
  if (about === 'status') return STATUSES;
  if (about === 'verdict') return ['', ...VERDICTS];
  if (about !== 'outputs') return undefined;
  const deliverables = steps.find((step) => step.id === name)?.deliverables ?? [];
  return fieldValues(deliverables.map((deliverable) => deliverable.fields?.[field]).find((type) => type !== undefined));
}

/** An empty text is what a step leaves that was skipped. */
function fieldValues(type: FieldType | undefined): readonly FieldValue[] | undefined {
  if (type === 'boolean') return [true, false];
  return type === undefined || typeof type === 'string' ? undefined : ['', ...type];
}

function* combinations(
  facts: ConditionFacts,
  domains: readonly (readonly [readonly string[], readonly FieldValue[]])[],
): Generator<ConditionFacts> {
  const [first, ...rest] = domains;
  if (first === undefined) {
    yield facts;
    return;
  }
  const [path, values] = first;
  for (const value of values) yield* combinations(withValue(facts, path, value), rest);
}

function withValue(facts: ConditionFacts, [root, name = '', about = '', field = '']: readonly string[], value: FieldValue): ConditionFacts {
  if (root === 'env') return { ...facts, environment: String(value) };
  if (root === 'inputs') return { ...facts, inputs: { ...facts.inputs, [name]: value } };
  const before = facts.steps[name];
  const step = (
    about === 'outputs' ? { ...before, outputs: { ...before?.outputs, [field]: value } } : { ...before, [about]: value }
  ) as StepFacts;
  return { ...facts, steps: { ...facts.steps, [name]: step } };
}
