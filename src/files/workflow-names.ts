/** What a workflow names at its top and uses in its steps: checklists, stages and models. Faults where the two do not fit together. */
import { didYouMean } from '../core/nearest.ts';
import type { Fault } from './workflow-fault.ts';
import { placeOf } from './workflow-checks.ts';
import type { StepSource, WorkflowSource } from './workflow-source.ts';
import type { YamlPath } from './yaml-source.ts';

/** Stages nobody is in, and names in these steps that stand nowhere. */
export function nameFaults(source: WorkflowSource, placed: readonly { readonly step: StepSource; readonly path: YamlPath }[]): Fault[] {
  const used = [...new Set(placed.flatMap(({ step }) => step.stage ?? []))];
  const idle = Object.keys(source.stages ?? {}).filter((name) => !used.includes(name));
  return [
    ...idle.map((name): Fault => {
      const fix = used.length === 0 ? 'give its steps "stage:" with this name' : didYouMean(name, used);
      return { path: ['stages', name], key: 'key', what: `no step is in the stage "${name}"`, fix };
    }),
    ...placed.flatMap(({ step, path }) => [...checklistFaults(step, path, source), ...modelFaults(step, path)]),
  ];
}

function checklistFaults(step: StepSource, path: YamlPath, { checklists = {} }: WorkflowSource): Fault[] {
  const places: readonly (readonly [string | undefined, YamlPath])[] = [
    [step.checklist, [...path, 'checklist']],
    [step.gate?.checklist, [...path, 'gate', 'checklist']],
  ];
  const said = places.flatMap(([name, at]) => (name === undefined ? [] : [{ name, at }]));
  const [first, second] = said;
  if (first === undefined) return [];
  if (step.role === undefined) {
    const what = `"checklist" in a step no agent does`;
    return said.map(({ at }): Fault => ({ path: at, key: 'key', what, fix: 'leave it out, or give it to the review before' }));
  }
  const names = Object.keys(checklists);
  const faults = said
    .filter(({ name }) => !names.includes(name))
    .map(({ name, at }): Fault => ({ path: at, what: `unknown checklist "${name}"`, fix: didYouMean(name, names) }));
  if (second !== undefined && second.name !== first.name)
    faults.push({
      path: second.at,
      what: `step "${step.id}" has two checklists, "${first.name}" and "${second.name}"`,
      fix: 'keep one of them',
    });
  if (!(step.deliverables ?? []).some((deliverable) => placeOf(deliverable.in) === 'iteration')) {
    const fix = 'add a deliverable in the iteration folder: the answers stand in its front matter';
    faults.push({ path: first.at, key: 'key', what: `step "${step.id}" has a checklist but no file to answer it in`, fix });
  }
  return faults;
}

function modelFaults(step: StepSource, path: YamlPath): Fault[] {
  if (step.model === undefined || step.role !== undefined) return [];
  return [{ path: [...path, 'model'], key: 'key', what: `"model" in a step no agent does`, fix: 'leave it out' }];
}
