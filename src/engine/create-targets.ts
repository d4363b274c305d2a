/** Finds the files that the patterns of a workflow's targets stand for in the checkout: tracked and untracked ones, regular files only. Writes nothing. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../core/problem.ts';
import { type Globs, globKey } from '../core/targets.ts';
import type { Workflow } from '../core/workflow.ts';
import { workingFiles } from '../effects/git-facts.ts';
import { filesMatching } from '../files/target-files.ts';
import { ITERATIONS } from './iteration.ts';

/** The files of each list of patterns; those given with `--targets` take the place of the only one. */
export async function globsOf(
  root: string,
  { steps }: Workflow,
  given: readonly string[] | undefined,
): Promise<{ readonly globs: Globs; readonly problems: readonly Problem[] }> {
  const lists = new Map(
    steps.flatMap(({ targets }) => (targets?.from.is === 'glob' ? [[globKey(targets.from.globs), targets.from.globs] as const] : [])),
  );
  const [only, ...others] = lists.keys();
  if (only === undefined) return { globs: {}, problems: [] };
  if (given !== undefined && others.length === 0) return { globs: { [only]: given }, problems: unreadable(given) };
  const all = (await workingFiles(root)).filter((file) => !file.startsWith(`${ITERATIONS}/`));
  const globs = Object.fromEntries(
    [...lists].map(([key, patterns]) => [key, filesMatching(patterns, all).filter((file) => isRegular(root, file))]),
  );
  return { globs, problems: [...unreadable([...new Set(Object.values(globs).flat())]), ...ambiguous(given, lists.size)] };
}

/** A link could lead out of the repository; what is deleted is no target. */
function isRegular(root: string, file: string): boolean {
  return lstatSync(join(root, file), { throwIfNoEntry: false })?.isFile() === true;
}

/** A name with a line break would be two in every list agents get. */
function unreadable(files: readonly string[]): Problem[] {
  return files
    .filter((file) => /\p{Cc}/u.test(file))
    .map((file) => ({
      what: `the name of the target ${JSON.stringify(file)} holds a control character`,
      fix: 'rename the file, or leave it out of the pattern',
    }));
}

function ambiguous(given: readonly string[] | undefined, lists: number): Problem[] {
  if (given === undefined) return [];
  return [{ what: `--targets could stand for any of ${lists} patterns of this workflow`, fix: 'leave it out, or use a workflow with one' }];
}
