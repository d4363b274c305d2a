import { expect, test } from 'vitest';
import { commitId } from '../../src/core/ids.ts';
import { mergedBase } from '../../src/effects/merged-base.ts';
import { commit, repositoryWith, sh } from '../rig/repository.ts';

/** Three branches off `main`: one and two go together, three changes the same line as one. */
function branches() {
  const root = repositoryWith({ 'a.txt': 'a\n' });
  const base = commitId(sh(root, 'rev-parse', 'HEAD'));
  const branch = (name: string, files: Readonly<Record<string, string>>) => {
    sh(root, 'switch', '--quiet', '-c', name, base);
    return commitId(commit(root, files, name));
  };
  const one = branch('one', { 'a.txt': 'one\n', 'one.txt': '1\n' });
  const two = branch('two', { 'two.txt': '2\n' });
  const three = branch('three', { 'a.txt': 'three\n' });
  sh(root, 'switch', '--quiet', 'main');
  return { root, base, one, two, three };
}

test('one commit is its own base, and so is one that contains all the others', async () => {
  const { root, base, one } = branches();

  expect([await mergedBase(root, [one], 'm'), await mergedBase(root, [base, one, one], 'm')]).toEqual([{ commit: one }, { commit: one }]);
});

test('commits that go together become one commit that holds them all, the same one every time', async () => {
  const { root, one, two } = branches();

  const first = await mergedBase(root, [one, two], 'Bring together');
  const again = await mergedBase(root, [one, two], 'Bring together');

  const merged = 'commit' in first ? first.commit : '';
  expect(again).toEqual(first);
  expect(sh(root, 'ls-tree', '--name-only', merged).split('\n')).toEqual(['a.txt', 'one.txt', 'two.txt']);
  expect(sh(root, 'log', '-1', '--format=%P|%an <%ae>|%s|%at', merged)).toBe(
    `${one} ${two}|iter <iter@localhost>|Bring together|${sh(root, 'log', '-1', '--format=%ct', two)}`,
  );
});

test('a conflict names the paths and makes no commit', async () => {
  const { root, one, two, three } = branches();

  expect(await mergedBase(root, [one, two, three], 'm')).toEqual({ conflict: ['a.txt'] });
  expect(sh(root, 'status', '--porcelain')).toBe('');
});
