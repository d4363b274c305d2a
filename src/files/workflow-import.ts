/** A workflow of the other form, made of iterations with agents, as files in iter's own: the workflow and the roles that stood in it. */
import type { Problem } from '../core/problem.ts';
import { slugOf } from '../core/slug.ts';
import { exportRole } from './role-export.ts';
import { importRoleList } from './role-lists.ts';
import { isSeedForm } from './seed-form.ts';
import { assembleWorkflow } from './workflow-assembly.ts';
import { ALONE } from './workflow-document.ts';
import { combinedText } from './workflow-resolve.ts';

export interface ImportedWorkflow {
  readonly name: string;
  readonly text: string;
  /** Role files by name. */
  readonly roles: Readonly<Record<string, string>>;
  /** What did not come along, for the person to know. */
  readonly notes: readonly string[];
}

/** Reads the text; `name` stands in place of the name in it. With problems there is nothing else. */
export function importWorkflow(
  text: string,
  file: string,
  name?: string,
): { readonly imported: ImportedWorkflow } | { readonly problems: readonly Problem[] } {
  if (!isSeedForm(text)) {
    const what = 'is no workflow of iterations with agents';
    return { problems: [{ file, what, fix: 'import files with workflow: {iterations: …}; others are used as they are' }] };
  }
  const { source, problems, notes } = assembleWorkflow({ text, file, related: ALONE });
  const wrong = name !== undefined && slugOf(name) !== name ? [badName(name)] : [];
  if (source === undefined || problems.length + wrong.length > 0) return { problems: [...wrong, ...problems] };
  const { checks = [], ...rest } = source;
  const whole = { ...rest, name: name ?? source.name, ...(checks.length === 0 ? {} : { checks }) };
  const roles = importRoleList(text, file).roles.map((role): [string, string] => [role.name, exportRole(role, 'iter')]);
  return {
    imported: {
      name: whole.name,
      text: `# Made by iter workflow import; the file it was made from is not read again.\n${combinedText(whole)}`,
      roles: Object.fromEntries(roles),
      notes,
    },
  };
}

function badName(name: string): Problem {
  return { what: `--name: "${name}" is no name for a workflow`, fix: 'use lower case letters, digits and single dashes' };
}
