/** `iter workflow import`: a workflow of the other form, printed or written with its roles. */
import { resolve } from 'node:path';
import { readWorkflowFile, writeWorkflow } from '../engine/new-workflow.ts';
import { complain, json, result, say } from './out.ts';
import type { Common } from './verb.ts';
import { EXIT, repositoryAt } from './verb.ts';

export interface ImportFlags extends Common {
  readonly name?: string;
  readonly write?: boolean;
}

/** Does it and says so; gives the exit code. */
export function importFile(file: string, options: ImportFlags): number {
  const read = readWorkflowFile(file, resolve(options.directory), options.name);
  if ('problems' in read) {
    complain(read.problems);
    return EXIT.usage;
  }
  const { imported } = read;
  const { name, text, roles, notes } = imported;
  let written: readonly string[] = [];
  if (options.write === true) {
    const repository = repositoryAt(options.directory);
    if (repository === undefined) return EXIT.usage;
    const done = writeWorkflow(repository.root, imported);
    if (done.problems.length > 0) {
      complain(done.problems);
      return EXIT.usage;
    }
    ({ written } = done);
  }
  if (options.json === true) json({ name, text, roles, notes, written });
  else if (options.write === true) result([...written.map((path) => `wrote ${path}`), `next: iter new <slug> -w ${name}`].join('\n'));
  else result(text.replace(/\n$/, ''));
  const others = Object.keys(roles);
  if (options.quiet !== true) {
    for (const line of notes) say(line);
    if (options.write !== true && others.length > 0) say(`its roles are not printed (${others.join(', ')}): --write makes files of them`);
  }
  return EXIT.done;
}
