/** workflow.lock.yaml: the workflow as an iteration used it, and the hashes of all it was made from. For people and for comparing; iter does not run from it. */
import { stringify } from 'yaml';
import type { Pinned } from './iteration-files.ts';

export interface Lock {
  readonly iteration: string;
  readonly name: string;
  /** The text of the workflow file. */
  readonly text: string;
  readonly workflow: Pinned;
  readonly roles: Readonly<Record<string, Pinned>>;
}

/** The text of the lock file; hashes are SHA-256. */
export function workflowLockText(lock: Lock): string {
  const pins = {
    schemaVersion: 1,
    iteration: lock.iteration,
    workflow: { name: lock.name, ...lock.workflow },
    roles: Object.fromEntries(Object.entries(lock.roles).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    text: lock.text,
  };
  return `# What ${lock.iteration} was made from. Changing this file changes nothing; its tasks are in MULTI_AGENT_PLAN.md.\n${stringify(pins, { lineWidth: 0 })}`;
}
