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
  const wanted = new Map([...checks.flatMap(filesOf), ...further].map((source) => [keyOf(source), source]));
  const paths = (place: SourceFile['in']): string[] =>
    [...wanted.values()].filter((source) => source.in === place).map((source) => source.file);
  const { root } = iteration.repository;
  const [inTree, atBase] = await Promise.all([
    readBlobs(root, subject.tree, paths('repository')),
    readBlobs(root, iteration.plan.base, paths('base')),
  ]);
  const found = new Map<string, FoundFile | undefined>();
  for (const [key, source] of wanted) {
    if (source.in === 'iteration') found.set(key, inspectFile(subject.placed?.(source.file) ?? join(iteration.directory, source.file)));
    else found.set(key, (source.in === 'base' ? atBase : inTree).get(source.file));
  }
  const ofIteration = paths('iteration')
    .toSorted()
    .map((file) => [file, found.get(keyOf({ in: 'iteration', file }))] as const);
  return { at: (source) => found.get(keyOf(source)), ofIteration };
}

const keyOf = ({ in: place, file }: SourceFile): string => `${place}\0${file}`;
