/** Where things of an iteration live outside its folder: worktrees, refs, cookies. Names only, no effects. */
import { basename, dirname, join } from 'node:path';
import type { TaskId } from '../core/ids.ts';
import type { Iteration } from './iteration.ts';

/** What agents are started for: an iteration, or a question outside of every one. What is known of their runs lies in its folder. */
export type Venue = Pick<Iteration, 'repository' | 'name' | 'directory'>;

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

/** Marks every process of this iteration, or question, in its environment; `iter` finds what is left by it. */
export const iterationCookie = ({ directory }: Venue): string => `${directory}:`;

/** Marks every process of one attempt. */
export const attemptCookie = (venue: Venue, task: TaskId, attempt: number): string => `${iterationCookie(venue)}${task}:${attempt}:`;

/** The one lock for everything that writes refs, configuration or worktrees of a repository. */
export const repositoryLock = (gitDirectory: string): string => join(gitDirectory, 'iter', 'repository.lock');

/** Held by the one `iter launch` of an iteration. */
export const launchLock = (iteration: Iteration): string => join(iteration.directory, '.run', 'launch.lock');
