/** The files checks read, each once: out of the tree that is judged, the commit agents start from, and the iteration folder. */
import { join } from 'node:path';
import type { Check, SourceFile } from '../core/check.ts';
import { filesOf } from '../core/check.ts';
import { inspectFile } from '../effects/folder.ts';
import { readBlobs } from '../effects/git-facts.ts';
import type { FoundFile } from '../files/outcome.ts';
import type { Subject } from './checks.ts';
import type { Iteration } from './iteration.ts';

export interface CheckFiles {
  readonly at: (source: SourceFile) => FoundFile | undefined;
  /** Files of the iteration folder that were looked at, in the order of their names. */
  readonly ofIteration: readonly (readonly [string, FoundFile | undefined])[];
}

/** Reads what these checks ask for, and the further files of the repository. */
export async function readFiles(
  iteration: Iteration,
  checks: readonly Check[],
  subject: Pick<Subject, 'tree' | 'placed'>,
  further: readonly SourceFile[] = [],
): Promise<CheckFiles> {
  const wanted = [...checks.flatMap(filesOf), ...further];
  const paths = (place: SourceFile['in']): string[] => [...new Set(wanted.flatMap((source) => (source.in === place ? [source.file] : [])))];
  const { root } = iteration.repository;
  const [inTree, atBase] = await Promise.all([
    readBlobs(root, subject.tree, paths('repository')),
    readBlobs(root, iteration.plan.base, paths('base')),
  ]);
  const inFolder = new Map(
    paths('iteration').map((file) => [file, inspectFile(subject.placed?.(file) ?? join(iteration.directory, file))] as const),
  );
  const found: Readonly<Record<SourceFile['in'], ReadonlyMap<string, FoundFile | undefined>>> = {
    repository: inTree,
    base: atBase,
    iteration: inFolder,
  };
  const ofIteration = [...inFolder].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { at: (source) => found[source.in].get(source.file), ofIteration };
}
