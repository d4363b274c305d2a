/** Rows of the table of landings: what has become of the target, of branches and of worktrees since the work was accepted. */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { taskId } from '../../../src/core/ids.ts';
import { made } from '../../rig/ground.ts';
import { CHANGED_A, START } from '../../rig/landing-table.ts';
import type { Landing, Place } from '../../rig/landing-table.ts';
import { merge } from '../../../src/engine/merge.ts';
import { commit, sh, temporaryFolder } from '../../rig/repository.ts';

const A = START['a.txt'] ?? '';
const BRANCH = 'iter/001-story/t1';

/** The branch of the task in a worktree of its own, as a launch leaves it. */
function withWorktree({ git, root, works }: Place): string {
  const tree = path.join(path.dirname(root), 'project-worktrees', '001-story', 'T1');
  git('worktree', 'add', '--quiet', '-b', BRANCH, tree, works['T1']?.head ?? 'main');
  return tree;
}

function criterion({ iteration }: Place, command: string): void {
  writeFileSync(
    path.join(iteration.directory, 'COMPLETION_CRITERIA.md'),
    `# Completion criteria\n\n- [ ] MUST \`tests\` command \`${command}\` exits 0 within 1m\n`,
  );
}

export const HISTORY: readonly Landing[] = [
  {
    when: 'the test command is red on the tree that would land',
    iter: 'lands nothing, exit 3',
    meanwhile: (place) => criterion(place, 'sh -c "exit 3"'),
    exit: 3,
    says: 'nothing landed: main and your checkout are as they were',
  },
  {
    when: 'each task is green alone, both together are red',
    iter: 'lands nothing, exit 3',
    work: { T1: [{ 'one.txt': '1\n' }], T2: [{ 'two.txt': '2\n' }] },
    meanwhile: (place) => criterion(place, 'sh -c "! test -f one.txt || ! test -f two.txt"'),
    exit: 3,
    says: 'nothing landed: main and your checkout are as they were',
  },
  {
    when: 'the target moves while the tests run',
    iter: 'plans again on the new tip, tests that, and lands on top of it',
    meanwhile: (place) => {
      const flag = path.join(temporaryFolder(), 'done');
      const other = made(place.root, 'main', { says: 'meanwhile', files: { 'b.txt': 'meanwhile\n' } }).head;
      place.git('checkout', '--quiet', '--detach');
      criterion(place, `sh -c "test -f ${flag} || git update-ref refs/heads/main ${other}; touch ${flag}"`);
    },
    exit: 0,
    lands: { ...CHANGED_A, 'b.txt': 'meanwhile\n' },
    commits: ['meanwhile', 'T1 1'],
    backsUp: 'main~1',
  },
  {
    when: 'the target has moved on, elsewhere',
    iter: 'lands on top of it',
    meanwhile: ({ root }) => void commit(root, { 'b.txt': 'meanwhile\n' }, 'meanwhile'),
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'the target has moved on, in the same lines',
    iter: 'sends the task back',
    meanwhile: ({ root }) => void commit(root, { 'a.txt': A.replace('a3', 'theirs') }, 'meanwhile'),
    exit: 7,
    says: 'T1 conflicts with the work before it in a.txt',
  },
  {
    when: 'the target was moved back to before the work began',
    iter: 'lands the commits of the work alone',
    meanwhile: (place) => {
      const tree = place.git('rev-parse', 'main^{tree}');
      place.git('reset', '--quiet', '--soft', place.git('commit-tree', tree, '-m', 'another beginning'));
    },
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'the target was deleted',
    iter: 'says so and does not make it anew, exit 2',
    meanwhile: ({ git }) => {
      git('checkout', '--quiet', '-b', 'work');
      git('branch', '--quiet', '-D', 'main');
    },
    exit: 2,
    says: 'there is no branch "main"',
  },
  {
    when: 'the branch to land on does not exist',
    iter: 'says so and does not make it, exit 2',
    ask: { target: 'refs/heads/release' },
    exit: 2,
    says: 'there is no branch "release"',
  },
  {
    when: 'the branch to land on is another name of one that is checked out',
    iter: 'says which branch it means, moves nothing, exit 2',
    meanwhile: ({ git }) => void git('symbolic-ref', 'refs/heads/trunk', 'refs/heads/main'),
    ask: { target: 'refs/heads/trunk' },
    exit: 2,
    says: '"trunk" is another name of "main"',
  },
  {
    when: 'the target is known only from packed-refs',
    iter: 'lands',
    meanwhile: ({ git }) => void git('pack-refs', '--all', '--prune'),
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'the history is shallow',
    iter: 'lands',
    meanwhile: ({ git, at }) => writeFileSync(at('.git/shallow'), `${git('rev-parse', 'main')}\n`),
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'one of the tasks was merged by hand',
    iter: 'lands the other',
    work: { T1: [CHANGED_A], T2: [{ 'b.txt': 'two\n' }] },
    meanwhile: ({ git, works }) => void git('merge', '--quiet', '--no-ff', '-m', 'by hand', works['T1']?.head ?? ''),
    exit: 0,
    lands: { 'b.txt': 'two\n' },
    commits: ['T2 1'],
  },
  {
    when: 'one of the commits of a task was picked by hand',
    iter: 'lands the other commits',
    work: { T1: [CHANGED_A, { 'b.txt': 'two\n' }] },
    meanwhile: ({ git, works }) => void git('cherry-pick', `${works['T1']?.head ?? ''}~1`),
    exit: 0,
    lands: { 'b.txt': 'two\n' },
    commits: ['T1 2'],
  },
  {
    when: 'all of it was merged by hand',
    iter: 'moves nothing and counts it as merged',
    meanwhile: ({ git, works }) => void git('merge', '--quiet', '--ff-only', works['T1']?.head ?? ''),
    exit: 0,
    says: 'nothing to land',
  },
  {
    when: 'work merged by hand was reverted by hand',
    iter: 'lands it again when asked to',
    meanwhile: ({ git, works }) => {
      git('merge', '--quiet', '--ff-only', works['T1']?.head ?? '');
      git('revert', '--no-edit', 'HEAD');
    },
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'another task has landed before',
    iter: 'lands only what is new',
    work: { T1: [CHANGED_A], T2: [{ 'b.txt': 'two\n' }] },
    meanwhile: async ({ iteration, context }) =>
      void (await merge(
        iteration,
        { strategy: 'linear', target: 'refs/heads/main', dryRun: false, strict: false, tasks: [taskId('T1')] },
        context,
      )),
    exit: 0,
    lands: { 'b.txt': 'two\n' },
    commits: ['T2 1'],
  },
  {
    when: 'the branch of the task was deleted',
    iter: 'lands what was accepted',
    meanwhile: (place) => {
      place.git('worktree', 'remove', withWorktree(place));
      place.git('branch', '--quiet', '-D', BRANCH);
    },
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'the branch of the task has more commits than were accepted',
    iter: 'lands what was accepted, and leaves the branch alone',
    meanwhile: (place) => void commit(withWorktree(place), { 'more.txt': 'not accepted\n' }, 'later'),
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'the worktree of the task was deleted',
    iter: 'lands what was accepted',
    meanwhile: (place) => rmSync(withWorktree(place), { recursive: true }),
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'the accepted commit is gone from the repository',
    iter: 'names it and what to do, lands nothing, exit 2',
    meanwhile: ({ git }) => {
      git('reflog', 'expire', '--expire=now', '--all');
      git('gc', '--quiet', '--prune=now');
    },
    exit: 2,
    says: 'the accepted work of T1',
  },
  {
    when: 'nobody has the target checked out',
    iter: 'moves the branch alone; no file anywhere changes',
    meanwhile: ({ git, edit }) => {
      git('checkout', '--quiet', '-b', 'work');
      edit({ 'a.txt': 'mine\n' });
    },
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'HEAD is detached at the target',
    iter: 'moves the branch alone; HEAD and files stay',
    meanwhile: ({ git }) => void git('checkout', '--quiet', '--detach'),
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'the worktree that had the target was deleted by hand',
    iter: 'moves the branch',
    meanwhile: ({ git, root }) => {
      const linked = path.join(path.dirname(root), 'linked');
      git('checkout', '--quiet', '-b', 'work');
      git('worktree', 'add', '--quiet', linked, 'main');
      rmSync(linked, { recursive: true });
    },
    exit: 0,
    lands: CHANGED_A,
  },
  {
    when: 'a linked worktree has the target, and an edit in what would land',
    iter: 'waits, names the file, exit 1',
    meanwhile: ({ git, root }) => {
      const linked = path.join(path.dirname(root), 'linked');
      git('checkout', '--quiet', '-b', 'work');
      git('worktree', 'add', '--quiet', linked, 'main');
      writeFileSync(path.join(linked, 'a.txt'), 'mine\n');
    },
    exit: 1,
    says: 'uncommitted changes in what would land: a.txt',
    also: ({ root }) => {
      const linked = path.join(path.dirname(root), 'linked');
      expect(sh(linked, 'diff', '--name-only')).toBe('a.txt');
    },
  },
];
