import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { commitId } from '../../src/core/ids.ts';
import { conflictMatrix } from '../../src/effects/conflict-matrix.ts';
import { gitResult } from '../../src/effects/git.ts';
import { repositoryWith, sh } from '../rig/repository.ts';

const FILES = {
  'a.txt': '1\n2\n3\n4\n5\n6\n7\n8\n9\n',
  'lib/one.txt': 'one\ntwo\nthree\n',
  'lib/two.txt': 'two\n',
  'odd name\n.txt': 'x\n',
};

type Changes = Readonly<Record<string, string | undefined>>;

const BRANCHES: Readonly<Record<string, Changes>> = {
  top: { 'a.txt': 'top\n2\n3\n4\n5\n6\n7\n8\n9\n' },
  end: { 'a.txt': '1\n2\n3\n4\n5\n6\n7\n8\nend\n' },
  head: { 'a.txt': 'head\n2\n3\n4\n5\n6\n7\n8\n9\n' },
  moved: { 'lib/one.txt': undefined, 'lib/two.txt': undefined, 'src/one.txt': 'one\ntwo\nthree\n', 'src/two.txt': 'two\n' },
  added: { 'lib/three.txt': 'three\n' },
  gone: { 'odd name\n.txt': undefined },
  odd: { 'odd name\n.txt': 'y\n' },
  nothing: {},
  folder: { 'b/c.txt': 'c\n' },
  file: { b: 'b\n' },
};

function branches(root: string) {
  const base = commitId(sh(root, 'rev-parse', 'HEAD'));
  return Object.entries(BRANCHES).map(([id, changes]) => {
    sh(root, 'checkout', '-q', '-b', id, base);
    for (const [file, text] of Object.entries(changes)) {
      const place = path.join(root, file);
      if (text === undefined) rmSync(place);
      else {
        mkdirSync(path.dirname(place), { recursive: true });
        writeFileSync(place, text);
      }
    }
    sh(root, 'add', '--all');
    sh(root, 'commit', '-q', '--allow-empty', '-m', id);
    return { id, base, commit: commitId(sh(root, 'rev-parse', 'HEAD')) };
  });
}

it('says of every pair what merging it would say', async () => {
  const root = repositoryWith(FILES);
  const heads = branches(root);
  const found = await conflictMatrix(root, heads);
  const merging = heads.flatMap((one, index) => heads.slice(index + 1).map((other) => ({ one, other })));
  const expected: string[] = [];
  for (const { one, other } of merging) {
    const merged = await gitResult(root, ['merge-tree', '--write-tree', one.commit, other.commit]);
    if (merged.exitCode === 1) expected.push(`${one.id} ${other.id}`);
  }
  expect(found.map(({ a, b }) => `${a} ${b}`)).toEqual(expected);
  expect(expected).toEqual(['top head', 'moved added', 'gone odd', 'folder file']);
  expect(found.map(({ paths }) => paths)).toEqual([['a.txt'], ['src/three.txt'], ['odd name\n.txt'], expect.any(Array)]);
});
