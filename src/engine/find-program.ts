/** Which file a program is, as a shell would find it. Starts nothing. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Context } from './context.ts';

/** The file a shell would start for this word; undefined when there is none, and for relative paths. */
export function findProgram(program: string, { environment }: Pick<Context, 'environment'>): string | undefined {
  if (program.includes('/')) return program.startsWith('/') && isExecutable(program) ? program : undefined;
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
