/** What a schema cannot say about a workflow: names that must exist, an order that must be possible, checks that must make sense. */
import { deliveryFault } from '../core/deliverable-path.ts';
import { readValue } from '../core/inputs.ts';
import { didYouMean } from '../core/nearest.ts';
import { needsOf, upstreamOf } from '../core/stages.ts';
import { patternFault, targetNames } from '../core/targets.ts';
import { actorFaults, conditionsFaults, expressionScope, upstreamScope } from './workflow-actors.ts';
import { alternativeNames, alternativesFaults, lastFaults } from './workflow-alternatives.ts';
import { type CheckScope, checkFaults } from './workflow-check-rules.ts';
import { placeOf, reportsOf } from './workflow-checks.ts';
import { type PlacedStep, placedSteps } from './workflow-places.ts';
import type { Fault } from './workflow-fault.ts';
import { nameFaults } from './workflow-names.ts';
import { outputPath, type StepSource, type TargetsSource, type WorkflowSource } from './workflow-source.ts';
import { textFaults } from './workflow-texts.ts';
import type { YamlPath } from './yaml-source.ts';

/** What every text of a workflow may name. */
export const ITERATION_NAMES = ['iteration.name', 'iteration.slug'];
/** First words of other names in texts and conditions. */
const TAKEN = ['inputs', 'iteration', 'task', 'target', 'alternative', 'steps', 'env'];

/** Every fault of a workflow whose shape is right. */
export function faultsOf(source: WorkflowSource): Fault[] {
  const inputs = Object.keys(source.inputs ?? {}).map((name) => `inputs.${name}`);
  const names = [...ITERATION_NAMES, ...inputs];
  const steps = placedSteps(source);
  return [
    ...inputFaults(source),
    ...orderFaults(steps),
    ...steps.flatMap(({ step, path }) => actorFaults(step, path, source)),
    ...conditionsFaults(source),
    ...alternativesFaults(source),
    ...lastFaults(source),
    ...steps.flatMap(({ step, path }) => stepFaults(step, path, source, names)),
    ...nameFaults(source, steps),
    ...stageFaults(source, names),
    ...(source.checks ?? []).flatMap((check, index) => checkFaults(check, ['checks', index], scopeOf(source, names))),
  ];
}

function stageFaults(source: WorkflowSource, names: readonly string[]): Fault[] {
  return Object.entries(source.stages ?? {}).flatMap(([name, { title = '', goal = '', checks = [] }]) => [
    ...textFaults(title, ['stages', name, 'title'], names),
    ...textFaults(goal, ['stages', name, 'goal'], names),
    ...checks.flatMap((check, index) => checkFaults(check, ['stages', name, 'checks', index], scopeOf(source, names))),
  ]);
}

/** What a check may speak of: a check of a step of the steps before it and of itself, a check on the whole of every step. */
function scopeOf(source: WorkflowSource, names: readonly string[], step?: StepSource): CheckScope {
  const steps = (): StepSource[] => placedSteps(source).map((placed) => placed.step);
  return {
    names,
    at: 'step',
    reports: () => reportsOf(steps()),
    condition: () => (step === undefined ? expressionScope(source, steps()) : upstreamScope(step, source, [step.id])),
  };
}

const INPUT_TYPES = ['string', 'number', 'boolean', 'list'];

function inputFaults({ inputs = {} }: WorkflowSource): Fault[] {
  return Object.entries(inputs).flatMap(([name, input]): Fault[] => {
    const path = ['inputs', name, 'default'];
    // an unknown type is told already
    if (input.default === undefined || !INPUT_TYPES.includes(input.type)) return [];
    const fits = input.type === 'list' ? typeof input.default === 'object' : readValue(input.default, input.type) !== undefined;
    if (!fits || (input.type === 'string' && typeof input.default === 'object')) {
      return [{ path, what: `the default of input "${name}" is no ${input.type}`, fix: `write a ${input.type}` }];
    }
    return typeof input.default === 'string' ? textFaults(input.default, path, ITERATION_NAMES) : [];
  });
}

/** Names in one message. */
const MANY = 20;

/** Ids, stages, needs and gates: whether the steps can be put in an order. */
function orderFaults(placed: readonly PlacedStep[]): Fault[] {
  const faults: Fault[] = [];
  const steps = placed.map(({ step }) => step);
  const ids = steps.map((step) => step.id);
  const needs = needsOf(steps);
  const before = new Map(ids.map((id) => [id, upstreamOf(id, needs)]));
  placed.forEach(({ step, path: place }, index) => {
    if (ids.indexOf(step.id) !== index) {
      faults.push({ path: [...place, 'id'], what: `a second step with the id "${step.id}"`, fix: 'give every step its own id' });
    }
    const startsStage = step.stage !== undefined && steps[index - 1]?.stage !== step.stage;
    const again = startsStage && steps.slice(0, index).some((earlier) => earlier.stage === step.stage);
    if (again) {
      const fix = 'put its steps next to each other or use another name';
      faults.push({ path: [...place, 'stage'], what: `stage "${step.stage ?? ''}" starts a second time`, fix });
    }
    (step.needs ?? []).forEach((need, number) => {
      if (!ids.includes(need)) {
        faults.push({ path: [...place, 'needs', number], what: `unknown step "${need}"`, fix: didYouMean(need, ids) });
      }
    });
    const upstream = before.get(step.id) ?? new Set();
    if (upstream.has(step.id) && step.needs !== undefined) {
      const circle = ids.filter((id) => upstream.has(id) && before.get(id)?.has(step.id) === true);
      const members = circle.length > MANY ? [...circle.slice(0, MANY), `${circle.length - MANY} more`] : circle;
      const what = `step "${step.id}" waits for itself: ${members.join(', ')} need each other`;
      faults.push({ path: [...place, 'needs'], what, fix: 'remove one of these needs' });
    }
    const goto = step.gate?.on_reject.goto;
    if (goto === undefined) return;
    const path = [...place, 'gate', 'on_reject', 'goto'];
    if (!ids.includes(goto)) faults.push({ path, what: `unknown step "${goto}"`, fix: didYouMean(goto, ids) });
    else if (!upstream.has(goto) || goto === step.id) {
      faults.push({
        path,
        what: `step "${goto}" does not come before "${step.id}"`,
        fix: didYouMean(
          '',
          [...upstream].filter((id) => id !== step.id),
        ),
      });
    }
  });
  return faults;
}

function stepFaults(step: StepSource, path: YamlPath, source: WorkflowSource, outside: readonly string[]): Fault[] {
  const faults: Fault[] = [];
  const names = [
    ...outside,
    'task.id',
    ...(step.targets === undefined ? [] : targetNames(step.targets.as)),
    ...(step.alternatives === undefined ? [] : alternativeNames(step.alternatives)),
  ];
  const scope = scopeOf(source, names, step);
  if (step.targets !== undefined) faults.push(...targetFaults(step, step.targets, { path: [...path, 'targets'], source, outside }));
  for (const key of ['title', 'prompt'] as const) faults.push(...textFaults(step[key] ?? '', [...path, key], names));
  for (const [name, value] of Object.entries(step.values ?? {})) {
    const texts = typeof value === 'object' ? value : [String(value)];
    faults.push(...texts.flatMap((text) => textFaults(text, [...path, 'values', name], names)));
  }
  for (const key of ['ask', 'who'] as const) faults.push(...textFaults(step.human?.[key] ?? '', [...path, 'human', key], outside));
  const delivered: string[] = [];
  (step.deliverables ?? []).forEach((deliverable, index) => {
    const at = [...path, 'deliverables', index];
    if (delivered.includes(deliverable.id)) {
      faults.push({ path: [...at, 'id'], what: `a second deliverable with the id "${deliverable.id}"`, fix: 'give each its own id' });
    }
    delivered.push(deliverable.id);
    faults.push(...textFaults(deliverable.path, [...at, 'path'], names));
    const fault = deliveryFault(deliverable.path, placeOf(deliverable.in));
    if (fault !== undefined) {
      const fix = 'name a file such as context/report.md';
      faults.push({ path: [...at, 'path'], what: `the path "${deliverable.path}" ${fault}`, fix });
    }
    (deliverable.checks ?? []).forEach((check, place) => {
      faults.push(...checkFaults(check, [...at, 'checks', place], { ...scope, at: 'deliverable' }));
    });
  });
  (step.checks ?? []).forEach((check, index) => {
    faults.push(...checkFaults(check, [...path, 'checks', index], scope));
  });
  if (
    step.gate !== undefined &&
    step.human === undefined &&
    !(step.deliverables ?? []).some((deliverable) => placeOf(deliverable.in) === 'iteration')
  ) {
    const fix = 'add a deliverable in the iteration folder: the review its reviewer writes';
    faults.push({ path: [...path, 'gate'], key: 'key', what: `step "${step.id}" has a gate but delivers no review`, fix });
  }
  return faults;
}

function targetFaults(
  step: StepSource,
  { from, glob, as }: TargetsSource,
  { path, source, outside }: { readonly path: YamlPath; readonly source: WorkflowSource; readonly outside: readonly string[] },
): Fault[] {
  const faults: Fault[] = [];
  if (as !== undefined && TAKEN.includes(as)) {
    faults.push({ path: [...path, 'as'], what: `"${as}" has a meaning already`, fix: 'use another word, such as story' });
  }
  [glob ?? []].flat().forEach((one, index) => {
    const fault = patternFault(one);
    const at = typeof glob === 'string' ? [...path, 'glob'] : [...path, 'glob', index];
    if (fault !== undefined)
      faults.push({ path: at, what: `the pattern "${one}" ${fault}`, fix: 'write it from the top of the repository' });
    faults.push(...textFaults(one, at, outside));
  });
  if ((from === undefined) === (glob === undefined)) {
    const what = from === undefined ? 'targets come from nowhere' : 'targets from two places';
    return [...faults, { path, what, fix: 'use one of from: and glob:' }];
  }
  if (from === undefined) return faults;
  const lists = Object.entries(source.inputs ?? {}).flatMap(([name, input]) => (input.type === 'list' ? [`inputs.${name}`] : []));
  const at = [...path, 'from'];
  if (from.startsWith('inputs.')) {
    const known = outside.includes(from);
    if (lists.includes(from)) return faults;
    const what = known ? `"${from}" is not a list` : `unknown input "${from}"`;
    return [...faults, { path: at, what, fix: known ? 'make its type list or name another input' : didYouMean(from, lists) }];
  }
  const output = outputPath(from);
  if (output !== undefined) return [...faults, ...outputFaults(output, { step, source, at })];
  const before = source.steps.slice(0, source.steps.indexOf(step)).filter((other) => other.targets !== undefined);
  const ids = before.map((other) => other.id);
  if (ids.includes(from)) return faults;
  const is = source.steps.some((other) => other.id === from) ? `step "${from}" has no targets, or comes later` : `unknown step "${from}"`;
  return [...faults, { path: at, what: is, fix: didYouMean(from, [...ids, ...lists]) }];
}

/** A list that comes while the iteration runs: declared as one, by a step that comes before. */
function outputFaults(
  output: { readonly step: string; readonly field: string },
  { step, source, at }: { readonly step: StepSource; readonly source: WorkflowSource; readonly at: YamlPath },
): Fault[] {
  const { steps } = upstreamScope(step, source);
  if (!Object.hasOwn(steps, output.step)) {
    return [{ path: at, what: `"${output.step}" is no step before this one`, fix: didYouMean(output.step, Object.keys(steps)) }];
  }
  const declared = source.steps
    .filter((other) => other.id === output.step)
    .flatMap((other) => (other.deliverables ?? []).flatMap(({ fields = {} }) => Object.entries(fields)));
  const lists = declared.filter(([, type]) => type === 'list').map(([name]) => name);
  if (lists.includes(output.field)) return [];
  const known = declared.some(([name]) => name === output.field);
  const what = known
    ? `the field "${output.field}" of step "${output.step}" is no list`
    : `step "${output.step}" declares no field "${output.field}"`;
  const fix = known
    ? `declare it: fields: { ${output.field}: list }`
    : lists.length === 0
      ? `declare it: fields: { ${output.field}: list }`
      : didYouMean(output.field, lists);
  return [{ path: at, what, fix }];
}
