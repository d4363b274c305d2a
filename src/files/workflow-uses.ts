/** Puts the steps of other workflows in the place of the steps that use them, so that there is one plan. Reads no file. */
import { renamedChecks } from './check-references.ts';
import { needsOf, stagesOf } from '../core/stages.ts';
import { conditionFaults } from './condition.ts';
import { rewriteCondition } from './condition-rewrite.ts';
import { derived, type Origins, type Place, placeOf } from './origins.ts';
import { renamed } from './step-references.ts';
import { joinedAround, sharedDefaults, sharedNames, withOwnDefaults } from './uses-around.ts';
import { strays, givenFaults } from './uses-form.ts';
import { inlineWorkflow, type Inlined } from './uses-inline.ts';
import { type Names, namesOf, type Single, type Used } from './uses-names.ts';
import { unknownInputs, usedValues } from './uses-values.ts';
import type { Fault } from './workflow-fault.ts';
import { type CheckSource, kindsOf } from './workflow-checks.ts';
import type { StageSource, StepSource, WorkflowSource } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

export interface UsesRequest {
  readonly source: WorkflowSource;
  readonly origins: Origins;
  /** The workflow of this name, whole and sound; undefined after its problems were told. */
  readonly open: (wanted: string, path: YamlPath) => WorkflowSource | undefined;
}

export interface Expanded {
  readonly source: WorkflowSource;
  /** At paths of the workflow as it was. */
  readonly faults: readonly Fault[];
  /** Steps that could not be replaced, whose steps nobody knows. */
  readonly opaque: readonly string[];
}

/** Steps a workflow may have; also what the schema allows. */
const MOST_STEPS = 500;

/** The workflow without a step that uses another. */
export function expandUses(request: UsesRequest): Expanded {
  const { source, origins } = request;
  const faults = strays(source);
  if (!source.steps.some((step) => step.uses !== undefined)) return { source, faults, opaque: [] };
  const before = needsOf(source.steps);
  const used = new Map<string, Used>();
  const opaque: string[] = [];
  source.steps.forEach((step, index) => {
    if (step.uses === undefined) return;
    const path = ['steps', index];
    const wrong = givenFaults(step, path, source);
    faults.push(...wrong);
    const opened = wrong.length > 0 ? undefined : openAll(step, path, request, faults);
    if (opened === undefined) opaque.push(step.id);
    else used.set(step.id, opened);
  });
  const names = namesOf(used);
  const waits = (id: string): readonly string[] => (before.get(id) ?? []).flatMap((need) => names.exits(need));
  const context: Context = { ...request, names, faults };
  const mixed = new Set(
    stagesOf(source.steps).flatMap((stage) => (stage.some((step) => used.has(step.id)) ? stage.map((step) => step.id) : [])),
  );
  const inputs: Record<string, unknown> = {};
  const checks: CheckSource[] = [];
  const last: StepSource[] = [];
  const around: Inlined['around'][] = [];
  const steps: StepSource[] = [];
  source.steps.forEach((step, index) => {
    const own = used.get(step.id);
    if (own === undefined) {
      steps.push(outerStep(step, ['steps', index], { ...context, needs: waits(step.id), staged: !mixed.has(step.id) }));
      return;
    }
    for (const one of inlineAll(step, ['steps', index], own, { ...context, needs: waits(step.id) })) {
      if (steps.length > MOST_STEPS) break;
      steps.push(...one.steps);
      last.push(...one.last);
      checks.push(...one.checks);
      around.push(one.around);
      Object.assign(inputs, one.inputs);
      faults.push(...one.faults);
    }
  });
  if (steps.length > MOST_STEPS) {
    const fix = 'use fewer workflows, or make it several iterations';
    return {
      source,
      faults: [...faults, { path: ['steps'], key: 'key', what: `more than ${MOST_STEPS} steps with those of the workflows it uses`, fix }],
      opaque: source.steps.map((step) => step.id),
    };
  }
  const lasting = [...(source.finally ?? []).map((step, index) => outerStep(step, ['finally', index], context)), ...last];
  const saidAt = (list: readonly CheckSource[], path: YamlPath): readonly CheckSource[] =>
    renamedChecks(
      list,
      {
        review: (id, at) => outerReview(id, [...path, ...at], context),
        condition: (text, at) => outerCondition(text, [...path, ...at], context),
      },
      origins,
    );
  const said = saidAt(source.checks ?? [], ['checks']);
  const stages = Object.entries(source.stages ?? {}).map(([name, stage]): [string, StageSource] => [
    name,
    stage.checks === undefined ? stage : derived(origins, { ...stage, checks: saidAt(stage.checks, ['stages', name, 'checks']) }, stage),
  ]);
  const landing = [...said, ...distinct(checks, said)];
  const whole: WorkflowSource = {
    ...source,
    ...sharedNames(
      source,
      [...used.values()].flatMap(({ parts }) => parts.map((part) => part.inner)),
      origins,
    ),
    ...joinedAround(
      source.stages === undefined ? source : { ...source, stages: derived(origins, Object.fromEntries(stages), source.stages) },
      around,
      origins,
    ),
    ...(source.defaults === undefined ? {} : sharedDefaults(source, origins)),
    steps: derived(origins, steps, source.steps),
    ...(Object.keys(inputs).length === 0
      ? {}
      : { inputs: derived(origins, { ...source.inputs, ...inputs } as NonNullable<WorkflowSource['inputs']>, source.inputs ?? source) }),
    ...(lasting.length === 0 ? {} : { finally: derived(origins, lasting, source.finally ?? source.steps) }),
    ...(landing.length === 0 ? {} : { checks: derived(origins, landing, source.checks ?? source.steps) }),
  };
  return { source: derived(origins, whole, source), faults, opaque };
}

function openAll(step: StepSource, path: YamlPath, { source, open }: UsesRequest, faults: Fault[]): Used | undefined {
  const { uses, when } = step;
  if (uses === undefined) return undefined;
  const at = [...path, 'uses'];
  if (typeof uses === 'string') {
    const inner = open(uses, at);
    return inner === undefined ? undefined : { parts: [{ name: uses, prefix: step.id, inner }] };
  }
  const scope = { inputs: Object.keys(source.inputs ?? {}), steps: {} };
  const broken = [
    ...syntaxFaults(uses.by, scope).map((what): Fault => ({ path: [...at, 'by'], what })),
    ...(when === undefined ? [] : syntaxFaults(when, scope).map((what): Fault => ({ path: [...path, 'when'], what }))),
    ...uses.one_of.flatMap((name, index): Fault[] =>
      uses.one_of.indexOf(name) === index
        ? []
        : [{ path: [...at, 'one_of', index], what: `workflow "${name}" is there twice`, fix: 'name it once' }],
    ),
  ];
  faults.push(...broken);
  const parts = uses.one_of.map((name, index) => ({ name, prefix: `${step.id}-${name}`, inner: open(name, [...at, 'one_of', index]) }));
  const whole = parts.flatMap(({ inner, ...part }) => (inner === undefined ? [] : [{ ...part, inner }]));
  return broken.length > 0 || whole.length < parts.length ? undefined : { by: uses.by, parts: whole };
}

/** What is no CEL at all; names are judged where the steps stand. */
function syntaxFaults(text: string, scope: Parameters<typeof conditionFaults>[1]): string[] {
  return conditionFaults(text, scope, 'anything').filter((what) => what.includes('is no CEL expression'));
}

interface Context extends UsesRequest {
  readonly names: Names;
  readonly faults: Fault[];
}

function inlineAll(
  step: StepSource,
  path: YamlPath,
  { by, parts }: Used,
  context: Context & { readonly needs: readonly string[] },
): Inlined[] {
  const { source, origins, faults, needs } = context;
  const place = placeOf(origins, source, path);
  if (place === undefined) throw new Error(`nobody knows where step "${step.id}" stands`);
  const placed = (key: YamlPath): Place => placeOf(origins, source, [...path, ...key]) ?? place;
  faults.push(...unknownInputs(step.with ?? {}, [...new Set(parts.flatMap(({ inner }) => Object.keys(inner.inputs ?? {})))], path));
  const said = (text: string, at: YamlPath): string => outerCondition(text, [...path, ...at], context);
  const outer = step.when === undefined ? [] : [said(step.when, ['when'])];
  return parts.map(({ name, prefix, inner }) => {
    const { values, faults: wrong } = usedValues(step.with ?? {}, { inner: inner.inputs ?? {}, outer: source.inputs ?? {}, path, name });
    faults.push(...wrong);
    return inlineWorkflow({
      inner,
      values,
      prefix,
      ...(step.title === undefined ? {} : { title: step.title }),
      when: [...outer, ...(by === undefined ? [] : [`${asOperand(said(by, ['uses', 'by']))} == ${JSON.stringify(name)}`])],
      needs,
      outer: source,
      place,
      condition: placed(by === undefined ? ['when'] : ['uses', 'by']),
      origins,
      path,
    });
  });
}

/** An expression as one side of a comparison. */
function asOperand(text: string): string {
  return /^[\w.[\]"-]+$/.test(text) ? text : `(${text})`;
}

/** A step of the outer workflow: what it says of steps that use others, it says of the steps in their place. */
function outerStep(
  step: StepSource,
  path: YamlPath,
  context: Context & { readonly needs?: readonly string[]; readonly staged?: boolean },
): StepSource {
  const { source, origins, names, faults, needs, staged = true } = context;
  const settled = (found: Single, id: string, at: YamlPath): string => {
    if (typeof found === 'string') return found;
    faults.push({ path: [...path, ...at], what: found.problem, fix: found.fix });
    return id;
  };
  const made = renamed(
    withOwnDefaults(step, source, origins),
    {
      several: (id, key) => (key === 'needs' ? names.exits(id) : names.deliverers(id)),
      one: (id, key) => settled(names.single(id, key), id, key === 'goto' ? ['gate', 'on_reject', 'goto'] : [key, 'from']),
      declaring: (id, field) => settled(names.declaring(id, field), id, ['targets', 'from']),
      condition: (text, at) => outerCondition(text, [...path, ...at], context),
      review: (id, at) => outerReview(id, [...path, ...at], context),
    },
    origins,
  );
  const { stage, ...rest } = made;
  const place = placeOf(origins, source, path);
  const waits = made.needs ?? needs;
  const complete: StepSource = {
    ...rest,
    ...(stage === undefined || !staged ? {} : { stage }),
    ...(waits === undefined ? {} : { needs: waits }),
  };
  return derived(origins, complete, made, made.needs === undefined && needs !== undefined && place !== undefined ? { needs: place } : {});
}

/** The one step that delivers files in the place of a step that uses a workflow. */
function outerReview(id: string, path: YamlPath, { names, faults }: Context): string {
  const [first, ...more] = names.deliverers(id);
  if (first !== undefined && more.length === 0) return first;
  faults.push({
    path,
    what: `${first === undefined ? 'no step' : 'several steps'} in the place of "${id}" deliver files`,
    fix: 'name the file',
  });
  return id;
}

function outerCondition(text: string, path: YamlPath, { names, faults }: Context): string {
  const found = rewriteCondition(text, (words) => names.inCondition(words));
  if (found.problem === undefined) return found.text;
  faults.push({ path, what: found.problem, fix: 'name a step of that workflow' });
  return 'true';
}

/** Checks that are not there already, by what they check. */
function distinct(checks: readonly CheckSource[], there: readonly CheckSource[]): CheckSource[] {
  const key = (check: CheckSource): string => JSON.stringify([kindsOf(check), { ...check, id: undefined }]);
  const seen = new Set(there.map(key));
  return checks.filter((check) => {
    const fresh = !seen.has(key(check));
    seen.add(key(check));
    return fresh;
  });
}
