/** Rows of the table of landings: a landing is to be taken back, and something has happened since. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { undo } from '../../../src/engine/undo.ts';
import { made } from '../../rig/ground.ts';
import { START } from '../../rig/landing-table.ts';
import type { Landing } from '../../rig/landing-table.ts';
import { commit, sh } from '../../rig/repository.ts';
import { BIG, fullDisk } from './git.ts';

const BACK = { exit: 0, lands: { 'a.txt': START['a.txt'] } } as const;

/** The target in a linked worktree, the main checkout on another branch. */
function elsewhere(root: string): string {
  const linked = path.join(path.dirname(root), 'linked');
  sh(root, 'checkout', '--quiet', '-b', 'work');
  sh(root, 'worktree', 'add', '--quiet', linked, 'main');
  return linked;
}

export const UNDO: readonly Landing[] = [
  {
    when: 'nothing else has happened',
    iter: 'moves target and checkout back to the very commit, and keeps the landing under refs/iter/undone',
    undoAfter: () => undefined,
    ...BACK,
    also: ({ git }) => expect(git('for-each-ref', '--format=%(objectname)', 'refs/iter/undone')).toBe(git('rev-parse', 'main@{1}')),
  },
  {
    when: 'edits elsewhere in the checkout, staged and not',
    iter: 'takes it back and leaves them as they are',
    undoAfter: ({ edit, git }) => {
      edit({ 'b.txt': 'staged\n', 'own.txt': 'own\n', 'x.local': 'ignored\n' });
      git('add', 'b.txt');
      edit({ 'b.txt': 'staged, then changed\n' });
    },
    ...BACK,
  },
  {
    when: 'an edit in a file that landed',
    iter: 'refuses, names it',
    undoAfter: ({ edit }) => edit({ 'a.txt': 'mine\n' }),
    exit: 1,
    says: 'uncommitted changes in what would land: a.txt;',
  },
  {
    when: 'further commits on the target',
    iter: 'refuses, names the git revert that does it',
    undoAfter: ({ root }) => void commit(root, { 'b.txt': 'later\n' }, 'later'),
    exit: 1,
    says: 'git revert ',
  },
  {
    when: 'it was taken back already',
    iter: 'refuses: nothing has landed',
    undoAfter: async ({ iteration, context }) => void (await undo(iteration, context)),
    exit: 1,
    says: 'nothing of 001-story has landed',
  },
  {
    when: 'the target was deleted',
    iter: 'refuses, names the git branch that makes it anew',
    undoAfter: ({ git }) => {
      git('checkout', '--quiet', '-b', 'work');
      git('branch', '--quiet', '-D', 'main');
    },
    exit: 1,
    says: 'main is gone; git branch main ',
  },
  {
    when: 'the checkout is on another branch',
    iter: 'moves the branch alone',
    undoAfter: ({ git }) => void git('checkout', '--quiet', '-b', 'work'),
    ...BACK,
  },
  {
    when: 'a linked worktree has the target',
    iter: 'moves it with its files',
    undoAfter: ({ root }) => void elsewhere(root),
    ...BACK,
    also: ({ root }) => expect(sh(path.join(path.dirname(root), 'linked'), 'status', '--porcelain')).toBe(''),
  },
  {
    when: 'a file the landing deleted is there again, untracked',
    iter: 'refuses, names it',
    work: { T1: [{ 'gone.txt': undefined }] },
    undoAfter: ({ edit }) => edit({ 'gone.txt': 'mine\n' }),
    exit: 1,
    says: 'uncommitted changes in what would land: gone.txt;',
  },
  {
    when: 'a file the landing deleted is there again, ignored',
    iter: 'refuses, names it',
    work: { T1: [{ 'gone.txt': undefined, '.gitignore': 'gone.txt\n' }] },
    undoAfter: ({ edit }) => edit({ 'gone.txt': 'mine\n' }),
    exit: 1,
    says: 'ignored files where others would land: gone.txt',
  },
  {
    when: 'an operation of git is under way',
    iter: 'refuses, names it',
    undoAfter: ({ at, git }) => writeFileSync(at('.git/CHERRY_PICK_HEAD'), `${git('rev-parse', 'main')}\n`),
    exit: 1,
    says: 'in the middle of something (CHERRY_PICK_HEAD)',
  },
  {
    when: 'the lock of the target is held',
    iter: 'refuses, says so, and puts the checkout back',
    undoAfter: ({ at }) => writeFileSync(at('.git/refs/heads/main.lock'), ''),
    exit: 1,
    says: 'main.lock',
  },
  {
    when: 'the disk is full in the middle of the files',
    iter: 'refuses, says what git says, and puts the checkout back',
    byHand: ({ root }) => {
      const base = commit(root, BIG, 'something big');
      return made(root, base, { says: 'T1 1', files: { 'a.txt': 'changed\n', 'z-big.txt': undefined } });
    },
    undoAfter: () => undefined,
    around: () => fullDisk('read-tree'),
    exit: 1,
    says: 'main and your checkout are as they were',
  },
];
