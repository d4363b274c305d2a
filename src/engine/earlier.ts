/** What a new iteration takes over from an earlier one that it goes on from: workflow, inputs, environment, and what was left for the next session. */
import { basename, join, relative } from 'node:path';
import type { Problem } from '../core/problem.ts';
import type { Inputs } from '../core/workflow.ts';
import { readText } from '../effects/disk.ts';
import { exists } from '../effects/folder.ts';
import type { Repository } from '../effects/repository.ts';
import { LOCK_FILE, parseWorkflowLock } from '../files/workflow-lock.ts';
import { openIteration } from './iteration.ts';
import { BUILT_IN } from './role-library.ts';

export interface Earlier {
  /** Name or path, as `-w` takes it. */
  readonly workflow: string;
  readonly inputs: Inputs;
  readonly environment: string;
  /** Absolute paths of files every agent of the new one gets. */
  readonly context: readonly string[];
}

/** Reports of a whole iteration, by the names iter and the shipped workflows give them. */
const REPORTS = ['INTEGRATION_REPORT.md', 'FEEDBACK.md', 'HANDOFF.md', 'memory/HANDOFF.md'];

/** Reads the iteration `wanted` names as every command takes it. */
export function earlierOf(repository: Repository, wanted: string): Earlier | { readonly problems: readonly Problem[] } {
  const opened = openIteration(repository, wanted);
  if ('problems' in opened) return opened;
  const { directory, plan } = opened.iteration;
  const read = parseWorkflowLock(readText(join(directory, LOCK_FILE)) ?? '', relative(repository.root, join(directory, LOCK_FILE)));
  if ('problem' in read) return { problems: [read.problem] };
  const { name, workflow } = read.lock;
  const found = REPORTS.map((file) => join(directory, file)).filter((file) => exists(file));
  return {
    workflow: workflow.source === BUILT_IN ? name : join(repository.root, workflow.source),
    inputs: plan.inputs ?? {},
    environment: plan.environment,
    context: [...new Map(found.map((file) => [basename(file), file])).values()],
  };
}
