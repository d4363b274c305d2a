/** Role files on their way into a repository: read from other tools' files, and written where nothing is lost. */
import { join, resolve } from 'node:path';
import type { Problem } from '../core/problem.ts';
import { slugOf } from '../core/slug.ts';
import { exists, inspectFile } from '../effects/folder.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { exportRole } from '../files/role-export.ts';
import { importRole } from '../files/role-import.ts';
import type { ImportedRoles } from '../files/role-lists.ts';
import { importRoleList } from '../files/role-lists.ts';
import { loadRole } from '../files/role.ts';
import { roleTexts } from './role-library.ts';

/** Role files by name. */
type RoleFiles = Readonly<Record<string, string>>;

/** Reads agent files, relative to the directory, into role files that load; with everything that is wrong with them. */
export function readAgentFiles(
  files: readonly string[],
  directory: string,
  as: string | undefined,
): { readonly texts: RoleFiles; readonly problems: readonly Problem[] } {
  const read = files.map((file) => ({ file, ...importFile(file, directory) }));
  const found = read.flatMap(({ file, roles }) => roles.map((role) => ({ file, role })));
  const problems = read.flatMap(({ problems }) => problems);
  if (as !== undefined && (slugOf(as) !== as || as === ''))
    problems.push({ what: `--as: "${as}" is no name for a role`, fix: 'use lower case letters, digits and single dashes' });
  if (as !== undefined && found.length > 1)
    problems.push({ what: `--as names one role, and there are ${found.length}`, fix: 'import them one by one' });
  const texts: Record<string, string> = {};
  for (const { file, role } of found) {
    const name = found.length === 1 ? (as ?? role.name) : role.name;
    if (Object.hasOwn(texts, name)) problems.push({ what: `two of the files give a role "${name}"`, fix: 'import one of them with --as' });
    texts[name] = exportRole({ ...role, name }, 'iter');
    problems.push(...loadRole(texts[name], `${file}, as roles/${name}.md`).problems);
  }
  return { texts, problems };
}

function importFile(file: string, directory: string): ImportedRoles {
  const found = inspectFile(resolve(directory, file));
  const refused = (what: string, fix: string): ImportedRoles => ({ roles: [], problems: [{ file, what, fix }] });
  if (found === undefined) return refused('there is no such file', 'check the path');
  if ('problem' in found) return refused(found.problem, 'give a regular file');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(found.bytes);
  } catch {
    return refused('is not UTF-8 text', 'save it as UTF-8');
  }
  if (/\.ya?ml$/i.test(file)) return importRoleList(text, file);
  const { role, problems } = importRole(text, file);
  return { roles: role === undefined ? [] : [role], problems };
}

/** Writes role files, all or none: one that is there already stays, and then nothing is written. */
export function writeRoles(
  root: string,
  texts: RoleFiles,
): { readonly written: readonly string[]; readonly hidden: readonly string[]; readonly problems: readonly Problem[] } {
  const names = Object.keys(texts);
  const folder = inspectFile(join(root, 'roles'));
  const problems: Problem[] = names
    .filter((name) => exists(join(root, 'roles', `${name}.md`)))
    .map((name) => ({ file: `roles/${name}.md`, what: 'is there already and stays as it is', fix: 'choose another name' }));
  if (folder !== undefined && !('problem' in folder && folder.problem === 'is a directory')) {
    problems.push({ file: 'roles', what: 'is no folder', fix: 'move it away' });
  }
  if (problems.length > 0) return { written: [], hidden: [], problems };
  for (const name of names) writeAtomic(join(root, 'roles', `${name}.md`), texts[name] ?? '');
  const shipped = roleTexts({}).map(({ name }) => name);
  return { written: names.map((name) => `roles/${name}.md`), hidden: names.filter((name) => shipped.includes(name)), problems };
}
