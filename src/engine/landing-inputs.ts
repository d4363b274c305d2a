/** What a landing needs to be there before anything is planned: the branch, under its own name, and every commit that was accepted. */
import type { CommitId, TaskId } from '../core/ids.ts';
import { commitId } from '../core/ids.ts';
import type { Problem } from '../core/problem.ts';
import { commitsLost } from '../effects/commit-batch.ts';
import { git } from '../effects/git.ts';
import { readRef } from '../effects/ref-files.ts';
import type { Repository } from '../effects/repository.ts';
import { shortName } from './move-branch.ts';
import type { Run } from './run.ts';

/** The tip of the branch to land on, or what is wrong with it. */
export async function tipOf(
  { root, gitDirectory }: Repository,
  target: string,
): Promise<{ readonly tip: CommitId } | { readonly problems: readonly Problem[] }> {
  const onDisk = readRef(gitDirectory, target);
  if (onDisk !== undefined && onDisk !== 'none') return { tip: onDisk };
  const listing = await git(root, ['for-each-ref', '--format=%(refname) %(objectname) %(symref)', target]);
  const [, tip, symbolic] =
    listing
      .split('\n')
      .map((line) => line.split(' '))
      .find(([name]) => name === target) ?? [];
  if (tip === undefined)
    return {
      problems: [
        { what: `there is no branch "${shortName(target)}" to land on`, fix: 'make it with git branch, or name another one: --into main' },
      ],
    };
  if (symbolic !== undefined && symbolic !== '')
    return {
      problems: [{ what: `"${shortName(target)}" is another name of "${shortName(symbolic)}"`, fix: `use --into ${shortName(symbolic)}` }],
    };
  return { tip: commitId(tip) };
}

/** Accepted work whose commits are no longer in the repository, and those of `also` that are not; what is there is read at the same time. */
export async function lostWork(
  run: Run,
  tasks: ReadonlySet<TaskId>,
  also: readonly CommitId[],
): Promise<{ readonly problems: readonly Problem[]; readonly lost: ReadonlySet<CommitId> }> {
  const named = [...tasks].flatMap((id) => {
    const task = run.state.tasks[id];
    const phase = task?.phase;
    if (task?.base === undefined || (phase?.name !== 'accepted' && phase?.name !== 'merged')) return [];
    // one commit where it changed nothing
    return [...new Set([phase.commit, task.base])].map((commit) => ({ id, commit }));
  });
  const lost = new Set(await commitsLost(run.iteration.repository.root, [...also, ...named.map(({ commit }) => commit)]));
  const problems = named
    .filter(({ commit }) => lost.has(commit))
    .map(({ id, commit }) => ({
      what: `the accepted work of ${id} is not in this repository any more: ${commit}`,
      fix: `fetch it from where it still is, or have it done again: iter retry ${id}`,
    }));
  return { problems, lost };
}
