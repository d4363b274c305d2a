/** The steps of one workflow as steps of another: under new ids, with the values of its inputs, after what the using step waits for. */
import { needsOf } from '../core/stages.ts';
import { renamedChecks } from './check-references.ts';
import { type Replacement, rewriteCondition } from './condition-rewrite.ts';
import { derived, type Origins, type Place } from './origins.ts';
import { renamed } from './step-references.ts';
import { carriedAround, withChecklist, withDefaults } from './uses-around.ts';
import { type Carrier, carriedChecks, carriedStep, carriedText, carrierFor, movedPaths } from './uses-texts.ts';
import { passedOn, type UsedValues, valueInCondition } from './uses-values.ts';
import type { Fault } from './workflow-fault.ts';
import { type CheckSource, kindsOf } from './workflow-checks.ts';
import { titleOf } from './complete-step.ts';
import type { StepSource, WorkflowSource } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

export interface InlineRequest {
  /** The workflow that is used: whole, sound, and without steps that use others. */
  readonly inner: WorkflowSource;
  readonly values: UsedValues;
  /** What the new ids start with; also the folder of its files. */
  readonly prefix: string;
  /** Stands before the titles. */
  readonly title?: string;
  /** Conditions of the using step, each CEL of the outer workflow. */
  readonly when: readonly string[];
  /** Ids its first steps wait for. */
  readonly needs: readonly string[];
  readonly outer: Pick<WorkflowSource, 'environments'>;
  /** The using step. */
  readonly place: Place;
  /** Where the conditions of the using step stand. */
  readonly condition: Place;
  readonly origins: Origins;
  /** Path of the using step, for faults. */
  readonly path: YamlPath;
}

export interface Inlined {
  readonly steps: readonly StepSource[];
  readonly last: readonly StepSource[];
  readonly checks: readonly CheckSource[];
  /** Under new names, as the steps have them. */
  readonly around: Pick<WorkflowSource, 'checklists' | 'stages'>;
  /** Lists that targets come from and that no input of the outer workflow holds. */
  readonly inputs: NonNullable<WorkflowSource['inputs']>;
  /** Ids without a step of this workflow before them, in its order. */
  readonly first: readonly string[];
  /** Ids that no step of this workflow waits for. */
  readonly exits: readonly string[];
  readonly faults: readonly Fault[];
}

/** The used workflow, ready to stand among the steps of the outer one. */
export function inlineWorkflow(request: InlineRequest): Inlined {
  const { inner, prefix, origins, values } = request;
  const faults: Fault[] = [];
  const inputs: Record<string, NonNullable<WorkflowSource['inputs']>[string]> = {};
  const carrier = carrierFor({ values, moved: movedPaths(inner, prefix), origins });
  const needs = needsOf(inner.steps);
  const named = (id: string): string => `${prefix}-${id}`;
  const one = (step: StepSource): StepSource => {
    const targeted = withEnvironments(withTargets(step, { ...request, inputs }), request);
    const complete = withChecklist(withDefaults(targeted, inner, { origins }), prefix, origins);
    const texts = carriedStep(complete, carrier);
    const names = renamed(
      texts,
      {
        several: (id) => [named(id)],
        one: named,
        declaring: named,
        condition: (text) => carriedCondition(text, request, faults),
        review: named,
      },
      origins,
    );
    return finished(names, step, { ...request, named, carrier });
  };
  const steps = inner.steps.map((step): StepSource => {
    const made = one(step);
    const own = needs.get(step.id) ?? [];
    const waits = own.length === 0 ? request.needs : own.map(named);
    return derived(origins, { ...made, needs: waits }, made, own.length === 0 ? { needs: request.place } : {});
  });
  const judged = (checks: readonly CheckSource[]): readonly CheckSource[] =>
    renamedChecks(carriedChecks(checks, carrier), { review: named, condition: (text) => carriedCondition(text, request, faults) }, origins);
  const waitedFor = new Set([...needs.values()].flat());
  return {
    steps,
    last: (inner.finally ?? []).map(one),
    checks: judged(inner.checks ?? []).map((check) => namedCheck(check, prefix, origins)),
    around: carriedAround(inner, prefix, { carrier, judged }),
    inputs,
    first: inner.steps.flatMap(({ id }) => ((needs.get(id) ?? []).length === 0 ? [named(id)] : [])),
    exits: inner.steps.flatMap(({ id }) => (waitedFor.has(id) ? [] : [named(id)])),
    faults,
  };
}

/** The id, title, stage and conditions a step has in the outer workflow. */
function finished(
  step: StepSource,
  before: StepSource,
  {
    named,
    prefix,
    title,
    when,
    place,
    condition,
    origins,
    carrier,
  }: InlineRequest & { readonly named: (id: string) => string; readonly carrier: Carrier },
): StepSource {
  const own = step.title ?? titleOf(before);
  const { when: inner, ...rest } = step;
  const conditions = [...when, ...(inner === undefined ? [] : [inner])];
  const made: StepSource = {
    ...rest,
    id: named(before.id),
    title: title === undefined ? own : `${title}: ${own}`,
    ...(step.stage === undefined ? {} : { stage: `${prefix}-${step.stage}` }),
    ...(step.role === undefined && step.run === undefined ? {} : { values: valuesOf(before, carrier) }),
    ...(conditions.length === 0
      ? {}
      : { when: conditions.length === 1 ? String(conditions[0]) : conditions.map((one) => `(${one})`).join(' && ') }),
  };
  const keys = { id: place, ...(when.length === 0 ? {} : { when: condition }) };
  derived(origins, made, step, keys);
  origins.uses.set(made, [place, ...(origins.uses.get(step) ?? [])]);
  return made;
}

/** What the commands of a step find as inputs: those of its own workflow, also where that one is used by one that is used. */
function valuesOf({ values }: StepSource, carrier: Carrier): NonNullable<StepSource['values']> {
  if (values === undefined) return Object.fromEntries([...carrier.values].map(([name, { value }]) => [name, value]));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const passed = passedOn(value);
      const whole = passed === undefined ? undefined : carrier.values.get(passed)?.value;
      if (whole !== undefined) return [name, whole];
      if (typeof value === 'object') return [name, value.map((text) => carriedText(text, carrier))];
      return [name, typeof value === 'string' ? carriedText(value, carrier) : value];
    }),
  );
}

/** A condition of the used workflow in the words of the outer one. */
function carriedCondition(text: string, { values, prefix, path }: InlineRequest, faults: Fault[]): string {
  const replacement: Replacement = ([root, name]) => {
    if (root === 'steps' && name !== undefined) return `steps[${JSON.stringify(`${prefix}-${name}`)}]`;
    if (root !== 'inputs') return undefined;
    const value = name === undefined ? undefined : values.get(name);
    return value === undefined || name === undefined
      ? { problem: `"${text}" speaks of all inputs at once` }
      : valueInCondition(value, name);
  };
  const found = rewriteCondition(text, replacement);
  if (found.problem === undefined) return found.text;
  faults.push({ path, what: found.problem, fix: 'give that input a value of its own with with:' });
  return 'true';
}

/** A person is asked by environment; one that the outer workflow does not know can never be the one. */
function withEnvironments(step: StepSource, { inner, outer, origins }: InlineRequest): StepSource {
  const { human } = step;
  if (human === undefined || typeof human.mode !== 'object') return step;
  const declared = Object.keys(inner.environments ?? {});
  const mode = Object.fromEntries(
    Object.entries(human.mode).filter(([name]) => Object.hasOwn(outer.environments ?? {}, name) || !declared.includes(name)),
  );
  return derived(origins, { ...step, human: derived(origins, { ...human, mode: derived(origins, mode, human.mode) }, human) }, step);
}

/** Targets from an input come from the input of the outer workflow that is passed on, or from one made for them. */
function withTargets(
  step: StepSource,
  { values, prefix, origins, inputs }: InlineRequest & { readonly inputs: Record<string, NonNullable<WorkflowSource['inputs']>[string]> },
): StepSource {
  const { targets } = step;
  const name = targets?.from?.startsWith('inputs.') === true ? targets.from.slice('inputs.'.length) : undefined;
  const found = name === undefined ? undefined : values.get(name);
  if (targets === undefined || name === undefined || found === undefined) return step;
  const passed = passedOn(found.value);
  const made = `uses_${prefix.replaceAll('-', '_')}_${name}`;
  if (passed === undefined) {
    const value = typeof found.value === 'object' ? found.value : [];
    inputs[made] = { type: 'list', default: value, description: `The targets of ${prefix}.` };
  }
  return derived(origins, { ...step, targets: derived(origins, { ...targets, from: `inputs.${passed ?? made}` }, targets) }, step);
}

function namedCheck(check: CheckSource, prefix: string, origins: Origins): CheckSource {
  const [kind = 'check'] = kindsOf(check);
  return derived(origins, { ...check, id: `${prefix}-${check.id ?? kind}` }, check);
}
