/**
 * What `iter validate` built last, kept for its next look: the chain that would land, and what each task has contributed. All of it follows from commits,
 * which never change, and from what is hashed here; when that is the same, and the commits are there, nothing is built anew. A landing does not read it.
 */
import { join } from 'node:path';
import type { CommitId, TaskId } from '../core/ids.ts';
import { fileMark, readText } from '../effects/disk.ts';
import { isPlainHistory } from '../effects/plain-history.ts';
import { writeAtomic } from '../effects/replace-file.ts';
import { sha256 } from '../effects/sha256.ts';
import type { Chain, Work } from './chain.ts';
import type { Context } from './context.ts';
import { findProgram } from './find-program.ts';
import type { Iteration } from './iteration.ts';
import type { Run } from './run.ts';
import type { ValidateOptions } from './validate.ts';

export interface KeptChain {
  /** Of everything it was made from that is known without asking git. */
  readonly inputs: string;
  /** Of git's settings. */
  readonly settings: string;
  readonly chain: Chain;
  readonly work: Work;
  /** The paths each task has changed. */
  readonly changed: Readonly<Record<string, readonly string[]>>;
}

/** Hashes everything a chain is made from besides the settings and the commits themselves; undefined where the ids of commits do not say it all. */
export function inputsOf(
  run: Run,
  { strategy, target }: Pick<ValidateOptions, 'strategy' | 'target'>,
  { tip, wanted }: { readonly tip: CommitId; readonly wanted: ReadonlySet<TaskId> },
  context: Context,
): string | undefined {
  const { plan, state, iteration } = run;
  if (!isPlainHistory(iteration.repository.gitDirectory)) return undefined;
  const tasks = plan.tasks.map(({ id }) => [id, state.tasks[id]?.base, state.tasks[id]?.phase]);
  // another git, or another iter, may make it in another way
  const programs = [findProgram('git', context) ?? '', context.program.cli].map(fileMark);
  return sha256(JSON.stringify([programs, plan, tasks, state.landed, strategy, target, tip, [...wanted]]));
}

/** What was kept of these inputs; undefined when that was something else, or the file is not as it was written. */
export function recallChain(iteration: Iteration, inputs: string): KeptChain | undefined {
  const [sum, text] = (readText(fileOf(iteration)) ?? '').split('\n', 2);
  if (text === undefined || sha256(text) !== sum) return undefined;
  const kept = JSON.parse(text) as KeptChain;
  return kept.inputs === inputs ? kept : undefined;
}

/** Keeps a chain, below a hash of it that tells when half of it is missing, or something in it was changed. */
export function keepChain(iteration: Iteration, kept: KeptChain): void {
  const text = JSON.stringify(kept);
  writeAtomic(fileOf(iteration), `${sha256(text)}\n${text}\n`);
}

const fileOf = ({ directory }: Iteration): string => join(directory, '.run', 'chain.json');
