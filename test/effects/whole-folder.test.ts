import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeWhole } from '../../src/effects/whole-folder.ts';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'iter-whole-'));
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

const refuse = (): Promise<void> => Promise.reject(new Error('no'));

test('the folder appears with its files and with what was added at the end', async () => {
  await makeWhole(join(parent, 'a', 'one'), { 'x.md': 'x', 'deep/y.bin': new Uint8Array([0, 255]) }, async (draft) => {
    expect(readdirSync(join(parent, 'a'))).toEqual(['.new']);
    writeFileSync(join(draft, 'z.md'), 'z');
  });
  expect(readdirSync(parent, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
    'a',
    'a/one',
    'a/one/deep',
    'a/one/deep/y.bin',
    'a/one/x.md',
    'a/one/z.md',
  ]);
  expect([...readFileSync(join(parent, 'a/one/deep/y.bin'))]).toEqual([0, 255]);
});

test('after a failure nothing stays, not even the parent that was made for it', async () => {
  await expect(makeWhole(join(parent, 'a', 'one'), { 'x.md': 'x' }, refuse)).rejects.toThrow('no');
  expect(readdirSync(parent)).toEqual([]);
});

test('a failure leaves what was in the parent before', async () => {
  mkdirSync(join(parent, 'other'));
  await expect(makeWhole(join(parent, 'one'), { 'x.md': 'x' }, refuse)).rejects.toThrow('no');
  expect(readdirSync(parent)).toEqual(['other']);
});

test('a folder that is there already is not replaced', async () => {
  mkdirSync(join(parent, 'one'));
  writeFileSync(join(parent, 'one', 'mine.md'), 'mine');
  await expect(makeWhole(join(parent, 'one'), { 'x.md': 'x' }, () => Promise.resolve())).rejects.toThrow();
  expect(readdirSync(parent, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual(['one', 'one/mine.md']);
});
