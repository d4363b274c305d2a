/** Which other steps a step names, and where: needs, show, goto, targets, pick, conditions and checks. Also puts other names in their place. */
import { checkReferences, renamedChecks } from './check-references.ts';
import { conditionPaths } from './condition.ts';
import { derived, type Origins, type Place, placeOf } from './origins.ts';
import type { CheckSource } from './workflow-checks.ts';
import { outputPath, type StepSource } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

export interface Reference {
  /** Below the step. */
  readonly path: YamlPath;
  readonly step: string;
}

const INPUTS = 'inputs.';

/** Every mention of another step, in the order of the keys. */
export function referencesOf(step: StepSource): Reference[] {
  const { needs = [], human, gate, targets, pick } = step;
  const from = targets?.from;
  return [
    ...needs.map((id, index): Reference => ({ path: ['needs', index], step: id })),
    ...(human?.show ?? []).map((id, index): Reference => ({ path: ['human', 'show', index], step: id })),
    ...(gate === undefined ? [] : [{ path: ['gate', 'on_reject', 'goto'], step: gate.on_reject.goto }]),
    ...(from === undefined || from.startsWith(INPUTS) ? [] : [{ path: ['targets', 'from'], step: outputPath(from)?.step ?? from }]),
    ...(pick === undefined ? [] : [{ path: ['pick', 'from'], step: pick.from }]),
    ...listsOfChecks(step).flatMap(({ path, checks }) =>
      checkReferences(checks).map((found): Reference => ({ path: [...path, ...found.path], step: found.step })),
    ),
    ...conditionsOf(step).flatMap(({ path, text }) =>
      conditionPaths(text).flatMap(([root, name]): Reference[] => (root === 'steps' && name !== undefined ? [{ path, step: name }] : [])),
    ),
  ];
}

/** Other names for the steps a step mentions. */
export interface Renaming {
  /** Where a list may stand: needs and show. */
  readonly several: (id: string, key: 'needs' | 'show') => readonly string[];
  readonly one: (id: string, key: 'goto' | 'targets' | 'pick') => string;
  /** The step that declares this field. */
  readonly declaring: (id: string, field: string) => string;
  readonly condition: (text: string, path: YamlPath) => string;
  /** The step that delivers a review. */
  readonly review: (id: string, path: YamlPath) => string;
}

/** The step with other names; `origins` learns where the new lists and maps come from. */
export function renamed(step: StepSource, { several, one, declaring, condition, review }: Renaming, origins: Origins): StepSource {
  const { needs, human, gate, targets, pick, when, checks, deliverables } = step;
  const inChecks = (list: readonly CheckSource[], path: YamlPath): readonly CheckSource[] =>
    renamedChecks(
      list,
      {
        review: (id, at) => review(id, [...path, ...at]),
        condition: (text, at) => condition(text, [...path, ...at]),
      },
      origins,
    );
  const list = (ids: readonly string[], key: 'needs' | 'show'): readonly string[] => {
    const keys: Record<string, Place> = {};
    const made = ids.flatMap((id, index) => {
      const place = placeOf(origins, ids, [index]);
      return several(id, key).map((name) => ({ name, place }));
    });
    made.forEach(({ place }, index) => {
      if (place !== undefined) keys[index] = place;
    });
    return derived(
      origins,
      made.map(({ name }) => name),
      ids,
      keys,
    );
  };
  const from = targets?.from;
  const output = from === undefined ? undefined : outputPath(from);
  const renamedFrom =
    output !== undefined
      ? `steps.${declaring(output.step, output.field)}.outputs.${output.field}`
      : from === undefined || from.startsWith(INPUTS)
        ? from
        : one(from, 'targets');
  const changed: StepSource = {
    ...step,
    ...(needs === undefined ? {} : { needs: list(needs, 'needs') }),
    ...(human?.show === undefined ? {} : { human: derived(origins, { ...human, show: list(human.show, 'show') }, human) }),
    ...(gate === undefined
      ? {}
      : {
          gate: derived(
            origins,
            { ...gate, on_reject: derived(origins, { ...gate.on_reject, goto: one(gate.on_reject.goto, 'goto') }, gate.on_reject) },
            gate,
          ),
        }),
    ...(targets === undefined || renamedFrom === undefined
      ? {}
      : { targets: derived(origins, { ...targets, from: renamedFrom }, targets) }),
    ...(pick === undefined ? {} : { pick: renamedPick(pick, { one, condition }, origins) }),
    ...(when === undefined ? {} : { when: condition(when, ['when']) }),
    ...(checks === undefined ? {} : { checks: inChecks(checks, ['checks']) }),
    ...(deliverables === undefined
      ? {}
      : {
          deliverables: derived(
            origins,
            deliverables.map((one, index) =>
              one.checks === undefined
                ? one
                : derived(origins, { ...one, checks: inChecks(one.checks, ['deliverables', index, 'checks']) }, one),
            ),
            deliverables,
          ),
        }),
  };
  return derived(origins, changed, step);
}

function listsOfChecks({
  checks = [],
  deliverables = [],
}: StepSource): { readonly path: YamlPath; readonly checks: readonly CheckSource[] }[] {
  return [
    { path: ['checks'], checks },
    ...deliverables.map((one, index) => ({ path: ['deliverables', index, 'checks'], checks: one.checks ?? [] })),
  ];
}

type Picking = NonNullable<StepSource['pick']>;

function renamedPick(pick: Picking, { one, condition }: Pick<Renaming, 'one' | 'condition'>, origins: Origins): Picking {
  const { from, by, score } = pick;
  const parts = score?.map((part, index) =>
    derived(origins, { ...part, metric: condition(part.metric, ['pick', 'score', index, 'metric']) }, part),
  );
  const changed: Picking = {
    ...pick,
    from: one(from, 'pick'),
    ...(by === undefined ? {} : { by: condition(by, ['pick', 'by']) }),
    ...(score === undefined || parts === undefined ? {} : { score: derived(origins, parts, score) }),
  };
  return derived(origins, changed, pick);
}

function conditionsOf({ when, pick }: StepSource): { readonly path: YamlPath; readonly text: string }[] {
  return [
    ...(when === undefined ? [] : [{ path: ['when'], text: when }]),
    ...(pick?.by === undefined ? [] : [{ path: ['pick', 'by'], text: pick.by }]),
    ...(pick?.score ?? []).map(({ metric }, index) => ({ path: ['pick', 'score', index, 'metric'], text: metric })),
  ];
}
