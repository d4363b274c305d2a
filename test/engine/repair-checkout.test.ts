import { chmodSync, existsSync, lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommitId } from '../../src/core/ids.ts';
import type { Repair } from '../../src/effects/repair-checkout.ts';
import { repairCheckout } from '../../src/effects/repair-checkout.ts';
import { clearRefLocks } from '../../src/effects/stale-locks.ts';
import type { Change } from '../rig/ground.ts';
import { made, put } from '../rig/ground.ts';
import { repositoryWith, sh } from '../rig/repository.ts';

const OLD = {
  'a.txt': 'old a\n',
  'b.txt': 'old b\n',
  'gone.txt': 'g\n',
  'mode.sh': 'm\n',
  flat: 'f\n',
  'deep/in.txt': 'd\n',
  'other.txt': 'o\n',
};
const NEW: Readonly<Record<string, Change>> = {
  'a.txt': 'new a, longer\n',
  'b.txt': 'new b\n',
  'gone.txt': undefined,
  'mode.sh': { program: 'm\n' },
  flat: undefined,
  'flat/now/folder.txt': 'ff\n',
  'deep/in.txt': undefined,
  deep: 'now a file\n',
  'added/new.txt': 'n\n',
  link: { link: 'a.txt' },
};

let root: string;
let before: CommitId;
let after: CommitId;

beforeEach(() => {
  root = repositoryWith(OLD);
  ({ base: before, head: after } = made(root, 'main', { says: 'new', files: NEW }));
});

const at = (name: string): string => path.join(root, name);
const repair = async (): Promise<Repair> => {
  await clearRefLocks(root, root, ['refs/heads/main']);
  return repairCheckout(root, root, { before, after });
};
const status = (): string => sh(root, 'status', '--porcelain', '--untracked-files=all');

/** Brings files to the new commit as git does, one after the other, without moving HEAD; the index follows on request. */
function halfWay(names: readonly string[], index = false): void {
  for (const name of names) put(at(name), NEW[name]);
  if (index) sh(root, 'read-tree', after);
}

describe('everything is as before afterwards', () => {
  it.each<[string, () => void]>([
    ['when nothing had happened yet', () => {}],
    ['when only a lock was left', () => writeFileSync(at('.git/index.lock'), '')],
    [
      'when locks of HEAD and the branch were left',
      () => {
        writeFileSync(at('.git/HEAD.lock'), '');
        writeFileSync(at('.git/refs/heads/main.lock'), '');
      },
    ],
    ['when some files were new and some old', () => halfWay(['a.txt', 'added/new.txt', 'gone.txt'])],
    ['when a file had only its beginning', () => writeFileSync(at('a.txt'), 'new a, lo')],
    ['when a file had been emptied', () => writeFileSync(at('b.txt'), '')],
    ['when a file was gone and its successor not there yet', () => rmSync(at('b.txt'))],
    ['when only a mode had changed', () => halfWay(['mode.sh'])],
    ['when a file had become a folder', () => halfWay(['flat', 'flat/now/folder.txt'])],
    ['when a folder had become a file', () => halfWay(['deep/in.txt', 'deep'])],
    ['when a link was there', () => halfWay(['link'])],
    ['when all files were new', () => halfWay(Object.keys(NEW))],
    ['when the index was new, too, and HEAD alone was old', () => halfWay(Object.keys(NEW), true)],
    ['when the index was new and the files were old', () => halfWay([], true)],
  ])('%s', async (_when, cut) => {
    cut();
    const { foreign } = await repair();
    expect(status()).toBe('');
    expect(foreign).toEqual([]);
    expect(lstatSync(at('mode.sh')).mode & 0o111).toBe(0);
    expect(existsSync(at('.git/index.lock'))).toBe(false);
  });
});

it('also where settings give files other bytes than their blobs have', async () => {
  sh(root, 'config', 'core.autocrlf', 'true');
  writeFileSync(at('a.txt'), 'new a, longer\r\n');
  writeFileSync(at('b.txt'), 'new b\r');
  expect(await repair()).toEqual({ restored: ['a.txt', 'b.txt'], foreign: [] });
  expect(readFileSync(at('a.txt'), 'utf8')).toBe('old a\r\n');
  expect(status()).toBe('');
});

it('what was put back is named', async () => {
  halfWay(['a.txt', 'added/new.txt']);
  expect((await repair()).restored.toSorted()).toEqual(['a.txt', 'added/new.txt']);
});

it('folders made for new files go with them', async () => {
  halfWay(['added/new.txt']);
  await repair();
  expect(existsSync(at('added'))).toBe(false);
});

describe('what a person has written since stays', () => {
  it('in a file that was to change', async () => {
    halfWay(['b.txt']);
    writeFileSync(at('a.txt'), 'mine\n');
    expect(await repair()).toEqual({ restored: ['b.txt'], foreign: ['a.txt'] });
    expect(readFileSync(at('a.txt'), 'utf8')).toBe('mine\n');
    expect(status()).toBe(' M a.txt');
  });

  it('in a file that was to be new', async () => {
    put(at('added/new.txt'), 'mine\n');
    expect((await repair()).foreign).toEqual(['added/new.txt']);
    expect(readFileSync(at('added/new.txt'), 'utf8')).toBe('mine\n');
  });

  it('in a folder that was a file', async () => {
    halfWay(['flat', 'flat/now/folder.txt']);
    writeFileSync(at('flat/mine.txt'), 'mine\n');
    expect((await repair()).foreign).toEqual(['flat']);
    expect(readFileSync(at('flat/mine.txt'), 'utf8')).toBe('mine\n');
  });

  it('beside what landed, staged or not', async () => {
    halfWay(['a.txt']);
    writeFileSync(at('other.txt'), 'mine\n');
    writeFileSync(at('untracked.txt'), 'mine\n');
    mkdirSync(at('added'));
    writeFileSync(at('added/mine.txt'), 'mine\n');
    sh(root, 'add', 'other.txt');
    await repair();
    expect(status()).toBe('M  other.txt\n?? added/mine.txt\n?? untracked.txt');
  });

  it('as a mode it gave to a file', async () => {
    chmodSync(at('a.txt'), 0o755);
    await repair();
    expect(status()).toBe(' M a.txt');
  });
});
