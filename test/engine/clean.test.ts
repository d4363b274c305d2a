import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CleanOptions } from '../../src/engine/clean.ts';
import { clean, restore } from '../../src/engine/clean.ts';
import { fingerprint } from '../rig/fingerprint.ts';
import type { Ground } from '../rig/ground.ts';
import { ground } from '../rig/ground.ts';
import { commit, sh, write } from '../rig/repository.ts';

const FILES = { 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n', '.gitignore': '*.log\n', '.gitattributes': '' };
const PLAIN: CleanOptions = { dryRun: false, force: false, ignored: false };
const FORCED: CleanOptions = { dryRun: false, force: true, ignored: true };

interface Place extends Ground {
  readonly tree: string;
}

/** One task with a worktree on its branch. */
async function withWorktree(): Promise<Place> {
  const on = await ground(FILES, 'T1 build');
  const tree = path.join(path.dirname(on.root), 'project-worktrees', '001-story', 'T1');
  sh(on.root, 'worktree', 'add', '--quiet', '-b', 'iter/001-story/t1', tree, 'main');
  return { ...on, tree };
}

const BRANCH = 'refs/heads/iter/001-story/t1';
const refs = (root: string): string => sh(root, 'for-each-ref', '--format=%(refname)');
/** Files and their bytes, what git says of them, where HEAD and the branch are. */
const picture = ({ root, tree }: Place): unknown => ({
  files: fingerprint(tree),
  status: sh(tree, 'status', '--porcelain', '--ignored'),
  staged: sh(tree, 'diff', '--cached'),
  head: sh(tree, 'rev-parse', 'HEAD'),
  on: sh(tree, 'rev-parse', '--symbolic-full-name', 'HEAD'),
  branch: sh(root, 'rev-parse', BRANCH),
});

describe('iter clean', () => {
  it('keeps work that is not in the target, and with force saves it so that restore brings it back byte for byte', async () => {
    const place = await withWorktree();
    commit(place.tree, { 'work.txt': 'committed\n' }, 'work');
    write(place.tree, {
      'a.txt': 'changed\r\n',
      'staged.txt': 'staged\n',
      'x.log': 'ignored\n',
      '.iter/out/n.md': 'n\n',
      '.iter/.gitignore': '*\n',
    });
    sh(place.tree, 'add', 'staged.txt');
    write(place.tree, { 'staged.txt': 'staged, then changed\n', 'new dir/ü "q".txt': 'untracked\n' });
    rmSync(path.join(place.tree, 'b.txt'));
    const before = picture(place);
    expect(await clean(place.iteration, PLAIN, place.context)).toMatchObject([
      { standing: 'unmerged', action: 'kept', ignored: ['x.log'] },
    ]);
    expect(picture(place)).toEqual(before);
    expect(await clean(place.iteration, FORCED, place.context)).toMatchObject([
      { action: 'removed', backup: 'refs/iter/backup/001-story/T1/1' },
    ]);
    expect({ there: existsSync(place.tree), branch: refs(place.root).includes(BRANCH) }).toEqual({ there: false, branch: false });
    expect(await restore(place.iteration, undefined, place.context)).toMatchObject({ restored: [{ task: 'T1' }], problems: [] });
    expect(picture(place)).toEqual(before);
  });

  it('takes work for merged by its content, whatever commits brought it into the target', async () => {
    const place = await withWorktree();
    commit(place.tree, { 'work.txt': 'work\n' }, 'work');
    commit(place.root, { 'work.txt': 'work\n', 'other.txt': 'more\n' }, 'squashed, with more');
    expect(await clean(place.iteration, { ...PLAIN, dryRun: true }, place.context)).toMatchObject([
      { standing: 'merged', action: 'would-remove' },
    ]);
    expect(existsSync(place.tree)).toBe(true);
    expect(await clean(place.iteration, PLAIN, place.context)).toMatchObject([{ standing: 'merged', action: 'removed' }]);
    expect(await clean(place.iteration, PLAIN, place.context)).toEqual([]);
  });

  it('takes a merged branch with an uncommitted change for unmerged, and one without work for nothing', async () => {
    const place = await withWorktree();
    write(place.tree, { 'a.txt': 'changed\n' });
    expect(await clean(place.iteration, PLAIN, place.context)).toMatchObject([{ standing: 'unmerged', action: 'kept' }]);
    write(place.tree, { 'a.txt': 'a\n' });
    expect(await clean(place.iteration, PLAIN, place.context)).toMatchObject([{ standing: 'nothing', action: 'removed' }]);
  });

  it('leaves a locked worktree and one with a repository inside alone', async () => {
    const place = await withWorktree();
    sh(place.root, 'worktree', 'lock', '--reason', 'on a stick', place.tree);
    expect(await clean(place.iteration, FORCED, place.context)).toMatchObject([
      { action: 'kept', reason: expect.stringContaining('on a stick') as string },
    ]);
    sh(place.root, 'worktree', 'unlock', place.tree);
    const inner = path.join(place.tree, 'inner');
    mkdirSync(inner);
    sh(inner, 'init', '--quiet');
    commit(inner, { 'x.txt': 'x\n' }, 'inner');
    expect(await clean(place.iteration, FORCED, place.context)).toMatchObject([
      { action: 'kept', reason: expect.stringContaining('"inner"') as string },
    ]);
    expect(existsSync(path.join(inner, 'x.txt'))).toBe(true);
  });

  it('saves the branch of a worktree that was deleted by hand', async () => {
    const place = await withWorktree();
    const head = commit(place.tree, { 'work.txt': 'work\n' }, 'work');
    rmSync(place.tree, { recursive: true });
    expect(await clean(place.iteration, FORCED, place.context)).toMatchObject([{ standing: 'unmerged', action: 'removed' }]);
    expect(sh(place.root, 'worktree', 'list', '--porcelain')).not.toContain('T1');
    await restore(place.iteration, 'T1', place.context);
    expect({ branch: sh(place.root, 'rev-parse', BRANCH), status: sh(place.tree, 'status', '--porcelain') }).toEqual({
      branch: head,
      status: '',
    });
  });

  it('keeps commits an agent made on a detached HEAD, next to its branch', async () => {
    const place = await withWorktree();
    commit(place.tree, { 'one.txt': '1\n' }, 'on the branch');
    sh(place.tree, 'checkout', '--quiet', '--detach');
    commit(place.tree, { 'two.txt': '2\n' }, 'off the branch');
    const before = picture(place);
    await clean(place.iteration, FORCED, place.context);
    sh(place.root, 'gc', '--quiet', '--prune=now');
    await restore(place.iteration, undefined, place.context);
    expect(picture(place)).toEqual(before);
  });
});

describe('iter restore', () => {
  it('touches neither a worktree that is there nor a branch that has moved on', async () => {
    const place = await withWorktree();
    writeFileSync(path.join(place.tree, 'a.txt'), 'changed\n');
    await clean(place.iteration, FORCED, place.context);
    sh(place.root, 'branch', 'iter/001-story/t1', commit(place.root, { 'd.txt': 'd\n' }, 'elsewhere'));
    const { restored, problems } = await restore(place.iteration, 'T1', place.context);
    expect({ restored, problems }).toEqual({ restored: [], problems: [{ what: expect.stringContaining('by now') as string }] });
    sh(place.root, 'branch', '-D', 'iter/001-story/t1');
    expect((await restore(place.iteration, 'T1', place.context)).restored).toHaveLength(1);
    expect((await restore(place.iteration, 'T1', place.context)).problems[0]?.what).toContain('is there');
    expect((await restore(place.iteration, 'T9', place.context)).problems[0]?.fix).toBe('use T1');
  });
});
