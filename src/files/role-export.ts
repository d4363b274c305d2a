/** Writes a role as an agent file: for iter, or for Claude Code, which reads the same front matter but calls models by name. */
import { stringify } from 'yaml';
import { TIERS } from './role-import.ts';
import type { PortableRole, RoleKey } from './role-import.ts';

export const FORMS = ['iter', 'claude'] as const;
export type RoleForm = (typeof FORMS)[number];

/** The whole file; the body and the keys iter does not know are those the role came with, byte for byte where YAML allows. */
export function exportRole(role: PortableRole, form: RoleForm): string {
  const { name, description, model } = role;
  const named = Object.entries(TIERS).find(([tier]) => tier === model)?.[1];
  const first: RoleKey[] = [
    { key: 'name', value: name },
    { key: 'description', value: description },
    ...(model === undefined ? [] : [{ key: 'model', value: form === 'claude' ? (named ?? model) : model }]),
  ];
  return `---\n${[...first, ...role.keys].map(yamlOf).join('')}---\n${role.body}`;
}

function yamlOf({ key, value, yaml }: RoleKey): string {
  // folding would change the line ends of long texts
  return yaml ?? stringify({ [key]: value }, { lineWidth: 0 });
}
