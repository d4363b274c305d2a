/** Plans how often a workflow has to be played, and with which values, so that every condition goes both ways and every environment has its turn. */
import type { ConditionFacts } from '../core/condition.ts';
import { emptyValue } from '../core/fields.ts';
import type { FieldType, FieldValue } from '../core/fields.ts';
import type { InputValue, Step, Workflow } from '../core/workflow.ts';
import { unreachable } from '../core/unreachable.ts';
import { conditionPaths, evaluateCondition } from '../files/condition.ts';

export interface Pass {
  readonly environment: string;
  readonly inputs: Readonly<Record<string, InputValue>>;
  /** What the deliverables of each step say in their fields. */
  readonly fields: Readonly<Record<string, Readonly<Record<string, FieldValue>>>>;
  /** The conditions this pass is for, as `step: true`. */
  readonly covers: readonly string[];
}

export interface Passes {
  readonly passes: readonly Pass[];
  /** `step: true` and `step: false` for every condition. */
  readonly wanted: readonly string[];
}

/** A value that conditions may turn on, with everything it can be. */
interface Choice {
  readonly step?: string;
  readonly name: string;
  readonly values: readonly FieldValue[];
}

/** Combinations looked at, of everything or of what one condition speaks of; a condition over more than that is reported as not covered. */
const LIMIT = 4096;

/**
 * Few passes, found greedily: where the combinations are not too many, each next pass is the one that covers most of what is left; else each is
 * made for one way of a condition and takes in what else fits.
 */
export function passesOf(workflow: Workflow): Passes {
  const conditional = workflow.steps.filter((step) => step.when !== undefined);
  const wanted = conditional.flatMap((step) => [`${step.id}: true`, `${step.id}: false`]);
  const declared = Object.keys(workflow.environments);
  const play: Play = { workflow, conditional, environments: declared.length === 0 ? ['dev'] : declared };
  const choices = choicesIn(workflow, conditional);
  const amount = choices.reduce((product, choice) => product * choice.values.length, play.environments.length);
  const all = amount > LIMIT ? undefined : candidatesOf(play, choices);
  const open = new Set([...wanted, ...play.environments.map((name) => `environment ${name}`)]);
  const passes: Pass[] = [];
  for (;;) {
    const best = mostOf(all ?? [mergedPass(play, choices, open)], open);
    if (best === undefined) return { passes, wanted };
    passes.push(best);
    for (const one of [...best.covers, `environment ${best.environment}`]) open.delete(one);
  }
}

interface Play {
  readonly workflow: Workflow;
  /** The steps with conditions. */
  readonly conditional: readonly Step[];
  readonly environments: readonly string[];
}

/** The pass that covers most of what is open; undefined when none covers anything. */
function mostOf(candidates: readonly Pass[], open: ReadonlySet<string>): Pass | undefined {
  const gain = (pass: Pass): number => [...pass.covers, `environment ${pass.environment}`].filter((one) => open.has(one)).length;
  return candidates.reduce<Pass | undefined>((top, pass) => (gain(pass) > (top === undefined ? 0 : gain(top)) ? pass : top), undefined);
}

type Chosen = readonly { readonly choice: Choice; readonly value: FieldValue }[];

/** Every value of these choices with every value of the others. */
function combinations(choices: readonly Choice[]): Chosen[] {
  return choices.reduce<Chosen[]>(
    (all, choice) => all.flatMap((chosen) => choice.values.map((value) => [...chosen, { choice, value }])),
    [[]],
  );
}

function candidatesOf(play: Play, choices: readonly Choice[]): Pass[] {
  return combinations(choices).flatMap((chosen) => play.environments.map((environment) => passFor(play, { chosen, environment })));
}

/** Goes through what is open and settles the choices of each condition, if those settled before allow it. */
function mergedPass(play: Play, choices: readonly Choice[], open: ReadonlySet<string>): Pass {
  const unseen = play.environments.find((name) => open.has(`environment ${name}`));
  let environment = unseen ?? play.environments[0] ?? 'dev';
  let free = play.environments;
  let chosen: Chosen = [];
  // a condition is mostly false: true is settled first, as long as there is a choice
  for (const way of [true, false]) {
    for (const step of play.conditional) {
      if (!open.has(`${step.id}: ${way}`)) continue;
      const left = mentionedIn(choices, step.when ?? '').filter((choice) => chosen.every((one) => one.choice !== choice));
      if (left.reduce((product, choice) => product * choice.values.length, 1) > LIMIT) continue;
      const names = [environment, ...free.filter((name) => name !== environment)];
      const found = names
        .flatMap((name) => combinations(left).map((more) => ({ chosen: [...chosen, ...more], environment: name })))
        .find((one) => passFor({ ...play, conditional: [step] }, one).covers.includes(`${step.id}: ${way}`));
      if (found === undefined) continue;
      ({ chosen, environment } = found);
      if (conditionPaths(step.when ?? '').some(([root]) => root === 'env')) free = [];
    }
  }
  return passFor(play, { chosen, environment });
}

/** What conditions speak of and a rehearsal can set: declared fields, and inputs that are yes or no. */
function choicesIn(workflow: Workflow, conditional: readonly Step[]): Choice[] {
  const fields = workflow.steps.flatMap((step) =>
    step.deliverables.flatMap((deliverable) =>
      Object.entries(deliverable.fields ?? {}).map(([name, type]): Choice => ({ step: step.id, name, values: valuesOf(type) })),
    ),
  );
  const inputs = Object.entries(workflow.inputs).flatMap(([name, input]): Choice[] =>
    input.type === 'boolean' ? [{ name, values: [true, false] }] : [],
  );
  const texts = conditional.map((step) => step.when ?? '');
  return [...fields, ...inputs].filter((choice) => texts.some((text) => mentionedIn([choice], text).length > 0));
}

function valuesOf(type: FieldType): readonly FieldValue[] {
  if (typeof type === 'object') return type;
  switch (type) {
    case 'boolean':
      return [true, false];
    case 'number':
      return [0, 1, 100];
    case 'list':
      return [[], ['one']];
    case 'string':
      return ['', 'rehearsed'];
    default:
      return unreachable(type);
  }
}

/** Those of the choices that a condition speaks of. */
function mentionedIn(choices: readonly Choice[], text: string): Choice[] {
  const paths = conditionPaths(text);
  return choices.filter(({ step, name }) =>
    paths.some(([root, first, about, field]) =>
      step === undefined
        ? root === 'inputs' && (first ?? name) === name
        : root === 'steps' && first === step && about === 'outputs' && (field ?? name) === name,
    ),
  );
}

function passFor(
  { workflow, conditional }: Play,
  { chosen, environment }: { readonly chosen: Chosen; readonly environment: string },
): Pass {
  const fields: Record<string, Record<string, FieldValue>> = {};
  const inputs: Record<string, InputValue> = {};
  for (const { choice, value } of chosen) {
    if (choice.step === undefined) inputs[choice.name] = value;
    else fields[choice.step] = { ...fields[choice.step], [choice.name]: value };
  }
  const facts = factsFor(workflow, { fields, inputs, environment });
  const covers = conditional.flatMap((step) => {
    const found = evaluateCondition(step.when ?? 'true', facts);
    return 'value' in found ? [`${step.id}: ${found.value}`] : [];
  });
  return { environment, inputs, fields, covers };
}

/** The facts as they will be if everything before goes well. */
function factsFor(workflow: Workflow, pass: Pick<Pass, 'fields' | 'inputs' | 'environment'>): ConditionFacts {
  const inputs = Object.fromEntries(
    Object.entries(workflow.inputs).map(([name, input]) => [name, pass.inputs[name] ?? input.default ?? '']),
  );
  const steps = workflow.steps.map((step) => {
    const declared = Object.fromEntries(
      step.deliverables.flatMap((deliverable) =>
        Object.entries(deliverable.fields ?? {}).map(([name, type]) => [
          name,
          typeof type === 'object' ? (type[0] ?? '') : emptyValue(type),
        ]),
      ),
    );
    return [
      step.id,
      {
        status: 'accepted',
        verdict: step.gate === undefined ? '' : 'approved',
        rejections: 0,
        outputs: { ...declared, ...pass.fields[step.id] },
      },
    ];
  });
  return { environment: pass.environment, inputs, steps: Object.fromEntries(steps) as ConditionFacts['steps'] };
}
