/** What iter really asks of git, from git's own trace, through a whole job: nothing but what the table allows, and the target moves in merge and undo alone. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { fingerprint } from '../rig/fingerprint.ts';
import type { Asked } from '../rig/git-record.ts';
import { recorded } from '../rig/git-record.ts';
import { GIT_COMMANDS } from '../rig/git-table.ts';
import { partsWorkflow } from '../rig/parts.ts';
import { repositoryWith, sh } from '../rig/repository.ts';

const FILES = { 'README.md': '# Shop\n', 'notes.txt': 'buy milk\n' };
const OWN_REF = /^refs\/(iter\/|heads\/iter\/001-try\/)/;

interface Step {
  readonly argv: readonly string[];
  readonly exit: number;
  /** The target and its checkout may be other afterwards. */
  readonly moves?: true;
}

const JOB: readonly Step[] = [
  { argv: ['doctor'], exit: 0 },
  { argv: ['new', 'try', '--agent', 'rehearsal', '-w', '../parts.yaml', '--input', 'parts=one,two', '--rehearse', 'T2=red'], exit: 0 },
  { argv: ['launch'], exit: 0 },
  { argv: ['status'], exit: 0 },
  { argv: ['validate'], exit: 0 },
  { argv: ['merge', '--dry-run'], exit: 0 },
  { argv: ['merge'], exit: 0, moves: true },
  { argv: ['undo'], exit: 0, moves: true },
  { argv: ['retry', 'T2', '--feedback', 'once more'], exit: 0 },
  { argv: ['launch'], exit: 0 },
  { argv: ['clean', '--force'], exit: 0 },
  { argv: ['restore'], exit: 0 },
  { argv: ['merge', '--strategy', 'merge-commit'], exit: 0, moves: true },
  { argv: ['clean'], exit: 0 },
];

/** Why a command is not one iter may give here; undefined when it may. */
function fault({ words, worktree }: Asked, root: string, moves: boolean): string | undefined {
  const [first = '', second = ''] = words;
  const row = [`${first} ${second}`, first].map((name) => GIT_COMMANDS[name]).find((found) => found !== undefined);
  if (row === undefined) return 'is not in the table';
  if (row.touches === 'reads' || row.touches === 'objects' || moves) return undefined;
  // what a list on standard input moves is seen in the picture of all refs
  if (first === 'update-ref' && words.includes('--stdin')) return undefined;
  if (first === 'update-ref') return words.some((word) => OWN_REF.test(word)) ? undefined : 'moves a ref of somebody else';
  if (first === 'worktree') {
    const branch = words[words.indexOf('-B') + 1] ?? '';
    return words.includes('--detach') || branch.startsWith('iter/001-try/') ? undefined : 'makes a branch of somebody else';
  }
  return worktree.startsWith(`${root}-worktrees/`) ? undefined : `works in ${worktree}`;
}

/** All refs that are not iter's own, what is checked out, and every byte of the checkout outside of the iteration. */
function pictureOf(root: string): unknown {
  return {
    refs: sh(root, 'for-each-ref', '--format=%(refname) %(objectname)')
      .split('\n')
      .filter((line) => !OWN_REF.test(line)),
    head: sh(root, 'symbolic-ref', 'HEAD'),
    status: sh(root, 'status', '--porcelain', '--', '.', ':!iterations'),
    files: fingerprint(root, ['.git', 'iterations']),
  };
}

it('a whole job asks only what the table allows, and moves the target in merge and undo alone', async () => {
  const root = repositoryWith(FILES);
  partsWorkflow(root);
  writeFileSync(path.join(root, 'notes.txt'), 'buy milk and bread\n');
  const seen = new Set<string>();
  for (const { argv, exit, moves } of JOB) {
    const before = pictureOf(root);
    const { ended, asked } = await recorded(root, argv);
    expect({ argv, exit: ended.exit, stderr: ended.exit === exit ? '' : ended.stderr }).toEqual({ argv, exit, stderr: '' });
    const faults = asked.flatMap((one) => {
      const found = fault(one, root, moves === true);
      return found === undefined ? [] : [`git ${one.words.join(' ')} ${found}`];
    });
    expect({ argv, faults }).toEqual({ argv, faults: [] });
    expect({ argv, picture: moves === true ? before : pictureOf(root) }).toEqual({ argv, picture: before });
    for (const { words } of asked) seen.add(words[0] ?? '');
  }
  // the trace was there: the commands that matter are in it
  expect([...seen]).toEqual(expect.arrayContaining(['worktree', 'commit-tree', 'merge-tree', 'update-ref', 'merge', 'read-tree', 'reset']));
  const moves = sh(root, 'reflog', '--format=%gs', 'main').split('\n');
  expect(moves.toReversed()).toEqual([
    'commit (initial): first',
    'iter merge 001-try: Fast-forward',
    'iter undo 001-try',
    'iter merge 001-try: Fast-forward',
  ]);
  expect(sh(root, 'fsck', '--strict', '--no-dangling')).toBe('');
});
