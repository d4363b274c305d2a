/** Moves one branch from one commit to another, with the checkout that has it. A person's files are never overwritten, and a move that fails leaves everything as it was. */
import { join } from 'node:path';
import type { CommitId } from '../core/ids.ts';
import type { Between } from '../effects/commit-changes.ts';
import { exists } from '../effects/folder.ts';
import { gitResult } from '../effects/git.ts';
import type { GitResult } from '../effects/git.ts';
import { inTheWay } from '../effects/in-the-way.ts';
import { readRef } from '../effects/ref-files.ts';
import { repairCheckout } from '../effects/repair-checkout.ts';
import { checkoutDirectory, locate } from '../effects/repository.ts';
import { gitsEnded } from '../effects/stale-locks.ts';
import { quotedWord } from '../files/command-line.ts';
import { shortList, shown } from '../files/quoted.ts';
import { ITERATIONS } from './iteration.ts';

export interface Move {
  /** Full name of the branch. */
  readonly branch: string;
  /** The worktree that has the branch; undefined when there is none. */
  readonly checkout: string | undefined;
  readonly before: CommitId;
  readonly after: CommitId;
  /** Why, for the reflog: `iter merge 001-shop`. */
  readonly what: string;
}

/** Why a branch was not moved: somebody else moved it, or git refused, and all is as it was. */
export type NotMoved = { readonly moved: true } | { readonly refused: string };

export const shortName = (ref: string): string => ref.replace(/^refs\/heads\//, '');

/** Why the checkout of the branch cannot follow the move; undefined when it can, or when nobody has the branch checked out. */
export async function obstacleTo(root: string, { checkout, before, after }: Move): Promise<string | undefined> {
  if (checkout === undefined) return undefined;
  const repository = locate(root);
  const directory = repository === undefined ? undefined : checkoutDirectory(repository, checkout);
  if (directory === undefined) throw new Error(`${checkout} is no checkout of ${root}`);
  const busy = ['MERGE_HEAD', 'rebase-merge', 'rebase-apply', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'BISECT_LOG'].find((name) =>
    exists(join(directory, name)),
  );
  if (busy !== undefined)
    return `${checkout} is in the middle of something (${busy}); finish or abort it there, then give the command again`;
  const { dirty, ignored } = await inTheWay(root, checkout, { before, after }, `${ITERATIONS}/`);
  if (dirty.length > 0) {
    const named = dirty.slice(0, 5);
    const literal = named.some((path) => /^:|[*?[\\]/.test(path)) ? '--literal-pathspecs ' : '';
    const stash = `git ${literal}stash push --include-untracked -- ${named.map(quotedWord).join(' ')}`;
    return `${checkout} has uncommitted changes in what would land: ${shortList(dirty.map(shown), 5)}; commit or stash them (${stash}), then give the command again`;
  }
  if (ignored.length === 0) return undefined;
  return `${checkout} has ignored files where others would land: ${shortList(ignored.map(shown), 5)}; move them away, then give the command again`;
}

/** Moves the branch if it is still where it was; undefined when it has moved. The caller holds the repository lock and has asked for obstacles. */
export async function moveBranch(root: string, move: Move, how: 'forward' | 'back'): Promise<NotMoved | undefined> {
  const { branch, checkout, before, after } = move;
  const result = checkout === undefined ? await moveRef(root, move) : await HOW[how](root, { ...move, checkout });
  // what stopped this git may be another one that is at work on the very same
  if (result.exitCode !== 0) await gitsEnded(checkout ?? root);
  // settings can make git end well without moving anything: the ref itself is asked
  const now = await tipNow(root, branch);
  if (now === after) return undefined;
  if (now !== before) return { moved: true };
  const said = result.stderr.trim() || `it ended with ${result.exitCode}`;
  const left = checkout === undefined ? [] : await putBack(root, checkout, { before, after });
  const state =
    left.length === 0
      ? `${shortName(branch)} and your checkout are as they were`
      : `${shortName(branch)} is as it was, but these files changed meanwhile: ${shortList(left.map(shown), 5)}`;
  return { refused: `git did not move ${shortName(branch)}: ${said}\n${state}` };
}

/** Where a branch is, by its file or, where that does not say it plainly, by git; undefined when it is gone. */
async function tipNow(root: string, branch: string): Promise<string | undefined> {
  const repository = locate(root);
  const known = repository === undefined ? undefined : readRef(repository.gitDirectory, branch);
  if (known !== undefined) return known === 'none' ? undefined : known;
  const found = await gitResult(root, ['rev-parse', '-q', '--verify', branch]);
  return found.exitCode === 0 ? found.stdout : undefined;
}

/** Git changes files before the ref, and stops where it fails. Gives the files that were not put back, because somebody else changed them. */
async function putBack(root: string, checkout: string, between: Between): Promise<readonly string[]> {
  const { dirty, ignored } = await inTheWay(root, checkout, between, `${ITERATIONS}/`);
  if (dirty.length === 0 && ignored.length === 0) return [];
  return (await repairCheckout(root, checkout, between)).foreign;
}

type MoveWithFiles = Move & { readonly checkout: string };

const HOW: Readonly<Record<'forward' | 'back', (root: string, move: MoveWithFiles) => Promise<GitResult>>> = {
  // what a person's settings could add is switched off: squashing moves nothing, and stashing touches edits that are not in the way
  forward: (root, { checkout, after, what }) =>
    gitResult(root, ['merge', '--ff-only', '--no-squash', '--no-autostash', '--no-overwrite-ignore', '-q', after], {
      worktree: checkout,
      writes: true,
      env: { GIT_REFLOG_ACTION: what },
    }),
  // like a checkout, not like a reset: what a person has staged stays staged
  back: async (root, move) => {
    const { checkout, before, after } = move;
    const options = { worktree: checkout, writes: true };
    await gitResult(root, ['update-index', '-q', '--refresh'], options);
    const files = await gitResult(root, ['read-tree', '-m', '-u', before, after], options);
    return files.exitCode === 0 ? moveRef(root, move) : files;
  },
};

function moveRef(root: string, { branch, before, after, what }: Move): Promise<GitResult> {
  return gitResult(root, ['update-ref', '-m', what, branch, after, before]);
}
