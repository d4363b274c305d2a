/** Names what a task is done from, so that work whose inputs have not changed is not done again after something before it was. */
import { join } from 'node:path';
import type { CommitId } from '../core/ids.ts';
import { upstreamTasks, type PlannedTask } from '../core/plan.ts';
import { listFiles, readText } from '../effects/disk.ts';
import { inspectFile } from '../effects/folder.ts';
import { treeOf } from '../effects/git-facts.ts';
import { sha256 } from '../effects/sha256.ts';
import { sectionOf } from '../files/criteria.ts';
import { CRITERIA_FILE, GIVEN } from './iteration.ts';
import type { Run } from './run.ts';

/**
 * SHA-256 over the tree of the base, the agent, the prompt, the task's criteria, CONTEXT.md, given files, feedback, and what everything upstream delivered.
 * Commits are left out on purpose: the same files under another history are the same work to do.
 */
export async function inputsHash(run: Run, task: PlannedTask, base: CommitId): Promise<string> {
  const { directory, repository } = run.iteration;
  const upstream = upstreamTasks(run.plan, task).flatMap((other) =>
    other.deliverables.filter((one) => one.in === 'iteration').map((one) => one.path),
  );
  const folders = [GIVEN, 'feedback'].flatMap((folder) => listFiles(join(directory, folder)).map((file) => `${folder}/${file}`));
  const files = [...new Set(['CONTEXT.md', task.prompt, ...folders, ...upstream])].toSorted();
  const contents = files.map((file) => {
    const found = inspectFile(join(directory, file));
    return `${file} ${found !== undefined && 'bytes' in found ? sha256(found.bytes) : 'none'}`;
  });
  const criteria = sectionOf(readText(join(directory, CRITERIA_FILE)) ?? '', task.id);
  const parts = [await treeOf(repository.root, base), task.agent, ...contents, criteria];
  return sha256(parts.join('\n'));
}
