/** Plans how often a workflow has to be played, and with which values, so that every condition goes both ways and every environment has its turn. */
import type { ConditionFacts } from '../core/condition.ts';
import { emptyValue } from '../core/fields.ts';
import type { FieldValue } from '../core/fields.ts';
import type { InputValue, Step, Workflow } from '../core/workflow.ts';
import { evaluateCondition } from '../files/condition.ts';

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

/** Combinations looked at before the search is given up: conditions over more choices than that are reported as not covered. */
const LIMIT = 4096;

/** The fewest passes found greedily: each next one is the combination that covers most of what is left. */
export function passesOf(workflow: Workflow): Passes {
  const conditional = workflow.steps.filter((step) => step.when !== undefined);
  const wanted = conditional.flatMap((step) => [`${step.id}: true`, `${step.id}: false`]);
  const environments = Object.keys(workflow.environments);
  const open = new Set([...wanted, ...(environments.length === 0 ? ['dev'] : environments).map((name) => `environment ${name}`)]);
  const candidates = combinations(workflow, conditional).flatMap((chosen) =>
    (environments.length === 0 ? ['dev'] : environments).map((environment) => passFor(workflow, conditional, { chosen, environment })),
  );
  const passes: Pass[] = [];
  for (;;) {
    const gain = (pass: Pass): number => [...pass.covers, `environment ${pass.environment}`].filter((one) => open.has(one)).length;
    const best = candidates.reduce<Pass | undefined>(
      (top, pass) => (gain(pass) > (top === undefined ? 0 : gain(top)) ? pass : top),
      undefined,
    );
    if (best === undefined) return { passes, wanted };
    passes.push(best);
    for (const one of [...best.covers, `environment ${best.environment}`]) open.delete(one);
  }
}

type Chosen = readonly { readonly choice: Choice; readonly value: FieldValue }[];

function combinations(workflow: Workflow, conditional: readonly Step[]): Chosen[] {
  const text = conditional.map((step) => step.when).join('\n');
  let all: Chosen[] = [[]];
  for (const choice of choicesIn(workflow, text)) {
    if (all.length * choice.values.length > LIMIT) break;
    all = all.flatMap((chosen) => choice.values.map((value) => [...chosen, { choice, value }]));
  }
  return all;
}

function choicesIn(workflow: Workflow, text: string): Choice[] {
  const mentioned = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(text);
  const fields = workflow.steps.flatMap((step) =>
    step.deliverables.flatMap((deliverable) =>
      Object.entries(deliverable.fields ?? {}).flatMap(([name, type]): Choice[] => {
        if (!mentioned(name)) return [];
        const values =
          typeof type === 'object'
            ? type
            : type === 'boolean'
              ? [true, false]
              : type === 'number'
                ? [0, 1, 100]
                : type === 'list'
                  ? [[], ['one']]
                  : ['', 'rehearsed'];
        return [{ step: step.id, name, values }];
      }),
    ),
  );
  const inputs = Object.entries(workflow.inputs).flatMap(([name, input]): Choice[] =>
    input.type === 'boolean' && mentioned(name) ? [{ name, values: [true, false] }] : [],
  );
  return [...fields, ...inputs];
}

function passFor(workflow: Workflow, conditional: readonly Step[], { chosen, environment }: { chosen: Chosen; environment: string }): Pass {
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
