/** Steps done in several ways, the steps that pick one of them, and what is done at the end: the rules a schema cannot say. */
import { didYouMean } from '../core/nearest.ts';
import { needsOf, upstreamOf } from '../core/stages.ts';
import { conditionFaults } from './condition.ts';
import { upstreamScope } from './workflow-actors.ts';
import type { Fault } from './workflow-fault.ts';
import { placedSteps, type PlacedStep } from './workflow-places.ts';
import { alternativesOf } from './complete-step.ts';
import type { StepSource, WorkflowSource } from './workflow-source.ts';

/** Words that answer the question which alternative is taken, and so name none. */
const ANSWERS = ['approve', 'reject', 'abort', 'again', 'accept', 'done', 'fail'];

/** What texts of a step may say about its alternative; a name only some of them have is told with the alternatives. */
export function alternativeNames(alternatives: NonNullable<StepSource['alternatives']>): string[] {
  const own = alternativesOf(alternatives).flatMap(({ values }) => Object.keys(values).map((name) => `alternative.${name}`));
  return [...new Set(['alternative', 'alternative.id', ...own])];
}

/** Every fault of alternatives and picks. */
export function alternativesFaults(source: WorkflowSource): Fault[] {
  const placed = placedSteps(source);
  return placed.flatMap((one) => [...ownFaults(one, source), ...pickFaults(one, source), ...joinFaults(one, source)]);
}

function ownFaults({ step, path }: PlacedStep, source: WorkflowSource): Fault[] {
  if (step.alternatives === undefined) return [];
  const at = [...path, 'alternatives'];
  const faults: Fault[] = [];
  if (step.targets !== undefined) {
    const fix = 'give the targets to a step of their own, or make them part of each alternative';
    faults.push({ path: at, key: 'key', what: `step "${step.id}" has targets and alternatives`, fix });
  }
  const picks = source.steps.filter((other) => other.pick?.from === step.id);
  if (picks.length !== 1) {
    const what =
      picks.length === 0
        ? `no step picks one of the alternatives of "${step.id}"`
        : `two steps pick one of the alternatives of "${step.id}"`;
    faults.push({ path: at, key: 'key', what, fix: `have exactly one step with pick: {from: ${step.id}}` });
  }
  const { alternatives } = step;
  if (typeof alternatives === 'number') return faults;
  const names = new Set(alternatives.flatMap((one) => Object.keys(one.with ?? {})));
  alternatives.forEach((one, index) => {
    if (alternatives.findIndex((other) => other.id === one.id) !== index) {
      faults.push({ path: [...at, index, 'id'], what: `a second alternative with the id "${one.id}"`, fix: 'give each its own id' });
    }
    if (ANSWERS.includes(one.id)) {
      faults.push({ path: [...at, index, 'id'], what: `"${one.id}" is an answer to decisions already`, fix: 'use another id' });
    }
    for (const name of names) {
      if (one.with?.[name] === undefined) {
        faults.push({
          path: [...at, index],
          what: `alternative "${one.id}" has no value "${name}", which others have`,
          fix: `add it to with:`,
        });
      }
    }
  });
  return faults;
}

function pickFaults({ step, path }: PlacedStep, source: WorkflowSource): Fault[] {
  const { pick } = step;
  if (pick === undefined) return [];
  const at = [...path, 'pick'];
  const faults: Fault[] = [];
  const contested = source.steps.filter((other) => other.alternatives !== undefined);
  const from = contested.find((other) => other.id === pick.from);
  if (from === undefined) {
    const known = source.steps.some((other) => other.id === pick.from);
    const what = known ? `step "${pick.from}" has no alternatives` : `unknown step "${pick.from}"`;
    const ids = contested.map((other) => other.id);
    const fix = ids.length === 0 ? 'give an earlier step alternatives' : didYouMean(pick.from, ids);
    faults.push({ path: [...at, 'from'], what, fix });
  } else {
    const upstream = upstreamOf(step.id, needsOf(source.steps));
    if (!upstream.has(from.id) && source.steps.indexOf(from) > source.steps.indexOf(step)) {
      faults.push({ path: [...at, 'from'], what: `step "${from.id}" does not come before "${step.id}"`, fix: 'put the pick behind it' });
    }
  }
  if (pick.by !== undefined && pick.score !== undefined) {
    faults.push({ path: [...at, 'score'], key: 'key', what: 'a pick with two rules, "by" and "score"', fix: 'keep one of them' });
  }
  const fields = (from?.deliverables ?? []).flatMap((deliverable) => Object.keys(deliverable.fields ?? {}));
  const scope = { ...upstreamScope(step, source, [pick.from]), alternative: fields };
  const rules: [readonly (string | number)[], string][] = [
    ...(pick.by === undefined ? [] : [[['by'], pick.by] as [string[], string]]),
    ...(pick.score ?? []).map(({ metric }, index): [readonly (string | number)[], string] => [['score', index, 'metric'], metric]),
  ];
  for (const [place, text] of rules) {
    faults.push(...conditionFaults(text, scope, 'anything').map((what) => ({ path: [...at, ...place], what })));
  }
  for (const key of ['deliverables', 'targets', 'alternatives', 'prompt', 'agent', 'gate', 'checks'] as const) {
    if (step[key] !== undefined) {
      faults.push({
        path: [...path, key],
        key: 'key',
        what: `"${key}" in a step that picks`,
        fix: 'leave it out: a pick delivers nothing of its own',
      });
    }
  }
  return faults;
}

/** A task can wait for its own targets only where the steps before have the same. */
function joinFaults({ step, path }: PlacedStep, source: WorkflowSource): Fault[] {
  if (step.join !== 'each') return [];
  const at = { path: [...path, 'join'], key: 'key' as const };
  if (step.targets === undefined)
    return [{ ...at, what: `step "${step.id}" joins each, but has no targets`, fix: 'give it targets, or leave join out' }];
  const needs = needsOf(source.steps).get(step.id) ?? [];
  const own = originOf(step, source);
  const shared = source.steps.some((other) => needs.includes(other.id) && other.targets !== undefined && originOf(other, source) === own);
  return shared
    ? []
    : [
        {
          ...at,
          what: `no step before "${step.id}" has the same targets`,
          fix: 'take the targets from the step it waits for, or leave join out',
        },
      ];
}

/** Where the targets of a step come from in the end. */
function originOf(step: StepSource, source: WorkflowSource, seen: readonly string[] = []): string {
  const { from, glob } = step.targets ?? {};
  if (from === undefined) return [glob ?? []].flat().join('\n');
  const earlier = seen.includes(from) ? undefined : source.steps.find((other) => other.id === from && other.targets !== undefined);
  return earlier === undefined ? from : originOf(earlier, source, [...seen, from]);
}

/** What is done at the end cannot wait for a person or send work back: there is nobody left to do it. */
export function lastFaults({ finally: last = [] }: WorkflowSource): Fault[] {
  return last.flatMap((step, index) =>
    (['human', 'pick', 'alternatives', 'gate', 'needs', 'stage', 'join'] as const).flatMap((key): Fault[] =>
      step[key] === undefined
        ? []
        : [
            {
              path: ['finally', index, key],
              key: 'key',
              what: `"${key}" in a step that is done at the end`,
              fix: 'leave it out, or put the step among the others',
            },
          ],
    ),
  );
}
