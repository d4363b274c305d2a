/**
 * How long N worktrees of a large repository take against plain `git worktree add` one after the other, in the same run on the same disk,
 * and whether any of 32 asked for at once is lost. Give `--in <folder>` to measure on another file system.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { CommitId } from '../src/core/ids.ts';
import { commitId } from '../src/core/ids.ts';
import { addWorktree } from '../src/effects/worktree.ts';

const FILES = 20_000;
const TURNS = 4;
const WIDE = 32;
const ROUNDS = 20;

interface Subject {
  readonly root: string;
  readonly commit: CommitId;
  readonly lock: string;
  readonly entries: number;
}

const { values } = parseArgs({ options: { in: { type: 'string', default: tmpdir() } } });
const folder = realpathSync(mkdtempSync(path.join(values.in, 'iter-bench-')));
try {
  await measure(subject('large', FILES));
  await loseNone(subject('small', 20));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Both ways take turns at going first, each on a disk with nothing left to write, so that neither pays for the other. */
async function measure(large: Subject): Promise<void> {
  print(`repository of ${FILES} files in ${values.in}, wall time in seconds; plain sequential adds = 1.00`);
  for (const count of [4, 16]) {
    const plain: number[] = [];
    const ours: number[] = [];
    for (let turn = 0; turn < TURNS; turn += 1) {
      const ways = [
        async () => void plain.push(await onQuietDisk(async () => addPlainly(large, `plain/${count}/${turn}`, count))),
        async () => void ours.push(await onQuietDisk(() => addAll(large, { count, name: `iter/${count}/${turn}` }))),
      ];
      for (const way of turn % 2 === 0 ? ways : ways.toReversed()) {
        await way();
        clear(large, 'plain');
        clear(large, 'iter');
      }
    }
    print(`N = ${count}: plain ${list(plain)}, iter ${list(ours)}, ratio of medians ${(median(ours) / median(plain)).toFixed(2)}`);
  }
}

function addPlainly(of: Subject, name: string, count: number): void {
  for (let index = 0; index < count; index += 1) {
    git(of.root, 'worktree', 'add', '--quiet', '-b', `${name}/${index}`, path.join(folder, name, String(index)), of.commit);
  }
}

async function onQuietDisk(act: () => Promise<unknown>): Promise<number> {
  execFileSync('sync');
  return timed(act);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return ((sorted[middle] ?? 0) + (sorted[sorted.length - 1 - middle] ?? 0)) / 2;
}

function list(numbers: readonly number[]): string {
  return numbers.map((number) => number.toFixed(2)).join(' ');
}

async function loseNone(small: Subject): Promise<void> {
  let lost = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const outcomes = await addAll(small, { count: WIDE, name: `wide/${round}` });
    lost += outcomes.filter(
      (outcome, index) => outcome.status === 'rejected' || entriesOf(`wide/${round}/${index}`) !== small.entries,
    ).length;
    clear(small, 'wide');
  }
  print(`${WIDE} at once × ${ROUNDS} rounds: lost ${lost}`);
  if (lost > 0) process.exitCode = 1;
}

function addAll(of: Subject, wanted: { readonly count: number; readonly name: string }): Promise<PromiseSettledResult<unknown>[]> {
  const { root, commit, lock } = of;
  return Promise.allSettled(
    Array.from({ length: wanted.count }, (_, index) => {
      const name = `${wanted.name}/${index}`;
      return addWorktree(root, { path: path.join(folder, name), branch: `refs/heads/${name}`, commit, lock });
    }),
  );
}

function subject(name: string, files: number): Subject {
  const root = path.join(folder, name);
  for (let index = 0; index < files; index += 1) {
    const place = path.join(root, `d${index % 200}`);
    if (index < 200) mkdirSync(place, { recursive: true });
    writeFileSync(path.join(place, `f${index}.txt`), `file ${index}\n`.repeat(20));
  }
  git(root, 'init', '--quiet', '--initial-branch=main');
  git(root, 'add', '--all');
  git(root, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost', 'commit', '--quiet', '-m', 'files');
  git(root, 'gc', '--quiet');
  const entries = readdirSync(root).length;
  return {
    root,
    commit: commitId(git(root, 'rev-parse', 'HEAD').trim()),
    lock: path.join(root, '.git', 'iter', 'repository.lock'),
    entries,
  };
}

function clear(of: Subject, name: string): void {
  rmSync(path.join(folder, name), { recursive: true, force: true });
  git(of.root, 'worktree', 'prune', '--expire=now');
}

function entriesOf(name: string): number {
  return readdirSync(path.join(folder, name)).length;
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return (performance.now() - started) / 1000;
}

function git(directory: string, ...argv: readonly string[]): string {
  return execFileSync('git', ['-c', 'gc.auto=0', ...argv], { cwd: directory, encoding: 'utf8' });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
