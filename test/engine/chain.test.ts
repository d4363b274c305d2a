import { describe, expect, it } from 'vitest';
import type { CommitId } from '../../src/core/ids.ts';
import { commitId, taskId } from '../../src/core/ids.ts';
import type { MergeStrategy } from '../../src/core/plan.ts';
import type { Chain, ChainConflict } from '../../src/engine/chain.ts';
import { buildChain } from '../../src/engine/chain.ts';
import type { Change, Made } from '../rig/ground.ts';
import { made, stateWith } from '../rig/ground.ts';
import { commit, repositoryWith, sh } from '../rig/repository.ts';
import { plan } from '../rig/story.ts';
import { until } from '../rig/until.ts';

const PAIR = plan('T1 build', 'T2 build');
const START = { 'a.txt': 'a\n', 'b.txt': 'b\n' };

interface Wanted {
  readonly tip?: string;
  readonly strategy?: MergeStrategy;
  readonly of?: typeof PAIR;
}

async function build(root: string, works: Readonly<Record<string, Made>>, wanted: Wanted = {}): Promise<Chain | ChainConflict> {
  const { tip = 'main', strategy = 'linear', of = PAIR } = wanted;
  const built = await buildChain({
    root,
    plan: { ...of, base: Object.values(works)[0]?.base ?? of.base },
    state: stateWith(of, works),
    tip: commitId(sh(root, 'rev-parse', tip)),
    strategy,
    tasks: new Set(Object.keys(works).map(taskId)),
  });
  return 'conflict' in built ? built.conflict : built;
}

async function chain(root: string, works: Readonly<Record<string, Made>>, wanted: Wanted = {}): Promise<Chain> {
  const built = await build(root, works, wanted);
  if (!('after' in built)) throw new Error(`a conflict in ${built.paths.join(', ')}`);
  return built;
}

/** The first-parent history behind `main`, oldest first, in this format. */
const history = (root: string, head: CommitId, format: string): string[] =>
  sh(root, 'log', '--reverse', '--first-parent', `--format=${format}`, `main..${head}`).split('\n');

const show = (root: string, at: CommitId, name: string): string => sh(root, 'show', `${at}:${name}`);

describe('linear', () => {
  it('a submodule moves on although the checkout says to ignore it', async () => {
    const ignored = '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tignore = all\n';
    const root = repositoryWith({ ...START, '.gitmodules': ignored });
    const work = made(root, 'main', { says: 'Move sub on', files: { sub: { submodule: '1'.repeat(40) } } });
    const { after } = await chain(root, { T1: work });
    expect(sh(root, 'ls-tree', after, 'sub')).toBe(`160000 commit ${'1'.repeat(40)}\tsub`);
  });

  it('picks keep author, date and message, and name their task', async () => {
    const root = repositoryWith(START);
    const work = made(root, 'main', { says: 'Change a\n\nBecause of b.', files: { 'a.txt': 'A\n' } });
    const { after } = await chain(root, { T1: work });
    expect(sh(root, 'show', '-s', '--format=%an <%ae> %ad%n%B', '--date=iso', after)).toBe(
      'Grace <grace@example.org> 2026-01-09 10:00:00 +0130\nChange a\n\nBecause of b.\n\nIter-Task: 001-story/T1',
    );
  });

  it('a message that has trailers gets one more, and one that names the task already gets none', async () => {
    const root = repositoryWith(START);
    const signed = 'Change a\n\nSigned-off-by: Grace <grace@example.org>';
    const named = 'Change b\n\nIter-Task: 001-story/T1';
    const work = made(root, 'main', { says: signed, files: { 'a.txt': 'A\n' } }, { says: named, files: { 'b.txt': 'B\n' } });
    const { after } = await chain(root, { T1: work });
    expect(sh(root, 'show', '-s', '--format=%B', `${after}^`)).toBe(`${signed}\nIter-Task: 001-story/T1`);
    expect(sh(root, 'show', '-s', '--format=%B', after)).toBe(named);
  });

  it('the commits of a task stay apart and in order, on a target that has moved', async () => {
    const root = repositoryWith(START);
    const one = made(root, 'main', { says: 'one', files: { 'one.txt': '1' } }, { says: 'two', files: { 'one.txt': '2' } });
    const two = made(root, 'main', { says: 'three', files: { 'b.txt': 'B\n' } });
    const tip = commit(root, { 'c.txt': 'c\n' }, 'meanwhile');
    const { before, after, landed } = await chain(root, { T2: two, T1: one });
    expect(before).toBe(tip);
    expect(history(root, after, '%s')).toEqual(['one', 'two', 'three']);
    expect(landed.map(({ task, commits }) => `${task} ${commits.length}`)).toEqual(['T1 2', 'T2 1']);
    expect(sh(root, 'ls-tree', '--name-only', after).split('\n')).toEqual(['a.txt', 'b.txt', 'c.txt', 'one.txt']);
  });

  it('the same inputs give the same ids, whatever time it is', async () => {
    const root = repositoryWith(START);
    const work = made(root, 'main', { says: 'one', files: { 'a.txt': 'A\n' } });
    commit(root, { 'c.txt': 'c\n' }, 'meanwhile');
    const first = await chain(root, { T1: work });
    const second = Math.floor(Date.now() / 1000);
    await until(
      () => Math.floor(Date.now() / 1000),
      (now) => now > second,
    );
    expect(await chain(root, { T1: work })).toEqual(first);
  });

  it('a change that is in the target already lands as nothing', async () => {
    const root = repositoryWith(START);
    const work = made(root, 'main', { says: 'one', files: { 'a.txt': 'A\n' } });
    const tip = commit(root, { 'a.txt': 'A\n' }, 'the same by hand');
    expect(await chain(root, { T1: work })).toMatchObject({ before: tip, after: tip, landed: [] });
  });

  it('a commit that changes nothing lands as nothing', async () => {
    const root = repositoryWith(START);
    const work = made(root, 'main', { says: 'empty', files: {} }, { says: 'real', files: { 'a.txt': 'A\n' } });
    expect(history(root, (await chain(root, { T1: work })).after, '%s')).toEqual(['real']);
  });

  it('a change undone within the task is undone in the target', async () => {
    const root = repositoryWith(START);
    const work = made(root, 'main', { says: 'there', files: { 'a.txt': 'A\n' } }, { says: 'and back', files: { 'a.txt': 'a\n' } });
    expect(show(root, (await chain(root, { T1: work })).after, 'a.txt')).toBe('a');
  });

  it('the merge an agent made itself lands as one commit with all it brought in', async () => {
    const root = repositoryWith(START);
    const side = made(root, 'main', { says: 'side', files: { 'side.txt': 's\n' } });
    const own = made(root, 'main', { says: 'own', files: { 'own.txt': 'o\n' } });
    const tree = sh(root, 'merge-tree', '--write-tree', own.head, side.head);
    const merge = sh(root, 'commit-tree', tree, '-p', own.head, '-p', side.head, '-m', 'bring in the side');
    const { after } = await chain(root, { T1: { base: own.base, head: commitId(merge) } });
    expect(history(root, after, '%s')).toEqual(['own', 'bring in the side']);
    expect(sh(root, 'diff-tree', '-r', '--name-only', 'main', after).split('\n')).toEqual(['own.txt', 'side.txt']);
    expect(sh(root, 'show', '-s', '--format=%P', after).split(' ')).toHaveLength(1);
  });

  it('work that began on the work of another task lands once', async () => {
    const root = repositoryWith(START);
    const one = made(root, 'main', { says: 'one', files: { 'a.txt': 'A\n' } });
    const two = made(root, one.head, { says: 'two', files: { 'a.txt': 'A\nmore\n' } });
    const { after } = await chain(root, { T1: one, T2: two }, { of: plan('T1 build', 'T2 build < T1') });
    expect(history(root, after, '%s')).toEqual(['one', 'two']);
    expect(show(root, after, 'a.txt')).toBe('A\nmore');
  });

  it('nothing but objects is made: no ref, no index, no file', async () => {
    const root = repositoryWith(START);
    const work = made(root, 'main', { says: 'one', files: { 'a.txt': 'A\n' } });
    const look = () => [sh(root, 'for-each-ref'), sh(root, 'status', '--porcelain'), sh(root, 'reflog')];
    const before = look();
    await chain(root, { T1: work });
    expect(look()).toEqual(before);
  });
});

describe('a conflict', () => {
  it('names the later task, the paths, and what its work has to go together with', async () => {
    const root = repositoryWith(START);
    const one = made(root, 'main', { says: 'one', files: { 'a.txt': 'one\n', 'b.txt': 'one\n' } });
    const two = made(root, 'main', { says: 'two', files: { 'b.txt': 'two\n', 'a.txt': 'two\n' } });
    const alone = await chain(root, { T1: one });
    expect(await build(root, { T1: one, T2: two })).toEqual({ task: 'T2', onto: alone.after, paths: ['a.txt', 'b.txt'] });
  });

  it('the target itself can be what it conflicts with', async () => {
    const root = repositoryWith(START);
    const one = made(root, 'main', { says: 'one', files: { 'a.txt': 'one\n' } });
    const tip = commit(root, { 'a.txt': 'other\n' }, 'meanwhile');
    expect(await build(root, { T1: one })).toEqual({ task: 'T1', onto: tip, paths: ['a.txt'] });
  });

  it.each(['linear', 'squash', 'merge-commit'] as const)('a file changed here and taken away there is one: %s', async (strategy) => {
    const root = repositoryWith(START);
    const one = made(root, 'main', { says: 'one', files: { 'a.txt': undefined } });
    const two = made(root, 'main', { says: 'two', files: { 'a.txt': 'two\n' } });
    expect(await build(root, { T1: one, T2: two }, { strategy })).toMatchObject({ task: 'T2', paths: ['a.txt'] });
  });

  it('paths are given as they are, blanks, line ends and all', async () => {
    const name = 'ä b\n"c".txt';
    const root = repositoryWith({ [name]: 'x\n' });
    const one = made(root, 'main', { says: 'one', files: { [name]: 'one\n' } });
    const two = made(root, 'main', { says: 'two', files: { [name]: 'two\n' } });
    expect(await build(root, { T1: one, T2: two })).toMatchObject({ paths: [name] });
  });
});

describe('squash', () => {
  it('each task is one commit with its title, by its author', async () => {
    const root = repositoryWith(START);
    const one = made(root, 'main', { says: 'one', files: { 'a.txt': '1\n' } }, { says: 'two', files: { 'a.txt': '2\n' } });
    const two = made(root, 'main', { says: 'three', files: { 'b.txt': '3\n' } });
    const { after } = await chain(root, { T1: one, T2: two }, { strategy: 'squash' });
    expect(history(root, after, '%an: %s, %(trailers:key=Iter-Task,valueonly,separator=)')).toEqual([
      'Grace: Do T1, 001-story/T1',
      'Grace: Do T2, 001-story/T2',
    ]);
    expect([show(root, after, 'a.txt'), show(root, after, 'b.txt')]).toEqual(['2', '3']);
  });

  it('what the task undid itself does not land', async () => {
    const root = repositoryWith(START);
    const one = made(root, 'main', { says: 'there', files: { 'a.txt': '1\n' } }, { says: 'and back', files: { 'a.txt': 'a\n' } });
    expect((await chain(root, { T1: one }, { strategy: 'squash' })).landed).toEqual([]);
  });
});

describe('cherry-pick', () => {
  const PICK = { strategy: 'cherry-pick' } as const;
  const message = (root: string, at: CommitId): string => sh(root, 'show', '-s', '--format=%an <%ae> %ad%n%B', '--date=iso', at);

  it('keeps author, date and message, and names the commit it was picked from, as git does', async () => {
    const root = repositoryWith(START);
    const work = made(root, 'main', { says: 'Change a\n\nBecause of b.', files: { 'a.txt': 'A\n' } });
    commit(root, { 'c.txt': 'c\n' }, 'meanwhile');
    const { after } = await chain(root, { T1: work }, PICK);
    sh(root, 'checkout', '--quiet', '--detach', 'main');
    sh(root, 'cherry-pick', '-x', work.head);
    expect(message(root, after)).toBe(message(root, commitId(sh(root, 'rev-parse', 'HEAD'))));
    expect(message(root, after)).toContain(`Because of b.\n\n(cherry picked from commit ${work.head})`);
  });

  it('leaves out what the target was given already, even when it was changed there since', async () => {
    const root = repositoryWith(START);
    const work = made(root, 'main', { says: 'one', files: { 'a.txt': 'A\n' } }, { says: 'two', files: { 'b.txt': 'B\n' } });
    sh(root, 'cherry-pick', '-x', `${work.head}^`);
    commit(root, { 'a.txt': 'ours now\n' }, 'meanwhile');
    const { after } = await chain(root, { T1: work }, PICK);
    expect([history(root, after, '%s'), show(root, after, 'a.txt'), show(root, after, 'b.txt')]).toEqual([['two'], 'ours now', 'B']);
    expect(await build(root, { T1: work }, { strategy: 'linear' })).toMatchObject({ task: 'T1', paths: ['a.txt'] });
  });

  it('again picks nothing', async () => {
    const root = repositoryWith(START);
    const work = made(root, 'main', { says: 'empty', files: {} }, { says: 'one', files: { 'a.txt': 'A\n' } });
    sh(root, 'merge', '--quiet', '--ff-only', (await chain(root, { T1: work }, PICK)).after);
    expect((await chain(root, { T1: work }, PICK)).landed).toEqual([]);
  });

  it('keeps a commit that was empty from the start, and drops one whose change is there by other means', async () => {
    const root = repositoryWith(START);
    const work = made(root, 'main', { says: 'a mark', files: {} }, { says: 'one', files: { 'a.txt': 'A\n' } });
    commit(root, { 'a.txt': 'A\n' }, 'the same by hand');
    expect(history(root, (await chain(root, { T1: work }, PICK)).after, '%s')).toEqual(['a mark']);
  });

  it('a conflict names the later task and what its work has to go together with', async () => {
    const root = repositoryWith(START);
    const one = made(root, 'main', { says: 'one', files: { 'a.txt': 'one\n' } });
    const two = made(root, 'main', { says: 'two', files: { 'a.txt': 'two\n' } });
    const alone = await chain(root, { T1: one }, PICK);
    expect(await build(root, { T1: one, T2: two }, PICK)).toEqual({ task: 'T2', onto: alone.after, paths: ['a.txt'] });
  });
});

describe('merge-commit', () => {
  it('the head of each task becomes a second parent, in order', async () => {
    const root = repositoryWith(START);
    const one = made(root, 'main', { says: 'one', files: { 'a.txt': '1\n' } });
    const two = made(root, 'main', { says: 'two', files: { 'b.txt': '2\n' } });
    const { after } = await chain(root, { T1: one, T2: two }, { strategy: 'merge-commit' });
    expect(history(root, after, '%s')).toEqual(['Merge T1: Do T1', 'Merge T2: Do T2']);
    expect(history(root, after, '%P').map((parents) => parents.split(' ')[1])).toEqual([one.head, two.head]);
  });

  it('what is in the target already is not merged again', async () => {
    const root = repositoryWith(START);
    const one = made(root, 'main', { says: 'one', files: { 'a.txt': '1\n' } });
    sh(root, 'merge', '--quiet', '--ff-only', one.head);
    expect((await chain(root, { T1: one }, { strategy: 'merge-commit' })).landed).toEqual([]);
  });
});

describe('no byte is lost', () => {
  const FILES: Readonly<Record<string, Change>> = {
    'logo.bin': Uint8Array.from({ length: 1024 }, (_, index) => (index * 7) % 256),
    'dos.txt': 'one\r\ntwo\r\n',
    'end.txt': 'no end',
    'empty.txt': '',
    'a "b"\n c.txt': 'x\n',
    'zażółć/日本語.txt': 'x\n',
    '-rf': 'x\n',
    link: { link: 'a.txt' },
    'bin/run': { program: '#!/bin/sh\n' },
    'mode.txt': { program: 'm\n' },
    'gone.txt': undefined,
  };

  it.each(['linear', 'squash', 'merge-commit', 'cherry-pick'] as const)('%s: of contents, names, modes and links', async (strategy) => {
    const root = repositoryWith({ ...START, 'mode.txt': 'm\n', 'gone.txt': 'g\n' });
    const work = made(root, 'main', { says: 'one', files: FILES });
    commit(root, { 'b.txt': 'B\n' }, 'meanwhile');
    const { after } = await chain(root, { T1: work }, { strategy });
    const entries = (at: string): string[] =>
      sh(root, 'ls-tree', '-r', '-z', at)
        .split('\0')
        .filter((entry) => !entry.endsWith('\tb.txt'));
    expect(entries(after)).toEqual(entries(work.head));
    expect(entries(after).filter((entry) => /^(100755|120000)/.test(entry))).toHaveLength(3);
  });
});
