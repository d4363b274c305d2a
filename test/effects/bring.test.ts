import { chmodSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { bring } from '../../src/effects/bring.ts';
import { temporaryFolder, write } from '../rig/repository.ts';

/** Two checkouts side by side, and something outside of both. */
function places() {
  const parent = temporaryFolder();
  const [from, to, outside] = ['from', 'to', 'outside'].map((name) => path.join(parent, name)) as [string, string, string];
  for (const folder of [from, to, outside]) mkdirSync(folder);
  return { from, to, outside };
}

it('copies files with their mode and folders with everything in them, and leaves alone what is there', async () => {
  const { from, to } = places();
  write(from, { '.env': 'A=1\n', 'tools/bin/run': '#!/bin/sh\n', 'tools/.git/config': 'not ours', 'there.txt': 'new' });
  chmodSync(path.join(from, 'tools/bin/run'), 0o755);
  symlinkSync('bin/run', path.join(from, 'tools/start'));
  write(to, { 'there.txt': 'old' });
  const begun: string[] = [];
  const brought = await bring({
    from,
    to,
    copied: ['.env', 'tools/', 'there.txt', 'deep/none'],
    linked: [],
    begins: (paths) => begun.push(...paths),
  });
  expect(brought).toEqual({ paths: ['.env', 'tools'], linked: [], refused: [] });
  expect(begun).toEqual(['.env', 'tools', 'deep/none']);
  expect(readFileSync(path.join(to, '.env'), 'utf8')).toBe('A=1\n');
  expect(readFileSync(path.join(to, 'there.txt'), 'utf8')).toBe('old');
  expect(readdirSync(path.join(to, 'tools')).toSorted()).toEqual(['bin', 'start']);
  expect(readlinkSync(path.join(to, 'tools/start'))).toBe('bin/run');
  expect(lstatSync(path.join(to, 'tools/bin/run')).mode & 0o777).toBe(0o755);
});

it('links a folder as a folder of links, so that emptying it takes nothing from where they lead', async () => {
  const { from, to } = places();
  write(from, { 'node_modules/left/index.js': '1', 'node_modules/.bin/left': '2', 'key.pem': 'k' });
  const { linked, paths } = await bring({ from, to, copied: [], linked: ['node_modules/', 'key.pem'] });
  expect([linked, paths]).toEqual([
    ['node_modules', 'key.pem'],
    ['node_modules', 'key.pem'],
  ]);
  expect(lstatSync(path.join(to, 'node_modules')).isDirectory()).toBe(true);
  expect(readlinkSync(path.join(to, 'node_modules/left'))).toBe(path.join(from, 'node_modules/left'));
  expect(readFileSync(path.join(to, 'node_modules/left/index.js'), 'utf8')).toBe('1');
  rmSync(path.join(to, 'node_modules'), { recursive: true });
  expect(readFileSync(path.join(from, 'node_modules/left/index.js'), 'utf8')).toBe('1');
});

it('reads nothing through a link that leaves the checkout and writes nothing through one', async () => {
  const { from, to, outside } = places();
  write(outside, { id_rsa: 'secret' });
  write(from, { 'config/.env': 'A=1\n', 'deps/good/x': '1', 'file/inner': '1' });
  symlinkSync(path.join(outside, 'id_rsa'), path.join(from, 'stolen'));
  symlinkSync('../../outside', path.join(from, 'deps/bad'));
  symlinkSync('..', path.join(from, 'up'));
  // what the task's commit has where the main checkout has a folder
  symlinkSync(outside, path.join(to, 'config'));
  write(to, { file: 'a file' });
  const { paths, refused } = await bring({ from, to, copied: ['stolen', 'up', 'config/.env', 'file/inner'], linked: ['deps', 'stolen'] });
  expect(paths).toEqual(['deps']);
  expect(refused).toEqual([
    { path: 'config/.env', why: 'config is a link there' },
    { path: 'file/inner', why: 'file is no folder there' },
    { path: 'stolen', why: `it is a link to ${path.join(outside, 'id_rsa')}, outside the repository` },
    { path: 'up', why: 'it is a link to .., outside the repository' },
    { path: 'deps/bad', why: 'it is a link that leads out of the repository' },
    { path: 'stolen', why: 'it is a link that leads out of the repository' },
  ]);
  expect(readdirSync(outside)).toEqual(['id_rsa']);
  expect(readdirSync(path.join(to, 'deps'))).toEqual(['good']);
});

it('ends with the reason when it is aborted', async () => {
  const { from, to } = places();
  write(from, { '.env': 'A=1\n' });
  await expect(bring({ from, to, copied: ['.env'], linked: [], signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow(
    'stopped',
  );
});
