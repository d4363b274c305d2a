/** Rows of the table of landings: what a person has in the checkout of the target. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { CHANGED_A } from '../../rig/landing-table.ts';
import type { Landing } from '../../rig/landing-table.ts';
import { commit, sh } from '../../rig/repository.ts';

const ODD = 'b [x]*\n"ü".txt';

export const CHECKOUT: readonly Landing[] = [
  {
    when: 'an edit in a file that would change',
    iter: 'waits, names it and the command that puts it aside, exit 1',
    meanwhile: ({ edit }) => edit({ 'a.txt': 'mine\n' }),
    exit: 1,
    says: 'uncommitted changes in what would land: a.txt; commit or stash them (git stash push --include-untracked -- a.txt)',
  },
  {
    when: 'an edit in a file whose name has blanks, line ends and patterns',
    iter: 'waits, and names it so that a shell takes it',
    work: { T1: [{ [ODD]: 'new\n' }] },
    meanwhile: ({ edit }) => edit({ [ODD]: 'mine\n' }),
    exit: 1,
    says: `(git --literal-pathspecs stash push --include-untracked -- 'b [x]*\n"ü".txt')`,
    also: ({ root, git }) => {
      // what is advised works
      execFileSync('sh', ['-c', `git --literal-pathspecs stash push --quiet --include-untracked -- 'b [x]*\n"ü".txt'`], { cwd: root });
      expect(git('stash', 'list')).toContain('stash@{0}');
    },
  },
  {
    when: 'a staged deletion of a file that would change',
    iter: 'waits, names it',
    meanwhile: ({ git }) => void git('rm', '--quiet', 'a.txt'),
    exit: 1,
    says: 'uncommitted changes in what would land: a.txt;',
  },
  {
    when: 'a staged new name of a file that would change',
    iter: 'waits, names it',
    meanwhile: ({ git }) => void git('mv', 'a.txt', 'mine.txt'),
    exit: 1,
    says: 'uncommitted changes in what would land: a.txt;',
  },
  {
    when: 'a new file, only announced with git add -N, where one would land',
    iter: 'waits, names it',
    work: { T1: [{ 'new.txt': 'new\n' }] },
    meanwhile: ({ edit, git }) => {
      edit({ 'new.txt': 'mine\n' });
      git('add', '--intent-to-add', 'new.txt');
    },
    exit: 1,
    says: 'uncommitted changes in what would land: new.txt;',
  },
  {
    when: 'edits elsewhere: staged, not staged, untracked, ignored, stashed',
    iter: 'lands and leaves every one as it is',
    meanwhile: ({ edit, git }) => {
      edit({ 'b.txt': 'stashed\n' });
      git('stash', 'push', '--quiet');
      edit({ 'b.txt': 'staged\n', 'own.txt': 'own\n', 'x.local': 'ignored\n' });
      git('add', 'b.txt');
      edit({ 'b.txt': 'staged, then changed\n' });
    },
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'an ignored file where one would land',
    iter: 'waits, names it',
    work: { T1: [{ '.gitignore': undefined, 'secret.local': 'theirs\n' }] },
    meanwhile: ({ edit }) => edit({ 'secret.local': 'mine\n' }),
    exit: 1,
    says: 'ignored files where others would land: secret.local',
  },
  {
    when: 'an ignored file where a folder would land',
    iter: 'waits, names it',
    work: { T1: [{ '.gitignore': undefined, 'secret.local/inner.txt': 'theirs\n' }] },
    meanwhile: ({ edit }) => edit({ 'secret.local': 'mine\n' }),
    exit: 1,
    says: 'ignored files where others would land: secret.local',
  },
  {
    when: 'an untracked folder where a file would land',
    iter: 'waits, names what is in it',
    work: { T1: [{ place: 'a file\n' }] },
    meanwhile: ({ edit }) => edit({ 'place/mine.txt': 'mine\n' }),
    exit: 1,
    says: 'place',
  },
  {
    when: 'an ignored file in a folder that becomes a file',
    iter: 'waits, names it',
    work: { T1: [{ 'dir/in.txt': undefined }, { dir: 'a file\n' }] },
    meanwhile: ({ edit }) => edit({ 'dir/x.local': 'mine\n' }),
    exit: 1,
    says: 'dir',
  },
  {
    when: 'an untracked file in a folder whose other files are deleted',
    iter: 'lands and keeps the file',
    work: { T1: [{ 'dir/in.txt': undefined }] },
    meanwhile: ({ edit }) => edit({ 'dir/mine.txt': 'mine\n' }),
    exit: 0,
    lands: { 'dir/in.txt': undefined },
  },
  {
    when: 'a repository of its own, untracked, elsewhere in the checkout',
    iter: 'lands and leaves it alone',
    meanwhile: ({ at, edit }) => {
      edit({ 'inner/x.txt': 'x\n' });
      sh(at('inner'), 'init', '--quiet');
      commit(at('inner'), { 'y.txt': 'y\n' }, 'inner');
    },
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'a repository of its own where a file would land in it',
    iter: 'waits, names it',
    work: { T1: [{ 'inner/new.txt': 'new\n' }] },
    meanwhile: ({ at, edit }) => {
      edit({ 'inner/x.txt': 'x\n' });
      sh(at('inner'), 'init', '--quiet');
    },
    exit: 1,
    says: 'uncommitted changes in what would land: inner/',
  },
  {
    when: 'an edit hidden from git with assume-unchanged',
    iter: 'waits; git finds it and nothing is overwritten',
    meanwhile: ({ edit, git }) => {
      git('update-index', '--assume-unchanged', 'a.txt');
      edit({ 'a.txt': 'mine\n' });
    },
    exit: 1,
    says: 'a.txt',
  },
  {
    when: 'an edit hidden from git with skip-worktree',
    iter: 'waits; git finds it and nothing is overwritten',
    meanwhile: ({ edit, git }) => {
      git('update-index', '--skip-worktree', 'a.txt');
      edit({ 'a.txt': 'mine\n' });
    },
    exit: 1,
    says: 'a.txt',
  },
  {
    when: 'entries in conflict, left by a stash, elsewhere',
    iter: 'waits, and says what git says',
    meanwhile: ({ edit, git, root }) => {
      edit({ 'b.txt': 'stashed\n' });
      git('stash', 'push', '--quiet');
      commit(root, { 'b.txt': 'meanwhile\n' }, 'meanwhile');
      try {
        git('stash', 'pop', '--quiet');
      } catch {
        // the conflict is what is wanted
      }
    },
    exit: 1,
    says: 'main',
  },
  {
    when: 'a sparse checkout, and work outside of it',
    iter: 'lands; what is not checked out stays so',
    work: { T1: [{ 'dir/in.txt': 'new\n' }] },
    meanwhile: ({ git }) => void git('sparse-checkout', 'set', '--no-cone', '/*', '!/dir/'),
    exit: 0,
    lands: { 'dir/in.txt': 'new\n' },
    lies: { 'dir/in.txt': undefined },
  },
  {
    when: 'core.autocrlf makes line ends of Windows of every file',
    iter: 'lands; the checkout has them, the commit does not',
    meanwhile: ({ git }) => void git('config', 'core.autocrlf', 'true'),
    exit: 0,
    lands: CHANGED_A,
    lies: { 'a.txt': CHANGED_A['a.txt'].replaceAll('\n', '\r\n') },
  },
  {
    when: 'core.fileMode is off',
    iter: 'lands the mode all the same',
    work: { T1: [{ 'run.sh': { program: 'r\n' } }] },
    meanwhile: ({ git }) => void git('config', 'core.fileMode', 'false'),
    exit: 0,
    lands: { 'run.sh': { program: 'r\n' } },
  },
  {
    when: 'a bisection, a merge, a rebase, a pick or a revert is under way',
    iter: 'waits until it is over, exit 1',
    meanwhile: ({ at, git }) => writeFileSync(at('.git/MERGE_HEAD'), `${git('rev-parse', 'main')}\n`),
    exit: 1,
    says: 'in the middle of something (MERGE_HEAD)',
  },
];
