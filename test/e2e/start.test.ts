/** How the built program starts. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../rig/repository.ts';

const DIST = path.resolve(import.meta.dirname, '..', '..', 'dist');

it('a command that was compiled by another version of V8, or not at all, is compiled when it is called', () => {
  const folder = temporaryFolder();
  for (const name of ['cli.js', 'package.json', 'status.js', 'status.js.cache']) cpSync(path.join(DIST, name), path.join(folder, name));
  const help = (): unknown => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(folder, 'cli.js'), 'status', '--help'], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };
  const usual = help();
  const file = path.join(folder, 'status.js.cache');
  const compiled = readFileSync(file);
  // the second word of it is a number made of the version: v8/src/snapshot/code-serializer.h
  compiled.writeUInt32LE((compiled.readUInt32LE(4) ^ 1) >>> 0, 4);
  writeFileSync(file, compiled);

  expect(usual).toMatchObject({ status: 0, stdout: expect.stringContaining('iter status'), stderr: '' });
  expect(help()).toEqual(usual);
  rmSync(file);
  expect(help()).toEqual(usual);
});
