/** `scripts/bench.mjs conflicts`: the conflicts among 50 branches at 100,000 files, beside one git merge-tree for each pair. Prints seconds and a ratio. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commitId } from '../src/core/ids.ts';
import { conflictMatrix } from '../src/effects/conflict-matrix.ts';

const BRANCHES = Number(process.env['ITER_BENCH_BRANCHES'] ?? 50);
const FILES = Number(process.env['ITER_BENCH_FILES'] ?? 100_000);
const ROUNDS = 5;
/** Pairs merged one by one; the time of all of them is reckoned from these. */
const SAMPLE = 20;

const root = mkdtempSync(path.join(tmpdir(), 'iter-bench-conflicts-'));
const git = (argv: readonly string[], input = ''): string =>
  execFileSync('git', ['-C', root, '-c', 'user.name=Bench', '-c', 'user.email=bench@localhost', ...argv], {
    encoding: 'utf8',
    input,
    maxBuffer: 1e9,
  }).trim();

/** A fast-import stream: a start with all files, and branches of ten changed files each, some of them the same. */
function history(): string {
  const identity = 'Bench <bench@localhost> 1700000000 +0000';
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const name = (index: number): string => `src/${Math.floor(index / 1000)}/${Math.floor(index / 50) % 20}/file-${index}.txt`;
  const lines = [`commit refs/heads/main\nmark :1\ncommitter ${identity}\n${data('start')}`];
  for (let index = 0; index < FILES; index += 1) lines.push(`M 100644 inline ${name(index)}\n${data(`file ${index}\n`)}`);
  for (let branch = 0; branch < BRANCHES; branch += 1) {
    lines.push(`commit refs/heads/b${branch}\ncommitter ${identity}\n${data(`b${branch}`)}from :1\n`);
    for (let change = 0; change < 10; change += 1) {
      const shared = change === 0 && branch % 5 === 0;
      const index = shared ? 7 : (branch * 997 + change * 101 + 11) % FILES;
      lines.push(`M 100644 inline ${name(index)}\n${data(`file ${index} by ${branch}\n`)}`);
    }
  }
  return `${lines.join('')}done\n`;
}

async function main(): Promise<void> {
  git(['init', '-q', '-b', 'main']);
  git(['fast-import', '--quiet', '--done'], history());
  const base = commitId(git(['rev-parse', 'main']));
  const heads = Array.from({ length: BRANCHES }, (_, index) => ({
    id: `b${index}`,
    base,
    commit: commitId(git(['rev-parse', `b${index}`])),
  }));
  const times: number[] = [];
  let found = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = performance.now();
    found = (await conflictMatrix(root, heads)).length;
    times.push(performance.now() - start);
  }
  const started = performance.now();
  for (let pair = 0; pair < SAMPLE; pair += 1) {
    try {
      git(['merge-tree', '--write-tree', '--name-only', `b${pair}`, `b${pair + 1}`]);
    } catch {
      // a conflict ends with 1
    }
  }
  const pairs = (BRANCHES * (BRANCHES - 1)) / 2;
  const oneByOne = ((performance.now() - started) / SAMPLE) * pairs;
  const median = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  console.log(
    `${BRANCHES} branches, ${pairs} pairs, ${FILES} files: ${found} conflicts in ${(median / 1000).toFixed(2)} s (median of ${ROUNDS})`,
  );
  console.log(
    `one git merge-tree for each pair, reckoned from ${SAMPLE}: ${(oneByOne / 1000).toFixed(1)} s; ratio ${(median / oneByOne).toFixed(3)}`,
  );
}

await main().finally(() => rmSync(root, { recursive: true, force: true }));
