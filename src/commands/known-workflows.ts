/** The workflows a person can name, as far as they load. */
import type { Workflow } from '../core/workflow.ts';
import { type LibraryPlaces, libraryWorkflows } from '../engine/workflow-library.ts';
import { loadWorkflow } from '../files/workflow.ts';

/** By name, those that nothing hides; one that does not load is left out. */
export function knownWorkflows(places: LibraryPlaces): Readonly<Record<string, Workflow>> {
  const loaded = libraryWorkflows(places).flatMap(({ name, text, file, related, hiddenBy }): [string, Workflow][] => {
    const { workflow } = hiddenBy === undefined ? loadWorkflow(text, file, related) : {};
    return workflow === undefined ? [] : [[name, { ...workflow, name }]];
  });
  return Object.fromEntries(loaded);
}
