/** What a step that uses a workflow may say, before the workflow is looked at. */
import type { Fault } from './workflow-fault.ts';
import { ITERATION_NAMES } from './workflow-rules.ts';
import { textFaults } from './workflow-texts.ts';
import type { StepSource, WorkflowSource } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

/** The keys a step that uses a workflow may have. */
const KEYS = ['id', 'title', 'uses', 'with', 'when', 'stage', 'needs'];

/** Steps that use a workflow and say more than they can, and values where none is used. */
export function strays(source: WorkflowSource): Fault[] {
  const of = (step: StepSource, path: YamlPath): Fault[] => {
    if (step.uses === undefined) {
      if (step.with === undefined) return [];
      return [
        {
          path: [...path, 'with'],
          key: 'key',
          what: '"with" in a step that uses no workflow',
          fix: 'add uses: and its name, or leave it out',
        },
      ];
    }
    return Object.keys(step).flatMap((key): Fault[] => {
      if (KEYS.includes(key)) return [];
      const what = `"${key}" in a step that uses a workflow`;
      return [{ path: [...path, key], key: 'key', what, fix: 'say it in that workflow, or in one that extends it' }];
    });
  };
  return [
    ...source.steps.flatMap((step, index) => of(step, ['steps', index])),
    ...(source.finally ?? []).flatMap((step, index): Fault[] => {
      const at = ['finally', index];
      if (step.uses === undefined) return of(step, at);
      return [
        { path: [...at, 'uses'], key: 'key', what: '"uses" in a step that is done at the end', fix: 'put the step among the others' },
      ];
    }),
  ];
}

/** What the values for a used workflow may name. */
export function givenFaults(step: StepSource, path: YamlPath, source: WorkflowSource): Fault[] {
  const names = [...ITERATION_NAMES, ...Object.keys(source.inputs ?? {}).map((name) => `inputs.${name}`)];
  const worded: Fault[] =
    step.stage === undefined || !Object.hasOwn(source.stages ?? {}, step.stage)
      ? []
      : [
          {
            path: [...path, 'stage'],
            what: `stages: says something of "${step.stage}", and a step in it uses a workflow`,
            fix: 'say it in that workflow, or give the step another stage',
          },
        ];
  const given = Object.entries(step.with ?? {}).flatMap(([name, value]) =>
    [value].flat().flatMap((text, index) => {
      const at = typeof value === 'object' ? [...path, 'with', name, index] : [...path, 'with', name];
      return typeof text === 'string' ? textFaults(text, at, names) : [];
    }),
  );
  return [...worded, ...given];
}
