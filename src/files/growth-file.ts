/** `expansions/<task>.json`: what the parts of a task are made from, pinned by `iter new`, and the parts it has grown so far. Written by iter alone. */
import type { Plan, PlannedTask } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { Role, Workflow } from '../core/workflow.ts';
import { parseManifest } from './manifest.ts';

export interface GrowthFile {
  /** As the iteration was made from them. */
  readonly workflow: Workflow;
  /** None for a command. */
  readonly role?: Role;
  readonly tasks: readonly PlannedTask[];
}

const VERSION = 1;

/** The text of the file; the same contents give the same bytes. */
export function growthText({ workflow, role, tasks }: GrowthFile): string {
  return `${JSON.stringify({ schemaVersion: VERSION, workflow, role, tasks }, undefined, 2)}\n`;
}

/** Reads the file back; its tasks are judged as those of a manifest are. */
export function parseGrowth(
  text: string,
  file: string,
  plan: Plan,
): { readonly growth?: GrowthFile; readonly problems: readonly Problem[] } {
  const fix = 'restore it from git or from a copy; tasks are changed in MULTI_AGENT_PLAN.md, not here';
  let value: Partial<GrowthFile & { readonly schemaVersion: number }>;
  try {
    value = JSON.parse(text) as typeof value;
  } catch (error) {
    return { problems: [{ file, what: `not valid JSON: ${(error as Error).message}`, fix }] };
  }
  const { schemaVersion, workflow, role, tasks } = value;
  if (schemaVersion !== VERSION)
    return { problems: [{ file, what: `schemaVersion is ${String(schemaVersion)}, this iter reads ${VERSION}`, fix }] };
  if (tasks === undefined || !Array.isArray(tasks)) return { problems: [{ file, what: 'has no list of tasks', fix }] };
  const { problems } = parseManifest(JSON.stringify({ schemaVersion: 1, ...plan, tasks, files: {} }), file);
  if (problems.length > 0) return { problems };
  if (workflow === undefined) return { problems: [{ file, what: 'names no workflow', fix }] };
  return { growth: { workflow, ...(role === undefined ? {} : { role }), tasks }, problems: [] };
}
