/** Who does a step and under which condition: the rules a schema cannot say about actors, people and `when`. */
import { didYouMean } from '../core/nearest.ts';
import { needsOf, upstreamOf } from '../core/stages.ts';
import { parseCommandLine } from './command-line.ts';
import { conditionFaults, type ConditionScope } from './condition.ts';
import type { Fault } from './workflow-fault.ts';
import { placedSteps } from './workflow-places.ts';
import type { StepSource, WorkflowSource } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

const ACTORS = ['role', 'human', 'run', 'pick', 'uses'] as const;

/** Who does a step: exactly one actor, and a person who can answer what is asked. */
export function actorFaults(step: StepSource, path: YamlPath, source: WorkflowSource): Fault[] {
  const [first, ...more] = ACTORS.filter((actor) => step[actor] !== undefined);
  if (first === undefined) return [{ path, what: `step "${step.id}" has nobody to do it`, fix: `give it one of ${ACTORS.join(', ')}` }];
  const faults: Fault[] = more.map((other) => ({
    path: [...path, other],
    key: 'key',
    what: `step "${step.id}" has two actors, "${first}" and "${other}"`,
    fix: 'make it two steps',
  }));
  if (step.run !== undefined) {
    const parsed = parseCommandLine(step.run);
    if ('problem' in parsed) faults.push({ path: [...path, 'run'], what: parsed.problem });
  }
  const { human } = step;
  if (human === undefined) return faults;
  const at = [...path, 'human'];
  const ids = placedSteps(source).map((other) => other.step.id);
  (human.show ?? []).forEach((shown, index) => {
    if (!ids.includes(shown)) faults.push({ path: [...at, 'show', index], what: `unknown step "${shown}"`, fix: didYouMean(shown, ids) });
  });
  const back = human.may?.find((answer) => answer === 'reject' || answer === 'rescope');
  if (back !== undefined && step.gate === undefined) {
    faults.push({
      path: [...at, 'may'],
      what: `step "${step.id}" may ${back}, but says not where to`,
      fix: 'add gate: {on_reject: {goto: …}}',
    });
  }
  const known = Object.keys(source.environments ?? {});
  for (const name of typeof human.mode === 'object' ? Object.keys(human.mode) : []) {
    if (!known.includes(name))
      faults.push({ path: [...at, 'mode', name], key: 'key', what: `unknown environment "${name}"`, fix: didYouMean(name, known) });
  }
  for (const key of ['deliverables', 'targets', 'prompt', 'agent', 'values'] as const) {
    if (step[key] !== undefined)
      faults.push({
        path: [...path, key],
        key: 'key',
        what: `"${key}" in a step a person does`,
        fix: 'leave it out: a person answers, and delivers nothing',
      });
  }
  return faults;
}

/** What expressions of a step may speak of: inputs, and the declared fields of steps that come before it. */
export function upstreamScope(step: StepSource, source: WorkflowSource, also: readonly string[] = []): ConditionScope {
  const steps = placedSteps(source).map((one) => one.step);
  const needs = needsOf(steps);
  const upstream = upstreamOf(step.id, needs);
  for (const id of also) for (const reached of [id, ...upstreamOf(id, needs)]) upstream.add(reached);
  return expressionScope(
    source,
    steps.filter((other) => upstream.has(other.id)),
  );
}

/** What an expression may speak of when these steps have been done. */
export function expressionScope(source: WorkflowSource, steps: readonly StepSource[]): ConditionScope {
  const fieldsOf = (other: StepSource): string[] =>
    (other.deliverables ?? []).flatMap((deliverable) => Object.keys(deliverable.fields ?? {}));
  return { inputs: Object.keys(source.inputs ?? {}), steps: Object.fromEntries(steps.map((other) => [other.id, fieldsOf(other)])) };
}

/** Conditions speak only of inputs, the environment, and declared fields of steps that come before. */
export function conditionsFaults(source: WorkflowSource): Fault[] {
  return placedSteps(source).flatMap(({ step, path }): Fault[] =>
    step.when === undefined
      ? []
      : conditionFaults(step.when, upstreamScope(step, source)).map((what) => ({ path: [...path, 'when'], what })),
  );
}
