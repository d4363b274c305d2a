/** The roles a new iteration may use: read from every layer, with the workflow's words for them turned into their own names. Reads only. */
import { type RoleNames, roleNames } from '../core/role-names.ts';
import type { Problem } from '../core/problem.ts';
import type { Role, Workflow } from '../core/workflow.ts';
import { sha256 } from '../effects/sha256.ts';
import type { Pinned } from '../files/iteration-files.ts';
import { loadRole } from '../files/role.ts';
import { rolesUsed } from '../files/workflow.ts';
import { BUILT_IN, rankOf, roleTexts } from './role-library.ts';
import type { LibraryPlaces } from './workflow-library.ts';

export interface ReadRoles {
  /** Every role there is; one that cannot be read is there without anything in it. */
  readonly roles: Readonly<Record<string, Role>>;
  /** Of the roles the workflow uses. */
  readonly pins: Readonly<Record<string, Pinned>>;
  /** Other words for roles that exist. */
  readonly aliases: readonly string[];
  readonly problems: readonly Problem[];
}

/** A workflow with roles in it, or none yet when it could not be read. */
interface Using {
  readonly workflow: Workflow;
  /** Roles that stand in the workflow file. */
  readonly roles: Readonly<Record<string, Role>>;
  readonly pin: Pinned;
}

/** Reads all roles, and gives the workflow back with every role under its own name; a broken role only matters when it is used. */
export function readRoles<Chosen extends Using>(
  chosen: Chosen | undefined,
  places: LibraryPlaces,
): ReadRoles & { readonly chosen?: Chosen } {
  const all = roleTexts(places).map((entry) => ({
    ...entry,
    ...loadRole(entry.text, entry.source === BUILT_IN ? `role ${entry.name}` : entry.source),
  }));
  const names = roleNames(all.map((entry) => ({ name: entry.name, rank: rankOf(entry), aka: entry.role?.aka ?? [] })));
  const renamed = chosen === undefined ? undefined : { ...chosen, workflow: underOwnNames(chosen, names) };
  const used = new Set(renamed === undefined ? [] : rolesUsed(renamed.workflow));
  const roles: Record<string, Role> = {};
  const pins: Record<string, Pinned> = {};
  const problems: Problem[] = [];
  for (const { name, text, source, role, problems: faults } of all) {
    const inline = chosen !== undefined && Object.hasOwn(chosen.roles, name);
    if (used.has(name) && !inline) {
      problems.push(...faults);
      pins[name] = { source, sha256: sha256(text) };
    }
    // a role that is there but broken has its problems already; it is not unknown as well
    roles[name] = role ?? nothingOf(name);
  }
  // a role that stands in the workflow file takes the place of any other of its name, and is pinned with the file
  for (const [name, role] of Object.entries(chosen?.roles ?? {})) {
    roles[name] = role;
    if (used.has(name) && chosen !== undefined) pins[name] = chosen.pin;
  }
  const asked = chosen === undefined ? [] : rolesUsed(chosen.workflow);
  const unclear = asked.flatMap((name) => names.clashes.get(name) ?? []);
  return {
    roles,
    pins,
    aliases: names.all.filter((name) => !Object.hasOwn(roles, name)),
    problems: [...problems, ...unclear],
    ...(renamed === undefined ? {} : { chosen: renamed }),
  };
}

function underOwnNames({ workflow, roles }: Using, names: RoleNames): Workflow {
  const own = (name: string): string => (Object.hasOwn(roles, name) ? name : names.own(name));
  const templates = Object.entries(workflow.templates ?? {}).map(([name, file]) => [own(name), file]);
  return {
    ...workflow,
    steps: workflow.steps.map((step) => ({ ...step, role: own(step.role) })),
    ...(workflow.templates === undefined ? {} : { templates: Object.fromEntries(templates) as Record<string, string> }),
  };
}

function nothingOf(name: string): Role {
  return { name, description: '', promptTokens: 0, tokenBudget: Infinity, complexityThreshold: Infinity, skills: [], body: '' };
}
