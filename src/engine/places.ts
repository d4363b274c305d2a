/** Where things of an iteration live outside its folder: worktrees, refs, cookies. Names only, no effects. */
import { basename, dirname, join } from 'node:path';
import type { TaskId } from '../core/ids.ts';
import type { Iteration } from './iteration.ts';

/** The parent of all worktrees of an iteration: `<repository>-worktrees/<iteration>`, beside the repository. */
function worktreesOf(iteration: Iteration): string {
  const { root } = iteration.repository;
  return join(dirname(root), `${basename(root)}-worktrees`, iteration.name);
}

/** The worktree of a task. */
export const worktreeOf = (iteration: Iteration, task: TaskId): string => join(worktreesOf(iteration), task);

/** A throw-away checkout in which commands judge exactly one commit. */
export const checkoutOf = (iteration: Iteration, purpose: string): string => join(worktreesOf(iteration), `.check-${purpose}`);

/** Where attempts of an iteration have their TMPDIR: not below the system's, which programs share and sandboxes treat in their own ways. */
export const temporariesOf = (iteration: Iteration): string => join(worktreesOf(iteration), '.tmp');

/** Pins accepted work, so that nothing a branch move does can lose it. */
export const keepRef = (iteration: Iteration, task: TaskId): string => `refs/iter/keep/${iteration.name}/${task}`;

/** Where earlier attempts go when a branch starts over. */
export const archiveRef = (iteration: Iteration, task: TaskId, attempt: number, kind: 'work' | 'uncommitted'): string =>
  `refs/iter/archive/${iteration.name}/${task}/${attempt}${kind === 'work' ? '' : '-uncommitted'}`;

/** Marks every process of this iteration in its environment; `iter` finds what is left by it. */
export const iterationCookie = (iteration: Iteration): string => `${iteration.directory}:`;

/** Marks every process of one attempt. */
export const attemptCookie = (iteration: Iteration, task: TaskId, attempt: number): string =>
  `${iterationCookie(iteration)}${task}:${attempt}:`;

/** The one lock for everything that writes refs, configuration or worktrees of a repository. */
export const repositoryLock = (gitDirectory: string): string => join(gitDirectory, 'iter', 'repository.lock');

/** Held by the one `iter launch` of an iteration. */
export const launchLock = (iteration: Iteration): string => join(iteration.directory, '.run', 'launch.lock');
