import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { isPlainHistory } from '../../src/effects/plain-history.ts';
import { temporaryFolder } from '../rig/repository.ts';

/** What a git directory has in it besides what every one has. */
function directoryWith(file: string, text: string): string {
  const folder = temporaryFolder();
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
  writeFileSync(path.join(folder, file), text);
  return folder;
}

it('a history is as its ids say with refs of other kinds, packed or not', () => {
  expect(isPlainHistory(directoryWith('refs/heads/main', 'ab12\n'))).toBe(true);
  expect(isPlainHistory(directoryWith('packed-refs', 'ab12 refs/heads/replace\n'))).toBe(true);
});

it.each([
  ['shallow', 'ab12\n'],
  ['info/grafts', 'ab12 cd34\n'],
  ['refs/replace/ab12', 'cd34\n'],
  ['packed-refs', '# pack-refs with: peeled\ncd34 refs/replace/ab12\n'],
  ['reftable/tables.list', 'one\n'],
])('a history may be another than its ids say with %s', (file, text) => {
  expect(isPlainHistory(directoryWith(file, text))).toBe(false);
});
