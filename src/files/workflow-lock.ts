/** workflow.lock.yaml: the workflow as an iteration used it, and the hashes of all it was made from. For people and for comparing; iter does not run from it. */
import { stringify } from 'yaml';
import type { Problem } from '../core/problem.ts';
import type { Pinned } from './iteration-files.ts';
import type { SkillPin } from './skill-pins.ts';
import { plainValue, readYaml } from './yaml-text.ts';

export const LOCK_FILE = 'workflow.lock.yaml';

export interface Lock {
  readonly iteration: string;
  readonly name: string;
  /** The text of the workflow file, or of all of them in one. */
  readonly text: string;
  readonly workflow: Pinned;
  /** The workflow files it extends and uses. */
  readonly others?: readonly Pinned[];
  readonly roles: Readonly<Record<string, Pinned>>;
  /** Templates of prompts that are not the shipped one, by role. */
  readonly templates?: Readonly<Record<string, Pinned>>;
  readonly skills?: Readonly<Record<string, SkillPin>>;
  /** Where each given file came from, by its path in the folder. */
  readonly given?: Readonly<Record<string, string>>;
}

/** The text of the lock file; hashes are SHA-256. */
export function workflowLockText(lock: Lock): string {
  const pins = {
    schemaVersion: 1,
    iteration: lock.iteration,
    workflow: { name: lock.name, ...lock.workflow },
    ...(lock.others === undefined || lock.others.length === 0 ? {} : { others: lock.others }),
    roles: sorted(lock.roles),
    ...filled('templates', lock.templates),
    ...filled('skills', lock.skills),
    ...filled('given', lock.given),
    text: lock.text,
  };
  return `# What ${lock.iteration} was made from. Changing this file changes nothing; its tasks are in MULTI_AGENT_PLAN.md.\n${stringify(pins, { lineWidth: 0 })}`;
}

/** Reads a lock back, without its roles, templates and skills: what an iteration can be made from again. */
export function parseWorkflowLock(text: string, file: string): { readonly lock: Omit<Lock, 'roles'> } | { readonly problem: Problem } {
  const { documents, faults } = readYaml(text);
  const value = plainValue(documents[0]);
  const {
    iteration,
    workflow,
    text: locked,
    given,
    others,
  } = (typeof value === 'object' ? value : {}) as {
    readonly iteration?: unknown;
    readonly workflow?: { readonly name?: unknown; readonly source?: unknown; readonly sha256?: unknown } | null;
    readonly text?: unknown;
    readonly given?: unknown;
    readonly others?: unknown;
  };
  const { name, source, sha256 } = workflow ?? {};
  if (![iteration, name, source, sha256, locked].every((one) => typeof one === 'string')) {
    const fault = faults[0];
    const place = fault === undefined ? {} : { line: fault.line, column: fault.column };
    return { problem: { file, ...place, what: fault?.what ?? 'is missing, or is no lock of a workflow', fix: 'restore it from git' } };
  }
  const lock = {
    iteration,
    name,
    text: locked,
    workflow: { source, sha256 },
    ...(Array.isArray(others) ? { others } : {}),
    ...(typeof given === 'object' && given !== null ? { given } : {}),
  } as Omit<Lock, 'roles'>;
  return { lock };
}

/** Nothing for an empty record: a lock says only what there was. */
function filled<Value>(name: string, record: Readonly<Record<string, Value>> = {}): Record<string, unknown> {
  return Object.keys(record).length === 0 ? {} : { [name]: sorted(record) };
}

function sorted<Value>(record: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
