import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { copyTree, listFiles, readText } from '../../src/effects/disk.ts';
import { writeAtomic, writeIfUnchanged } from '../../src/effects/replace-file.ts';
import { temporaryFolder, write } from '../rig/repository.ts';

test('a missing file has no text, and a folder is an error', () => {
  const folder = temporaryFolder();

  expect(readText(path.join(folder, 'none', 'at-all'))).toBeUndefined();
  expect(() => readText(folder)).toThrow('EISDIR');
});

test('an atomic write makes the folders it needs and leaves no other file', () => {
  const file = path.join(temporaryFolder(), 'a', 'b.md');

  writeAtomic(file, 'text');

  expect([readText(file), readdirSync(path.dirname(file))]).toEqual(['text', ['b.md']]);
});

test('a file that is as expected is replaced, keeps its permissions, and the old one lies in the history', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'PLAN.md');
  const history = path.join(folder, 'history');
  writeFileSync(file, 'one');
  chmodSync(file, 0o640);

  const done = [
    writeIfUnchanged(file, { expected: 'one', next: 'two', history }),
    writeIfUnchanged(file, { expected: 'two', next: 'three', history }),
  ];

  const kept = readdirSync(history).map((name) => [name, readFileSync(path.join(history, name), 'utf8')]);
  expect([done, readText(file), statSync(file).mode & 0o777, kept]).toEqual([
    [true, true],
    'three',
    0o640,
    [
      ['0001-PLAN.md', 'one'],
      ['0002-PLAN.md', 'two'],
    ],
  ]);
});

test('a file that somebody changed stays as it is', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'PLAN.md');
  writeFileSync(file, 'edited by a person');

  const done = writeIfUnchanged(file, { expected: 'one', next: 'two', history: path.join(folder, 'history') });

  expect([done, readText(file), readdirSync(folder)]).toEqual([false, 'edited by a person', ['PLAN.md']]);
});

test('an editor that still has the old file open writes into the history, not into nothing', () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'PLAN.md');
  const history = path.join(folder, 'history');
  writeFileSync(file, 'one');
  const editor = openSync(file, 'r+');

  writeIfUnchanged(file, { expected: 'one', next: 'two', history });
  writeSync(editor, 'late edit');
  closeSync(editor);

  expect([readText(file), readText(path.join(history, '0001-PLAN.md'))]).toEqual(['two', 'late edit']);
});

/** Has files take the place of PLAN.md right before names are exchanged, the first before the first time, and so on: no look can come closer. */
function savedMeanwhile(folder: string, file: string, texts: readonly string[]): void {
  const programs = path.join(folder, 'programs');
  write(programs, Object.fromEntries(texts.map((text, index) => [`save-${index}`, text])));
  const real = execFileSync('sh', ['-c', 'command -v perl'], { encoding: 'utf8' }).trim();
  const next = `$(ls "${programs}" | grep save- | head -n 1)`;
  writeFileSync(
    path.join(programs, 'perl'),
    `#!/bin/sh\nsave="${next}"\n[ -z "$save" ] || mv "${programs}/$save" "${file}"\nexec ${real} "$@"\n`,
  );
  chmodSync(path.join(programs, 'perl'), 0o755);
  vi.stubEnv('PATH', `${programs}:${process.env['PATH'] ?? ''}`);
}

test.runIf(process.platform === 'linux').each([
  ['once', ['theirs'], 'theirs', []],
  ['twice', ['theirs', 'theirs again'], 'theirs again', ['theirs']],
  // the second save replaces the first, as any editor does
  ['three times', ['theirs', 'again', 'and again'], 'again', ['and again']],
])(
  'what an editor saves %s by renaming, at the very moment of a replacement, is in the file or in the history',
  (_, texts, there, kept) => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'PLAN.md');
    const history = path.join(folder, 'history');
    writeFileSync(file, 'one');
    savedMeanwhile(folder, file, texts);
    try {
      expect(writeIfUnchanged(file, { expected: 'one', next: 'two', history })).toBe(false);
    } finally {
      vi.unstubAllEnvs();
    }
    const found = existsSync(history) ? readdirSync(history).map((name) => readFileSync(path.join(history, name), 'utf8')) : [];
    expect([readText(file), readdirSync(folder).filter((name) => name.includes('.new'))]).toEqual([there, []]);
    expect(kept.filter((text) => !found.includes(text))).toEqual([]);
  },
);

test('a tree is copied without following links out of it, and says what it refused', () => {
  const folder = temporaryFolder();
  write(folder, { 'from/a.md': 'a', 'from/deep/b.md': 'b', secret: 's', 'to/a.md': 'old' });
  symlinkSync(path.join(folder, 'secret'), path.join(folder, 'from', 'link.md'));
  symlinkSync(folder, path.join(folder, 'from', 'deep', 'up'));

  const copied = copyTree(path.join(folder, 'from'), path.join(folder, 'to'));

  expect(copied).toEqual({ files: ['a.md', 'deep/b.md'], refused: ['deep/up', 'link.md'] });
  expect([listFiles(path.join(folder, 'to')), readText(path.join(folder, 'to', 'a.md'))]).toEqual([['a.md', 'deep/b.md'], 'a']);
});

test('a folder that is not there has no files', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'empty'));

  expect([listFiles(path.join(folder, 'none')), listFiles(folder), copyTree(path.join(folder, 'none'), folder).files]).toEqual([
    [],
    [],
    [],
  ]);
});

test('a file that an editor removes and makes anew all the time is replaced or left alone, and nothing breaks', async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, 'PLAN.md');
  writeFileSync(file, 'theirs');
  const editor = spawn(process.execPath, [path.join(import.meta.dirname, '..', 'rig', 'editor.mjs'), file, 'theirs']);
  await once(editor.stdout, 'data');
  try {
    const begun = performance.now();
    const answers = new Set<boolean>();
    // on a busy machine one of the two can have the file to itself for long
    for (let passed = 0; passed < 1500 || (answers.size < 2 && passed < 50_000); passed = performance.now() - begun) {
      answers.add(writeIfUnchanged(file, { expected: 'theirs', next: 'ours', history: path.join(folder, 'history') }));
    }
    expect(answers).toEqual(new Set([true, false]));
  } finally {
    editor.kill('SIGKILL');
  }
});
