/** Where an agent that is asked a question runs: a throw-away worktree, a folder for temporary files, and one for what iter keeps of it meanwhile. All of it goes with the question. */
import { basename, dirname, join } from 'node:path';
import { ensureFolder, listFiles, listFolders, removeFolder, removeIfEmpty } from '../effects/folder.ts';
import { processNumber } from '../effects/machine.ts';
import { isAlive } from '../effects/process-table.ts';
import { reap } from '../effects/reap.ts';
import type { Repository } from '../effects/repository.ts';
import { removeWorktree } from '../effects/worktree.ts';
import { endContainers, notesOf } from './containers.ts';
import type { Context } from './context.ts';
import { iterationCookie, repositoryLock, type Venue } from './places.ts';

export interface QuestionPlace extends Venue {
  /** The agent may write here, and in `temporary`. Its prompt, its output and the notes of its containers lie in `directory`, where it may not. */
  readonly worktree: string;
  readonly temporary: string;
}

/** Milliseconds what a killed iter left running gets to end by itself. */
const LEFTOVER_GRACE = 1000;

/** Gives `act` a place without its worktree; nothing of it is left when that is over. Clears up first after those who were killed. */
export async function inQuestionPlace<Value>(
  repository: Repository,
  context: Context,
  act: (place: QuestionPlace) => Promise<Value>,
): Promise<Value> {
  await clearLeftovers(repository, context);
  const place = placeOf(repository, processNumber());
  try {
    [place.directory, place.temporary].forEach(ensureFolder);
    return await act(place);
  } finally {
    await clear(place);
  }
}

/** The number is that of the process that asks: it has one question at a time. */
function placeOf(repository: Repository, number: number): QuestionPlace {
  const { root, gitDirectory } = repository;
  const worktree = join(dirname(root), `${basename(root)}-worktrees`, `.consult-${number}`);
  return {
    repository,
    name: `question-${number}`,
    directory: join(placesOf(gitDirectory), String(number)),
    worktree,
    temporary: `${worktree}.tmp`,
  };
}

const placesOf = (gitDirectory: string): string => join(gitDirectory, 'iter', 'consult');

/** What an iter that was killed while it asked has left: its agent, its container, its worktree, its files. */
async function clearLeftovers(repository: Repository, context: Context): Promise<void> {
  const numbers = listFolders(placesOf(repository.gitDirectory)).map(Number);
  for (const number of numbers.filter((one) => Number.isInteger(one) && !isAlive(one))) {
    const place = placeOf(repository, number);
    await reap(iterationCookie(place), LEFTOVER_GRACE);
    await endContainers(place, context);
    await clear(place);
  }
}

/** A container that could not be ended has a note of it: the next question tries again. */
async function clear(place: QuestionPlace): Promise<void> {
  const { repository, directory, worktree, temporary } = place;
  removeFolder(temporary);
  await removeWorktree(repository.root, worktree, { lock: repositoryLock(repository.gitDirectory), discard: true });
  removeIfEmpty(dirname(worktree));
  if (listFiles(notesOf(place)).length > 0) return;
  removeFolder(directory);
  removeIfEmpty(dirname(directory));
}
