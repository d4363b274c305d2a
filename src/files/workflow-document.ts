/** Reads one workflow file of any form: a whole workflow, one of the other form, or one that changes another. Looks at no second file. */
import type { Problem } from '../core/problem.ts';
import type { Role } from '../core/workflow.ts';
import { validateSeed } from '../generated/validate-seed.js';
import { validateWorkflow } from '../generated/validate-workflow.js';
import { exportRole } from './role-export.ts';
import { importRoleList } from './role-lists.ts';
import { loadRole } from './role.ts';
import { isSeedForm, type SeedSource, seedWorkflow } from './seed-form.ts';
import type { OverlaySource, WorkflowSource } from './workflow-source.ts';
import { readYamlSource, type YamlSource } from './yaml-source.ts';

/** Finds another workflow as a file names it: one to extend, or one to use. */
export type Related = (wanted: string, how: 'extends' | 'uses') => RelatedFile | Pick<Problem, 'what' | 'fix'>;

/** A workflow file, and where the names in it lead. */
export interface RelatedFile {
  /** As the person would type it; no two files have the same. */
  readonly file: string;
  readonly text: string;
  readonly related: Related;
}

export interface WorkflowDocument extends RelatedFile {
  /** Undefined when its shape is not sound enough to look further. */
  readonly value?: WorkflowSource | OverlaySource;
  readonly problems: readonly Problem[];
  /** A problem at a value of `value`. */
  readonly problemAt: YamlSource['problemAt'];
  /** Roles that stand in the file, by name. */
  readonly roles: Readonly<Record<string, Role>>;
  /** What the person should know about the reading. */
  readonly notes: readonly string[];
}

/** Where nothing is known besides the file itself. */
export const ALONE: Related = (wanted) => ({ what: `there is no workflow "${wanted}" here`, fix: 'name one of iter workflow list' });

/** Reads the file; its shape is checked, and where it is of the other form, its meaning. */
export function readDocument(file: RelatedFile): WorkflowDocument {
  if (isSeedForm(file.text)) return readSeed(file);
  const { value, problems, problemAt } = readYamlSource({ ...file, validator: validateWorkflow });
  const read = { ...file, problems, problemAt, roles: {}, notes: [] };
  return value === undefined ? read : { ...read, value: value as WorkflowSource | OverlaySource };
}

function readSeed(file: RelatedFile): WorkflowDocument {
  const { value, problems, problemAt } = readYamlSource({ ...file, validator: validateSeed });
  if (value === undefined) return { ...file, problems, problemAt, roles: {}, notes: [] };
  const seed = value as SeedSource;
  const { source, origins, faults, notes } = seedWorkflow(seed);
  const roles = seed.agent_roles === undefined ? { roles: {}, problems: [] } : inlineRoles(file);
  return {
    ...file,
    value: source,
    problems: [...problems, ...faults.map(({ path, key, ...problem }) => problemAt(path, problem, key)), ...roles.problems],
    problemAt: ([part, index], problem, spot) => {
      // a step is an agent of the file; what lies deeper has no place of its own there
      const origin = part === 'steps' && typeof index === 'number' ? origins[index] : undefined;
      return problemAt(origin ?? ['workflow'], problem, spot);
    },
    roles: roles.roles,
    notes,
  };
}

function inlineRoles({ text, file }: RelatedFile): {
  readonly roles: Readonly<Record<string, Role>>;
  readonly problems: readonly Problem[];
} {
  const { roles, problems } = importRoleList(text, file);
  const read = roles.map((role) => loadRole(exportRole(role, 'iter'), file));
  return {
    roles: Object.fromEntries(read.flatMap(({ role }) => (role === undefined ? [] : [[role.name, role]]))),
    problems: [...problems, ...read.flatMap((one) => one.problems)],
  };
}
