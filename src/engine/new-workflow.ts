/** Workflow files on their way into a repository: read from the other form, and written where nothing is lost. */
import { join, resolve } from 'node:path';
import type { Problem } from '../core/problem.ts';
import { exists, inspectFile } from '../effects/folder.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { type ImportedWorkflow, importWorkflow } from '../files/workflow-import.ts';

/** Reads the file, relative to the directory, with everything that is wrong with it. */
export function readWorkflowFile(
  file: string,
  directory: string,
  name: string | undefined,
): { readonly imported: ImportedWorkflow } | { readonly problems: readonly Problem[] } {
  const found = inspectFile(resolve(directory, file));
  const refused = (what: string, fix: string): { readonly problems: readonly Problem[] } => ({ problems: [{ file, what, fix }] });
  if (found === undefined) return refused('there is no such file', 'check the path');
  if ('problem' in found) return refused(found.problem, 'give a regular file');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(found.bytes);
  } catch {
    return refused('is not UTF-8 text', 'save it as UTF-8');
  }
  return importWorkflow(text, file, name);
}

/** Writes the workflow and its roles, all or none: what is there already stays, and then nothing is written. */
export function writeWorkflow(
  root: string,
  { name, text, roles }: ImportedWorkflow,
): { readonly written: readonly string[]; readonly problems: readonly Problem[] } {
  const files = [
    [`workflows/${name}.yaml`, text] as const,
    ...Object.entries(roles).map(([role, body]) => [`roles/${role}.md`, body] as const),
  ];
  const problems = files
    .filter(([path]) => exists(join(root, path)))
    .map(([path]): Problem => {
      const fix = path.startsWith('workflows/') ? 'give another name with --name' : 'move it away, or take the role out of the file';
      return { file: path, what: 'is there already and stays as it is', fix };
    });
  if (problems.length > 0) return { written: [], problems };
  for (const [path, body] of files) writeAtomic(join(root, path), body);
  return { written: files.map(([path]) => path), problems: [] };
}
